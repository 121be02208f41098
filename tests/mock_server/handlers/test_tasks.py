"""The operations of the tag Tasks, but for the event stream."""

import base64
import json
import uuid

import pytest

from mock_server.app import MockServer
from mock_server.clock import timestamp
from mock_server.store import VersionConflict
from tests.mock_server.conftest import SERVICE, Api

HELLO = {"templateRef": "hello-world", "values": {}}
HELLO_REF = "template:default/hello-world"
DEPLOY_KEY = "template:default/secret-deploy-key"
JSON = {"content-type": "application/json"}
OLD_TEMPLATE = """
apiVersion: backstage.io/v1beta2
kind: Template
metadata: {name: old}
spec: {type: service, steps: []}
"""


@pytest.fixture(scope="module")
def lasting_api(conformance):
    """One server for all tests that look at no list and at no number of an event."""
    return Api(MockServer(), conformance)


async def claim(api, task_id):
    """Advance the clock until the task is processing."""
    api.clock.advance((await api.world.store.get(task_id)).plan.claimed_at)


def broken(pointer, rule, message):
    return {"pointer": pointer, "rule": rule, "message": message}


def refusal(response):
    """The error of a 400 of Backstage's usual shape."""
    assert response.status_code == 400, response.text
    assert response.json()["error"]["name"] == "InputError"
    return response.json()["error"]


# createTask


async def test_a_created_task_is_answered_with_its_id_and_nothing_else(lasting_api):
    response = await lasting_api.post("/v2/tasks", json=HELLO)
    assert response.status_code == 201
    assert list(response.json()) == ["id"]
    assert uuid.UUID(response.json()["id"]).version == 4


async def test_a_created_task_names_the_scenario_and_no_location(lasting_api):
    response = await lasting_api.post("/v2/tasks", json=HELLO)
    assert set(response.headers) == {"content-type", "content-length", "x-mock-scenario", "x-mock-world"}
    assert response.headers["x-mock-scenario"] == "happy-path"


async def test_a_named_scenario_is_named_in_the_answer(lasting_api):
    response = await lasting_api.post("/v2/tasks", json=HELLO, headers={"prefer": "scenario=slow"})
    assert response.headers["x-mock-scenario"] == "slow"


async def test_every_task_has_an_id_of_its_own(lasting_api):
    assert len({await lasting_api.create() for _ in range(20)}) == 20


async def test_a_seed_makes_the_same_ids_in_every_run(make_api):
    runs = [[await api.create() for _ in range(2)] for api in (make_api(seed=1), make_api(seed=1), make_api(seed=2))]
    assert runs[0] == runs[1]
    assert len({task_id for run in runs for task_id in run}) == 4
    assert all(uuid.UUID(task_id).version == 4 for task_id in runs[0])


NO_TEMPLATE_REF = broken("/body", "required", "must have required property 'templateRef'")
NO_VALUES = broken("/body", "required", "must have required property 'values'")


@pytest.mark.parametrize(
    ("body", "message", "violations"),
    [
        ({}, "request/body must have required property 'templateRef'", [NO_TEMPLATE_REF, NO_VALUES]),
        ({"values": {}}, "request/body must have required property 'templateRef'", [NO_TEMPLATE_REF]),
        ({"templateRef": "x"}, "request/body must have required property 'values'", [NO_VALUES]),
        (
            {"templateRef": 1, "values": {}},
            "request/body/templateRef must be string",
            [broken("/body/templateRef", "type", "must be string")],
        ),
        (
            {"templateRef": None, "values": None},
            "request/body/templateRef must be string",
            [broken("/body/templateRef", "type", "must be string"), broken("/body/values", "type", "must be object")],
        ),
        (
            {"templateRef": "x", "values": []},
            "request/body/values must be object",
            [broken("/body/values", "type", "must be object")],
        ),
        (
            {"templateRef": "x", "values": {}, "secrets": {"a": 1, "b": "text", "c": None}},
            "request/body/secrets/a must be string",
            [broken("/body/secrets/a", "type", "must be string"), broken("/body/secrets/c", "type", "must be string")],
        ),
        (
            {"templateRef": "x", "values": {}, "secrets": {"a/b~c": 1}},
            "request/body/secrets/a~1b~0c must be string",
            [broken("/body/secrets/a~1b~0c", "type", "must be string")],
        ),
        (
            {"templateRef": "x", "values": {}, "secrets": "text"},
            "request/body/secrets must be object",
            [broken("/body/secrets", "type", "must be object")],
        ),
        ([], "request/body must be object", [broken("/body", "type", "must be object")]),
        (None, "request/body must be object", [broken("/body", "type", "must be object")]),
        ("text", "request/body must be object", [broken("/body", "type", "must be object")]),
    ],
)
async def test_all_that_is_wrong_with_a_body_is_told_and_the_first_is_the_message(
    lasting_api, body, message, violations
):
    response = await lasting_api.post("/v2/tasks", content=json.dumps(body), headers=JSON)
    assert refusal(response) == {"name": "InputError", "message": message, "violations": violations}


async def test_an_empty_body_that_says_it_is_json_lacks_its_properties(lasting_api):
    error = refusal(await lasting_api.post("/v2/tasks", headers=JSON))
    assert error["message"] == "request/body must have required property 'templateRef'"


async def test_what_the_body_has_beyond_the_document_is_accepted(lasting_api):
    assert await lasting_api.create(body={"more": {"and": "more"}})


@pytest.mark.parametrize(
    ("content_type", "named"),
    [
        (None, "undefined"),
        ("", ""),
        ("text/plain", "text/plain"),
        ("Text/Plain; charset=utf-8", "text/plain"),
        ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded"),
        ("application/vnd.api+json", "application/vnd.api+json"),
        ("application/jsonp", "application/jsonp"),
    ],
)
async def test_a_body_of_another_media_type_is_refused(lasting_api, content_type, named):
    headers = {} if content_type is None else {"content-type": content_type}
    response = await lasting_api.post("/v2/tasks", content=json.dumps(HELLO), headers=headers)
    assert refusal(response)["message"] == f"unsupported media type {named}"


async def test_no_body_and_no_media_type_is_no_json(lasting_api):
    assert refusal(await lasting_api.post("/v2/tasks"))["message"] == "unsupported media type undefined"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        'application/json; charset="UTF-8"',
        "application/json; charset=us-ascii",
        "application/json ; odata=verbose",
    ],
)
async def test_json_is_accepted_however_it_is_written(lasting_api, content_type):
    response = await lasting_api.post("/v2/tasks", content=json.dumps(HELLO), headers={"content-type": content_type})
    assert response.status_code == 201


@pytest.mark.parametrize("charset", ["latin1", "utf-16", "iso-8859-1"])
async def test_json_in_another_charset_is_refused(lasting_api, charset):
    headers = {"content-type": f"application/json; charset={charset}"}
    response = await lasting_api.post("/v2/tasks", content=json.dumps(HELLO), headers=headers)
    assert refusal(response)["message"] == f'unsupported charset "{charset.upper()}"'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "Expecting property name enclosed in double quotes at position 1"),
        (b'{"templateRef": "hello-world" "values": {}}', "Expecting ',' delimiter at position 30"),
        (b'{"templateRef": "hello-world", "values": {}} {}', "Extra data at position 45"),
        (b" ", "Expecting value at position 1"),
        (b"\xff", "it is not UTF-8"),
        ('{"templateRef": "hello-world", "values": {}}'.encode("utf-16"), "it is not UTF-8"),
        (b'{"templateRef": "hello-world", "values": {"a": 1e999}}', "a number or its nesting is out of bounds"),
        (b'{"templateRef": "hello-world", "values": {"a": -1e999}}', "a number or its nesting is out of bounds"),
        (b'{"values": {"a": ' + b"9" * 5_000 + b"}}", "a number or its nesting is out of bounds"),
        (b'{"values": {"a": NaN}}', "NaN is no JSON"),
        (b'{"values": {"a": Infinity}}', "Infinity is no JSON"),
        (b'{"values": {"a": -Infinity}}', "-Infinity is no JSON"),
        (b"[" * 101 + b"]" * 101, "nested deeper than 100 levels"),
        (b"[" * 10_000 + b"]" * 10_000, ""),
        (b'{"values":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001, ""),
        (b"[" * 1_000_000, ""),
    ],
)
async def test_a_body_that_is_no_json_is_refused(lasting_api, content, reason):
    response = await lasting_api.post("/v2/tasks", content=content, headers=JSON)
    error = refusal(response)
    assert error["message"].startswith(f"The body is not valid JSON: {reason}")
    assert "violations" not in error


async def test_values_may_be_nested_to_the_hundredth_level(lasting_api):
    values = json.loads('{"a":' * 98 + '{"a": 1}' + "}" * 98)
    task_id = await lasting_api.create(values=values)
    assert (await lasting_api.task(task_id))["spec"]["parameters"] == values


async def test_a_chunked_body_is_read_whole(lasting_api):
    async def chunks():
        for byte in json.dumps(HELLO).encode():
            yield bytes([byte])

    response = await lasting_api.post("/v2/tasks", content=chunks(), headers=JSON)
    assert "content-length" not in response.request.headers
    assert response.status_code == 201


async def test_a_body_of_ten_megabytes_is_read(lasting_api):
    content = json.dumps(HELLO).encode().ljust(10 * 1024 * 1024)
    assert (await lasting_api.post("/v2/tasks", content=content, headers=JSON)).status_code == 201


async def test_a_body_of_more_than_ten_megabytes_is_refused(lasting_api):
    content = json.dumps(HELLO).encode().ljust(10 * 1024 * 1024 + 1)
    response = await lasting_api.post("/v2/tasks", content=content, headers=JSON)
    assert refusal(response)["message"] == "request entity too large"


async def test_a_chunked_body_of_more_than_ten_megabytes_is_refused(lasting_api):
    async def chunks():
        for _ in range(11):
            yield b" " * 1024 * 1024

    response = await lasting_api.post("/v2/tasks", content=chunks(), headers=JSON)
    assert refusal(response)["message"] == "request entity too large"


@pytest.mark.parametrize(
    "values",
    [
        '{"a": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"a": ["\\udfff\\ud800", {"\\ud83d": "\\ude00"}]}',
        '{"a": "\\ud83d\\ude00 und Gr\\u00fc\\u00dfe"}',
        '{"a": "\\u0000\\u2028"}',
        '{"a": 12345678901234567890, "b": 1.0, "c": -0.0, "d": 1e-7, "e": null, "f": [], "g": false}',
    ],
)
async def test_values_come_back_as_they_were_sent(lasting_api, values):
    content = f'{{"templateRef": "hello-world", "values": {values}}}'
    response = await lasting_api.post("/v2/tasks", content=content, headers=JSON)
    assert response.status_code == 201
    task = await lasting_api.task(response.json()["id"])
    assert task["spec"]["parameters"] == json.loads(values)


@pytest.mark.parametrize(
    "rest",
    ['"secrets": {"a": "\\ud800"}', '"secrets": {"\\ud800": "a"}', '"\\ud800": 1', '"more": {"\\ud800": "\\ud800"}'],
)
async def test_a_lone_surrogate_beside_the_values_does_no_harm(lasting_api, rest):
    content = f'{{"templateRef": "hello-world", "values": {{}}, {rest}}}'
    assert (await lasting_api.post("/v2/tasks", content=content, headers=JSON)).status_code == 201


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"values": {"a": "\\ud800"}}', "request/body must have required property 'templateRef'"),
        ('{"templateRef": ["\\ud800"], "values": {}}', "request/body/templateRef must be string"),
        ('{"templateRef": "x", "values": {}, "secrets": {"\\ud800": 1}}', "request/body/secrets/\ud800 must be string"),
    ],
)
async def test_a_lone_surrogate_in_an_invalid_body_is_refused_like_any_other(lasting_api, content, message):
    response = await lasting_api.post("/v2/tasks", content=content, headers=JSON)
    assert refusal(response)["message"] == message


@pytest.mark.parametrize(
    "ref",
    [
        "hello-world",
        "template:hello-world",
        "default/hello-world",
        "template:default/hello-world",
        "Template:Default/Hello-World",
        "TEMPLATE:HELLO-WORLD",
    ],
)
async def test_a_template_is_found_in_every_form_and_casing_of_its_reference(lasting_api, ref):
    task = await lasting_api.task(await lasting_api.create(ref))
    assert task["spec"]["templateInfo"]["entityRef"] == HELLO_REF


@pytest.mark.parametrize("ref", ["x/", "/x", ":x", "template:", "template:default/", "template:/x", ":", "/", "a/b:"])
async def test_a_malformed_reference_is_refused(lasting_api, ref):
    response = await lasting_api.post("/v2/tasks", json={"templateRef": ref, "values": {}})
    message = f'Entity reference "{ref}" was not on the form [<kind>:][<namespace>/]<name>'
    assert refusal(response)["message"] == message


async def test_an_empty_reference_is_refused(lasting_api):
    response = await lasting_api.post("/v2/tasks", json={"templateRef": "", "values": {}})
    assert refusal(response)["message"] == "Entity reference must not be empty"


@pytest.mark.parametrize(
    ("ref", "canonical"),
    [
        ("missing", "template:default/missing"),
        ("Template:Other/Hello-World", "template:other/hello-world"),
        ("hello world", "template:default/hello world"),
        ("\ud800", "template:default/\ud800"),
    ],
)
async def test_an_unknown_template_is_named_in_full(lasting_api, ref, canonical):
    content = json.dumps({"templateRef": ref, "values": {}})
    response = await lasting_api.post("/v2/tasks", content=content, headers=JSON)
    assert response.status_code == 404
    assert response.json()["error"] == {"name": "NotFoundError", "message": f"Template {canonical} not found"}


@pytest.mark.parametrize("ref", ["component:default/hello-world", "user:guest", "templates:hello-world"])
async def test_only_templates_make_tasks(lasting_api, ref):
    response = await lasting_api.post("/v2/tasks", json={"templateRef": ref, "values": {}})
    assert refusal(response)["message"] == "Invalid kind, only 'Template' kind is supported"


async def test_a_template_of_another_version_makes_no_task(make_api, tmp_path):
    (tmp_path / "old.yaml").write_text(OLD_TEMPLATE, encoding="utf-8")
    response = await make_api(templates=[tmp_path]).post("/v2/tasks", json={"templateRef": "old", "values": {}})
    assert refusal(response)["message"] == "Unsupported apiVersion field in schema entity, backstage.io/v1beta2"


async def test_values_that_the_template_refuses_are_answered_with_its_errors_alone(lasting_api):
    response = await lasting_api.post(
        "/v2/tasks", json={"templateRef": "broken-legacy-migration", "values": {"service": "x", "keepOldBuilds": 1}}
    )
    assert response.status_code == 400
    assert response.json() == {
        "errors": [
            {
                "path": ["service"],
                "property": "instance.service",
                "message": "does not meet minimum length of 2",
                "schema": {"title": "Name on the old farm", "type": "string", "minLength": 2, "maxLength": 40},
                "instance": "x",
                "name": "minLength",
                "argument": 2,
                "stack": "instance.service does not meet minimum length of 2",
            },
            {
                "path": ["keepOldBuilds"],
                "property": "instance.keepOldBuilds",
                "message": "is not of a type(s) boolean",
                "schema": {"title": "Keep the old builds for a month", "type": "boolean", "default": True},
                "instance": 1,
                "name": "type",
                "argument": ["boolean"],
                "stack": "instance.keepOldBuilds is not of a type(s) boolean",
            },
        ]
    }


async def test_only_the_first_page_that_refuses_the_values_is_heard(lasting_api):
    body = {"templateRef": DEPLOY_KEY, "values": {}, "secrets": {}}
    errors = (await lasting_api.post("/v2/tasks", json=body)).json()["errors"]
    assert [error["argument"] for error in errors] == ["repoUrl", "keyName"]


@pytest.mark.parametrize(
    ("secrets", "where", "message", "stack"),
    [
        ({}, "secrets", "secrets.deployToken is required", 'instance requires property "deployToken"'),
        (
            {"deployToken": "hushhush"[:5]},
            "secrets.deployToken",
            "secrets.deployToken does not meet minimum length of 8",
            "instance.deployToken does not meet minimum length of 8",
        ),
    ],
)
async def test_secrets_that_the_template_refuses_are_not_in_the_answer(
    lasting_api, demo_values, secrets, where, message, stack
):
    body = {"templateRef": DEPLOY_KEY, "values": demo_values[DEPLOY_KEY], "secrets": secrets}
    response = await lasting_api.post("/v2/tasks", json=body)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["property"] == where
    assert error["message"] == message
    assert error["instance"] == {}
    assert error["stack"] == stack
    assert "hush" not in response.text


async def test_a_template_with_a_schema_of_secrets_asks_for_them_even_if_none_are_sent(lasting_api, demo_values):
    response = await lasting_api.post("/v2/tasks", json={"templateRef": DEPLOY_KEY, "values": demo_values[DEPLOY_KEY]})
    assert response.json()["errors"][0]["message"] == "secrets.deployToken is required"


async def test_a_refused_create_leaves_nothing_behind(api):
    for body in (
        {},
        {"templateRef": "missing", "values": {}},
        {"templateRef": "broken-legacy-migration", "values": {}},
    ):
        assert (await api.post("/v2/tasks", json=body)).status_code in {400, 404}
    assert (await api.get("/v2/tasks")).json() == {"tasks": [], "totalTasks": 0}


async def test_secrets_come_back_in_no_view(api, demo_values):
    secret = "-----BEGIN KEY-----hush"
    task_id = await api.create(DEPLOY_KEY, demo_values[DEPLOY_KEY], body={"secrets": {"deployToken": secret}})
    await api.finish(task_id)
    paths = (f"/v2/tasks/{task_id}", "/v2/tasks", f"/v2/tasks/{task_id}/logs", f"/v2/tasks/{task_id}/eventstream")
    views = [(await api.get(path)).text for path in paths]
    assert not any("hush" in view for view in views)
    assert "***" in views[2]
    assert "***" in views[3]
    assert "secrets" not in (await api.task(task_id))


# getTask


async def test_a_task_of_a_user_is_shown_with_all_that_it_was_made_of(lasting_api):
    task = await lasting_api.task(await lasting_api.create(values={"name": "x"}))
    assert list(task) == ["id", "spec", "status", "createdAt", "createdBy"]
    assert task["createdAt"] == timestamp(lasting_api.clock.now())
    assert task["createdBy"] == "user:default/guest"
    spec = task["spec"]
    assert list(spec) == ["apiVersion", "steps", "output", "parameters", "user", "templateInfo"]
    assert spec["apiVersion"] == "scaffolder.backstage.io/v1beta3"
    assert [(step["id"], step["name"], step["action"]) for step in spec["steps"]] == [
        ("greet", "Say hello", "debug:log"),
        ("goodbye", "Say goodbye", "debug:log"),
    ]
    assert spec["steps"][1]["input"]["message"].startswith("That was task ${{ context.task.id }}.")
    assert spec["parameters"] == {"name": "x"}
    assert spec["user"]["ref"] == "user:default/guest"
    assert spec["user"]["entity"]["spec"]["profile"]["displayName"] == "Guest"
    info = spec["templateInfo"]
    assert list(info) == ["entityRef", "baseUrl", "entity"]
    assert info["entityRef"] == HELLO_REF
    assert info["baseUrl"] == "https://github.com/acme/templates/tree/main/hello-world/"
    assert list(info["entity"]) == ["metadata"]
    assert info["entity"]["metadata"]["name"] == "hello-world"
    assert info["entity"]["metadata"]["namespace"] == "default"


async def test_a_task_of_a_service_has_no_creator_and_no_user(lasting_api):
    task = await lasting_api.task(await lasting_api.create(headers=SERVICE))
    assert "createdBy" not in task
    assert task["spec"]["user"] == {}


async def test_a_task_tells_what_has_happened_to_it_by_now(lasting_api):
    task_id = await lasting_api.create()
    queued = await lasting_api.task(task_id)
    await claim(lasting_api, task_id)
    claimed_at = timestamp(lasting_api.clock.now())
    running = await lasting_api.task(task_id)
    done = await lasting_api.finish(task_id)
    assert (queued["status"], running["status"], done["status"]) == ("open", "processing", "completed")
    assert running == {**queued, "status": "processing", "lastHeartbeatAt": claimed_at}
    assert list(done) == ["id", "spec", "status", "createdAt", "lastHeartbeatAt", "completedAt", "createdBy"]
    assert done["completedAt"] == timestamp(lasting_api.clock.now())


async def test_reading_a_task_changes_nothing(lasting_api):
    task_id = await lasting_api.create()
    await claim(lasting_api, task_id)
    assert await lasting_api.task(task_id) == await lasting_api.task(task_id)


@pytest.mark.parametrize(
    ("path", "id"),
    [
        ("unknown", "unknown"),
        ("a%2Fb", "a/b"),
        ("a%20b", "a b"),
        ("%C3%A9", "é"),
        ("..%2F..", "../.."),
        ("%25", "%"),
        ("%zz", "%zz"),
        ("a+b", "a+b"),
        ("%00", "\0"),
    ],
)
async def test_an_unknown_id_is_quoted_as_it_was_meant(lasting_api, path, id):
    for response in (
        await lasting_api.get(f"/v2/tasks/{path}"),
        await lasting_api.get(f"/v2/tasks/{path}/logs"),
        await lasting_api.get(f"/v2/tasks/{path}/eventstream"),
        await lasting_api.post(f"/v2/tasks/{path}/cancel"),
    ):
        assert response.status_code == 404
        assert response.json()["error"] == {"name": "NotFoundError", "message": f"No task with id '{id}' found"}


async def test_an_id_that_is_no_utf_8_is_refused(lasting_api):
    assert refusal(await lasting_api.get("/v2/tasks/%ff"))["message"] == "malformed uri"


# listTasks


async def test_there_are_no_tasks_at_first(api):
    assert (await api.get("/v2/tasks")).json() == {"tasks": [], "totalTasks": 0}


async def test_the_newest_task_is_listed_first_even_of_one_instant(api):
    created = [await api.create(), await api.create()]
    api.clock.advance(1)
    created.append(await api.create())
    listed = (await api.get("/v2/tasks")).json()
    assert [task["id"] for task in listed["tasks"]] == created[::-1]
    assert listed["totalTasks"] == 3


async def test_a_listed_task_is_the_task_itself(api):
    task_id = await api.create()
    assert (await api.get("/v2/tasks")).json()["tasks"] == [await api.task(task_id)]


@pytest.mark.parametrize(
    ("creator", "count"),
    [
        ("user:default/guest", 2),
        ("User:Default/Guest", 0),
        ("guest", 0),
        ("user:default/guest,user:default/other", 0),
        ("user:default/gues", 0),
        ("", 0),
        ("user:default/größe 🎉", 0),
    ],
)
async def test_a_creator_is_asked_for_exactly(api, creator, count):
    await api.create()
    await api.create(headers=SERVICE)
    await api.create()
    response = await api.get("/v2/tasks", params={"createdBy": creator})
    assert response.status_code == 200
    assert len(response.json()["tasks"]) == response.json()["totalTasks"] == count


async def test_a_creator_without_a_value_is_an_empty_one(api):
    await api.create()
    assert (await api.get("/v2/tasks?createdBy")).json() == {"tasks": [], "totalTasks": 0}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("status=open", "Unknown query parameter 'status'"),
        ("x", "Unknown query parameter 'x'"),
        ("CreatedBy=user:default/guest", "Unknown query parameter 'CreatedBy'"),
        ("createdBy[]=a", "Unknown query parameter 'createdBy[]'"),
        ("createdBy=a&createdBy=b", "request/query/createdBy must be string"),
        ("=a", "Unknown query parameter ''"),
    ],
)
async def test_a_query_that_the_document_does_not_know_is_refused(lasting_api, query, message):
    response = await lasting_api.get(f"/v2/tasks?{query}")
    assert refusal(response)["message"] == message
    assert response.json()["request"]["url"] == f"/v2/tasks?{query}"


async def test_all_that_is_wrong_with_a_query_is_told(lasting_api):
    error = refusal(await lasting_api.get("/v2/tasks?limit=1&createdBy=a&createdBy=b&a~b/c=1"))
    assert error["message"] == "Unknown query parameter 'limit'"
    assert error["violations"] == [
        broken("/query/limit", "unknown", "Unknown query parameter 'limit'"),
        broken("/query/createdBy", "type", "must be string"),
        broken("/query/a~0b~1c", "unknown", "Unknown query parameter 'a~b/c'"),
    ]


async def test_the_list_forgets_the_first_that_finished_when_there_are_too_many(api):
    api.world.store._limit = 2
    forgotten, kept = await api.create(headers={"prefer": "scenario=instant"}), await api.create()
    newest = await api.create()
    assert [task["id"] for task in (await api.get("/v2/tasks")).json()["tasks"]] == [newest, kept]
    assert (await api.get(f"/v2/tasks/{forgotten}")).status_code == 404


# cancelTask


async def cancel(api, task_id, **kwargs):
    response = await api.post(f"/v2/tasks/{task_id}/cancel", **kwargs)
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_queued_task_ends_cancelled_without_a_step(lasting_api):
    task_id = await lasting_api.create()
    assert await cancel(lasting_api, task_id) == {"status": "cancelled"}
    task = await lasting_api.task(task_id)
    assert task["status"] == "cancelled"
    assert task["completedAt"] == timestamp(lasting_api.clock.now())
    assert "lastHeartbeatAt" not in task
    events = await lasting_api.logs(task_id)
    assert [(event["type"], event["body"]) for event in events] == [
        ("cancelled", {"message": "Task has been cancelled.", "status": "cancelled"}),
        (
            "completion",
            {
                "message": "Run completed with status: cancelled",
                "error": {"name": "Error", "message": f"Task {task_id} has been cancelled."},
            },
        ),
    ]


async def test_a_running_task_ends_cancelled_at_its_step_and_skips_the_rest(lasting_api):
    task_id = await lasting_api.create()
    await claim(lasting_api, task_id)
    before = await lasting_api.logs(task_id)
    assert await cancel(lasting_api, task_id) == {"status": "cancelled"}
    task, after = await lasting_api.task(task_id), await lasting_api.logs(task_id)
    assert task["status"] == "cancelled"
    assert task["completedAt"] == task["lastHeartbeatAt"] == timestamp(lasting_api.clock.now())
    assert after[: len(before)] == before
    assert [(event["type"], event["body"]) for event in after[len(before) :]] == [
        ("cancelled", {"message": "Step greet has been cancelled.", "stepId": "greet", "status": "cancelled"}),
        (
            "log",
            {
                "message": "Skipping step goodbye because a previous step failed",
                "stepId": "goodbye",
                "status": "skipped",
            },
        ),
        (
            "completion",
            {
                "message": "Run completed with status: cancelled",
                "error": {
                    "name": "Error",
                    "message": f"Step greet (Say hello) of task {task_id} has been cancelled.",
                },
            },
        ),
    ]


@pytest.mark.parametrize("scenario", ["instant", "first-step-fails"])
async def test_a_finished_task_stays_as_it_is(lasting_api, scenario):
    task_id = await lasting_api.create(headers={"prefer": f"scenario={scenario}"})
    finished, events = await lasting_api.finish(task_id), await lasting_api.logs(task_id)
    lasting_api.clock.advance(1)
    assert await cancel(lasting_api, task_id) == {"status": "cancelled"}
    assert await lasting_api.task(task_id) == finished
    assert await lasting_api.logs(task_id) == events


async def test_completion_wins_a_tie_with_cancel(lasting_api):
    task_id = await lasting_api.create()
    await lasting_api.finish(task_id)
    await cancel(lasting_api, task_id)
    assert (await lasting_api.task(task_id))["status"] == "completed"


async def test_a_second_cancel_changes_nothing(lasting_api):
    task_id = await lasting_api.create()
    await claim(lasting_api, task_id)
    await cancel(lasting_api, task_id)
    task, events = await lasting_api.task(task_id), await lasting_api.logs(task_id)
    lasting_api.clock.advance(10_000)
    assert await cancel(lasting_api, task_id) == {"status": "cancelled"}
    assert (await lasting_api.task(task_id), await lasting_api.logs(task_id)) == (task, events)


async def test_a_cancel_that_somebody_else_overtakes_is_tried_again(api, monkeypatch):
    task_id = await api.create()
    replace, overtaken = api.world.store.replace, []

    async def overtake(task, *, expected_version):
        if not overtaken:
            overtaken.append(task)
            raise VersionConflict
        await replace(task, expected_version=expected_version)

    monkeypatch.setattr(api.world.store, "replace", overtake)
    assert await cancel(api, task_id) == {"status": "cancelled"}
    assert overtaken
    assert (await api.task(task_id))["status"] == "cancelled"


async def test_a_cancelled_task_has_no_events_to_come(lasting_api):
    task_id = await lasting_api.create()
    await claim(lasting_api, task_id)
    await cancel(lasting_api, task_id)
    events = await lasting_api.logs(task_id)
    lasting_api.clock.advance(3_600_000)
    assert await lasting_api.logs(task_id) == events


async def test_a_task_that_never_ends_can_be_cancelled(lasting_api):
    task_id = await lasting_api.create(headers={"prefer": "scenario=never-ending"})
    lasting_api.clock.advance(3_600_000)
    assert (await lasting_api.task(task_id))["status"] == "processing"
    assert await cancel(lasting_api, task_id) == {"status": "cancelled"}
    assert (await lasting_api.logs(task_id))[-1]["type"] == "completion"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"", "application/json"),
        (b"{}", "application/json"),
        (b'{"reason": "none"}', "application/json; charset=utf-8"),
        (b"[1]", "application/json"),
        (b"{", "text/plain"),
        (b"\x00\xff", "application/octet-stream"),
        (b"a=b", "application/x-www-form-urlencoded"),
        (b"anything", "no media type at all"),
        (b"anything", None),
    ],
)
async def test_a_cancel_does_not_mind_what_is_in_its_body(lasting_api, content, content_type):
    headers = {} if content_type is None else {"content-type": content_type}
    assert await cancel(lasting_api, await lasting_api.create(), content=content, headers=headers) == {
        "status": "cancelled"
    }


async def test_a_cancel_whose_body_says_it_is_json_and_is_not_is_refused(lasting_api):
    task_id = await lasting_api.create()
    response = await lasting_api.post(f"/v2/tasks/{task_id}/cancel", content=b"{", headers=JSON)
    assert refusal(response)["message"].startswith("The body is not valid JSON: ")
    assert (await lasting_api.task(task_id))["status"] == "open"


async def test_a_cancel_with_a_query_is_refused(lasting_api):
    task_id = await lasting_api.create()
    response = await lasting_api.post(f"/v2/tasks/{task_id}/cancel?force=true")
    assert refusal(response)["message"] == "Unknown query parameter 'force'"
    assert (await lasting_api.task(task_id))["status"] == "open"


# getTaskLogs


@pytest.fixture
async def logged(api):
    """A finished task and its log."""
    task_id = await api.create()
    await api.finish(task_id)
    return task_id, await api.logs(task_id)


async def test_the_log_of_a_run_tells_its_steps(logged):
    task_id, events = logged
    assert [event["body"].get("status") for event in events if "stepId" in event["body"]] == [
        *("processing", None, None, "completed"),
        *("processing", None, None, "completed"),
    ]
    assert events[0]["body"] == {"message": "Starting up task with 2 steps"}
    assert events[4]["body"] == {"message": "Finished step Say hello", "stepId": "greet", "status": "completed"}
    assert [event["type"] for event in events] == ["log"] * 9 + ["completion"]
    assert all(event["taskId"] == task_id and event["isTaskRecoverable"] is False for event in events)


async def test_a_log_entry_has_the_keys_of_an_event_in_their_order(logged):
    _, events = logged
    assert all(list(event) == ["id", "isTaskRecoverable", "taskId", "body", "type", "createdAt"] for event in events)


async def test_after_every_event_comes_what_follows_it(api, logged):
    task_id, events = logged
    for index, event in enumerate(events):
        assert await api.logs(task_id, after=event["id"]) == events[index + 1 :]


async def test_event_ids_increase_over_the_tasks(api, logged):
    _, events = logged
    later = await api.create()
    await api.finish(later)
    assert (await api.logs(later))[0]["id"] > events[-1]["id"]


@pytest.mark.parametrize(
    ("after", "skipped"),
    [
        ("0", 0),
        ("-1", 0),
        ("-9999999999999999999999", 0),
        ("3", 3),
        ("+3", 3),
        ("0x3", 3),
        ("1e1", 10),
        ("0xA", 10),
        ("99999999999999999999999999", 10),
        ("1e300", 10),
    ],
)
async def test_after_is_read_as_javascript_reads_a_number(api, logged, after, skipped):
    task_id, events = logged
    response = await api.get(f"/v2/tasks/{task_id}/logs", params={"after": after})
    assert response.status_code == 200
    assert response.json() == events[skipped:]


@pytest.mark.parametrize(
    "after", ["abc", "1.5", "", " ", "1e400", "Infinity", "NaN", "1_0", "0x", "1,5", "true", "null"]
)
@pytest.mark.parametrize("view", ["logs", "eventstream"])
async def test_an_after_that_is_no_integer_is_refused(lasting_api, view, after):
    response = await lasting_api.get(f"/v2/tasks/any/{view}", params={"after": after})
    assert refusal(response)["message"] == "request/query/after must be integer"


@pytest.mark.parametrize("view", ["logs", "eventstream"])
async def test_two_afters_are_none(lasting_api, view):
    response = await lasting_api.get(f"/v2/tasks/any/{view}?after=1&after=2")
    assert refusal(response)["message"] == "request/query/after must be integer"


@pytest.mark.parametrize("view", ["logs", "eventstream"])
async def test_a_view_of_the_events_knows_no_other_parameter(lasting_api, view):
    response = await lasting_api.get(f"/v2/tasks/any/{view}?since=1")
    assert refusal(response)["message"] == "Unknown query parameter 'since'"


async def test_nothing_has_happened_to_a_queued_task(lasting_api):
    assert await lasting_api.logs(await lasting_api.create()) == []


async def test_the_log_holds_what_has_happened_and_no_more(lasting_api):
    task_id = await lasting_api.create()
    await claim(lasting_api, task_id)
    assert [event["body"]["message"] for event in await lasting_api.logs(task_id)][:2] == [
        "Starting up task with 2 steps",
        "Beginning step Say hello",
    ]
    assert (await lasting_api.logs(task_id))[-1]["type"] == "log"
    assert {event["createdAt"] for event in await lasting_api.logs(task_id)} == {timestamp(lasting_api.clock.now())}


async def test_ten_thousand_lines_are_logged_in_order(api):
    task_id = await api.create(headers={"prefer": "scenario=chatty"})
    await api.finish(task_id)
    events = await api.logs(task_id)
    ids = [event["id"] for event in events]
    assert len(events) > 10_000
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    lines = [event["body"]["message"] for event in events if "/10000]" in event["body"]["message"]]
    assert lines == [
        f"\u001b[32minfo\u001b[39m: [{n}/10000] resolved a package of the project" for n in range(1, 10_001)
    ]


# dryRunTask


def template(**spec):
    step = {"id": "greet", "name": "Greet", "action": "debug:log", "input": {"message": "Hi ${{ parameters.name }}"}}
    return {
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "kind": "Template",
        "metadata": {"name": "tried"},
        "spec": {"type": "service", "steps": [step], **spec},
    }


def dry(template, values=None, **more):
    return {"template": template, "values": values or {}, **more}


async def dry_run(api, template, values=None, **more):
    response = await api.post("/v2/dry-run", json=dry(template, values, **more))
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_dry_run_tells_how_the_template_would_go(lasting_api):
    made = template(output={"greeting": "Hi ${{ parameters.name }}"})
    result = await dry_run(lasting_api, made, {"name": "you"})
    assert result == {
        "log": [
            {"type": "log", "body": {"message": "Starting up task with 2 steps"}},
            {
                "type": "log",
                "body": {"message": "Beginning step Greet", "stepId": "greet", "status": "processing"},
            },
            {
                "type": "log",
                "body": {
                    "message": "\u001b[32minfo\u001b[39m: Running debug:log in dry-run mode with inputs "
                    '(secrets redacted): {\n  "message": "Hi you"\n}',
                    "stepId": "greet",
                },
            },
            {
                "type": "log",
                "body": {"message": '\u001b[32minfo\u001b[39m: {\n  "message": "Hi you"\n}', "stepId": "greet"},
            },
            {"type": "log", "body": {"message": "\u001b[32minfo\u001b[39m: Hi you", "stepId": "greet"}},
            {
                "type": "log",
                "body": {"message": "Finished step Greet", "stepId": "greet", "status": "completed"},
            },
        ],
        "directoryContents": [],
        "output": {"greeting": "Hi you"},
        "steps": [
            {
                "id": "greet",
                "name": "Greet",
                "action": "debug:log",
                "input": {"message": "Hi ${{ parameters.name }}"},
                "status": "completed",
            }
        ],
    }


async def test_a_dry_run_names_the_steps_that_have_no_name(lasting_api):
    result = await dry_run(lasting_api, template(steps=[{"action": "debug:log"}]))
    assert result["steps"] == [{"action": "debug:log", "id": "step-1", "name": "debug:log", "status": "completed"}]


async def test_a_dry_run_skips_what_it_cannot_execute_and_makes_up_its_output(lasting_api):
    wait = {"id": "wait", "action": "debug:wait", "input": {"seconds": 3}}
    publish = {"id": "publish", "action": "publish:github", "input": {"repoUrl": "github.com?owner=a&repo=b"}}
    no = {"id": "no", "action": "debug:log", "if": False}
    made = template(steps=[wait, publish, no], output={"url": "${{ steps.publish.output.remoteUrl }}"})
    result = await dry_run(lasting_api, made)
    assert [step["status"] for step in result["steps"]] == ["skipped", "skipped", "skipped"]
    messages = [entry["body"]["message"] for entry in result["log"]]
    assert "Skipping because debug:wait does not support dry-run" in messages
    assert "Skipping step no because its if condition was false" in messages
    assert result["output"] == {"url": "https://github.com/acme/my-app"}


async def test_a_dry_run_knows_who_asks(lasting_api):
    made = template(output={"user": "${{ user.ref }}"})
    assert (await dry_run(lasting_api, made))["output"] == {"user": "user:default/guest"}


async def test_a_dry_run_gives_the_directory_back_in_the_order_of_its_paths(lasting_api):
    text = base64.b64encode("Grüße".encode()).decode()
    files = [{"path": "src/b.txt", "base64Content": text}, {"path": "./a.txt", "base64Content": ""}]
    result = await dry_run(lasting_api, template(), directoryContents=files)
    assert result["directoryContents"] == [
        {"path": "a.txt", "executable": False, "base64Content": ""},
        {"path": "src/b.txt", "executable": False, "base64Content": text},
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("aGk=", "aGk="),
        ("aGk", "aGk="),
        ("a-_w", "a+/w"),
        ("a Gk\n=", "aGk="),
        ("!!!", ""),
        ("a", ""),
        ("<file too large>", "filetoolarge"),
    ],
)
async def test_contents_that_are_no_base64_are_decoded_as_far_as_they_go(lasting_api, given, kept):
    files = [{"path": "a", "base64Content": given}]
    result = await dry_run(lasting_api, template(), directoryContents=files)
    assert result["directoryContents"][0]["base64Content"] == kept


@pytest.mark.parametrize("path", ["/etc/passwd", "..", "../a", "a/../../b", "a/../b", "./../a"])
async def test_a_path_out_of_the_workspace_is_forbidden(lasting_api, path):
    files = [{"path": "fine", "base64Content": ""}, {"path": path, "base64Content": ""}]
    response = await lasting_api.post("/v2/dry-run", json=dry(template(), directoryContents=files))
    assert response.status_code == 403
    assert response.json()["error"] == {
        "name": "NotAllowedError",
        "message": "Relative path is not allowed to refer to a directory outside its parent",
    }


@pytest.mark.parametrize(("file", "missing"), [({"base64Content": ""}, "path"), ({"path": "a"}, "base64Content")])
async def test_a_file_without_a_path_or_contents_is_refused(lasting_api, file, missing):
    response = await lasting_api.post("/v2/dry-run", json=dry(template(), directoryContents=[file]))
    assert refusal(response)["message"] == f"Malformed request: every file needs '{missing}'"


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (
            {},
            [
                ("/body", "must have required property 'template'"),
                ("/body", "must have required property 'values'"),
            ],
        ),
        (
            {"template": 1, "values": [], "secrets": {"a": 1}, "directoryContents": [{"path": 1}, 2]},
            [
                ("/body/template", "must be object"),
                ("/body/values", "must be object"),
                ("/body/secrets/a", "must be string"),
                ("/body/directoryContents/0/path", "must be string"),
                ("/body/directoryContents/1", "must be object"),
            ],
        ),
        ({"template": {}, "values": {}, "directoryContents": {}}, [("/body/directoryContents", "must be array")]),
    ],
)
async def test_all_that_is_wrong_with_a_request_for_a_dry_run_is_told(lasting_api, body, messages):
    error = refusal(await lasting_api.post("/v2/dry-run", json=body))
    assert [(violation["pointer"], violation["message"]) for violation in error["violations"]] == messages
    assert error["message"] == "request{} {}".format(*messages[0])


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({}, "<root> must have required property 'apiVersion' - missingProperty: apiVersion"),
        (template(steps=None), "/spec/steps must be array - type: array"),
        (template(steps=[{}]), "/spec/steps/0 must have required property 'action' - missingProperty: action"),
        (template(output={"other": 1}), "/spec/output/other must be string - type: string"),
        (template(type=""), "/spec/type must NOT have fewer than 1 characters - limit: 1"),
        ({**template(), "spec": {"type": "x"}}, "/spec must have required property 'steps' - missingProperty: steps"),
        (
            template(EXPERIMENTAL_recovery={"EXPERIMENTAL_strategy": "again"}),
            "/spec/EXPERIMENTAL_recovery/EXPERIMENTAL_strategy must be equal to one of the allowed values",
        ),
        ({**template(), "kind": "Component"}, "Input template is not a template"),
        ({**template(), "apiVersion": "backstage.io/v1beta2"}, "Input template is not a template"),
        ({**template(), "apiVersion": 3}, "Input template is not a template"),
    ],
)
async def test_what_is_no_template_cannot_be_tried(lasting_api, made, message):
    assert refusal(await lasting_api.post("/v2/dry-run", json=dry(made)))["message"] == message


@pytest.mark.parametrize(
    "spec",
    [
        '"output": {"\\ud800": "x"}',
        '"output": {"x": "\\ud800"}',
        '"presentation": {"\\ud800": {"\\ud800": 1}}',
        '"parameters": [{"\\ud800": 1}]',
    ],
)
async def test_a_lone_surrogate_in_a_template_does_no_harm(lasting_api, spec):
    content = json.dumps(dry(template()))[:-1].replace('"type": "service"', f'"type": "service", {spec}') + "}"
    response = await lasting_api.post("/v2/dry-run", content=content, headers=JSON)
    assert response.status_code == 200, response.text


async def test_values_that_the_tried_template_refuses_are_answered_with_its_errors_alone(lasting_api):
    page = {"required": ["name"], "properties": {"name": {"type": "string"}}}
    response = await lasting_api.post("/v2/dry-run", json=dry(template(parameters=page)))
    assert response.status_code == 400
    assert response.json() == {
        "errors": [
            {
                "path": [],
                "property": "instance",
                "message": 'requires property "name"',
                "schema": page,
                "instance": {},
                "name": "required",
                "argument": "name",
                "stack": 'instance requires property "name"',
            }
        ]
    }


async def test_secrets_that_the_tried_template_misses_are_named(lasting_api):
    made = template(secrets={"schema": {"type": "object", "required": ["token"]}})
    response = await lasting_api.post("/v2/dry-run", json=dry(made))
    assert [error["message"] for error in response.json()["errors"]] == ["secrets.token is required"]


async def test_parameters_that_are_no_schema_are_the_fault_of_the_request(lasting_api):
    made = template(parameters={"properties": {"name": {"type": "string", "pattern": "("}}})
    response = await lasting_api.post("/v2/dry-run", json=dry(made, {"name": "x"}))
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("step", "status", "name", "message"),
    [
        (
            {"action": "nope:nope"},
            404,
            "NotFoundError",
            "Template action with ID 'nope:nope' is not registered. See https://backstage.io/docs/features/"
            "software-templates/builtin-actions/ on how to add a new action module.",
        ),
        (
            {"action": "debug:log", "input": {"message": 1}},
            400,
            "InputError",
            "Invalid input passed to action debug:log, instance.message is not of a type(s) string",
        ),
        (
            {"action": "catalog:fetch", "input": {"entityRef": "component:default/nobody"}},
            400,
            "Error",
            "Entity component:default/nobody not found",
        ),
        (
            {"action": "debug:log", "each": "${{ parameters.none }}"},
            400,
            "InputError",
            'Invalid value on action debug:log.each parameter, "${{ parameters.none }}" cannot be resolved to a value',
        ),
    ],
)
async def test_a_step_that_fails_is_the_answer(lasting_api, step, status, name, message):
    response = await lasting_api.post("/v2/dry-run", json=dry(template(steps=[step])))
    assert response.status_code == status
    assert response.json()["error"] == {"name": name, "message": message}


async def test_secrets_are_masked_in_a_dry_run(lasting_api):
    steps = [
        {"id": "log", "action": "debug:log", "input": {"message": "with ${{ secrets.token }}!"}},
        {"id": "upper", "action": "debug:log", "input": {"message": "${{ secrets.token | upper }}"}},
    ]
    made = template(steps=steps, output={"leak": "${{ parameters.copy }}"})
    body = dry(made, {"copy": "keep hushhush"}, secrets={"token": "hushhush"})
    response = await lasting_api.post("/v2/dry-run", json=body)
    result = response.json()
    messages = [entry["body"]["message"] for entry in result["log"]]
    assert any(message.endswith("***") for message in messages)
    assert result["output"] == {"leak": "keep ***"}
    assert "hushhush" not in response.text.lower()


async def test_an_error_of_a_dry_run_tells_no_secret(lasting_api):
    step = {"action": "catalog:fetch", "input": {"entityRef": "component:default/${{ secrets.token }}"}}
    body = dry(template(steps=[step]), secrets={"token": "hushhush"})
    response = await lasting_api.post("/v2/dry-run", json=body)
    assert response.status_code == 400
    assert "hushhush" not in response.text


async def test_a_dry_run_keeps_nothing(api):
    await dry_run(api, template())
    assert (await api.get("/v2/tasks")).json()["tasks"] == []
    task_id = await api.create()
    await api.finish(task_id)
    assert (await api.logs(task_id))[0]["id"] == 1


async def test_a_dry_run_takes_no_time_and_is_the_same_every_time(lasting_api):
    wait = {"id": "wait", "action": "debug:wait", "input": {"minutes": 9}}
    made = template(steps=[wait, {"id": "fetch", "action": "fetch:plain", "input": {"url": "./skeleton"}}])
    assert await dry_run(lasting_api, made) == await dry_run(lasting_api, made)
