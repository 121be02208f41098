import gzip
import json
import uuid
import zlib

import pytest

from mock_server.quirks import Quirk
from tests.mock_server.handlers.requests import DEPLOY_KEY, HELLO, HELLO_REF, JSON, OLD_TEMPLATE, broken, refusal


async def test_a_created_task_is_answered_with_its_id_and_nothing_else(lasting_api):
    response = await lasting_api.post("/v2/tasks", json=HELLO)
    assert response.status_code == 201
    assert list(response.json()) == ["id"]
    assert uuid.UUID(response.json()["id"]).version == 4


async def test_a_created_task_names_the_scenario_and_no_location(lasting_api):
    response = await lasting_api.post("/v2/tasks", json=HELLO)
    ours = {"x-mock-journal", "x-mock-scenario", "x-mock-world"}
    assert set(response.headers) == {"content-type", "content-length", "etag"} | ours
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
        ("", "undefined"),
        ("text/plain", "text/plain"),
        ("Text/Plain; charset=UTF-8", "text/plain; charset=utf-8"),
        ("multipart/form-data; boundary=x; b=2; A=1", "multipart/form-data; a=1; b=2"),
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
        "application/json ; odata=verbose",
    ],
)
async def test_json_is_accepted_however_it_is_written(lasting_api, content_type):
    response = await lasting_api.post("/v2/tasks", content=json.dumps(HELLO), headers={"content-type": content_type})
    assert response.status_code == 201


@pytest.mark.parametrize("charset", ["latin1", "utf8", "us-ascii", "iso-8859-1"])
async def test_json_in_another_charset_is_refused(lasting_api, charset):
    headers = {"content-type": f"application/json; charset={charset}"}
    response = await lasting_api.post("/v2/tasks", content=json.dumps(HELLO), headers=headers)
    assert refusal(response)["message"] == f'unsupported charset "{charset.upper()}"'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "Expected property name or '}' in JSON at position 1"),
        (b'{"a": 1 "b": {}}', "Expected ',' or '}' after property value in JSON at position 8"),
        (b"{} {}", "Unexpected non-whitespace character after JSON at position 3"),
        (b" ", "Unexpected end of JSON input"),
        (b"null", "Unexpected token 'n', \"null\" is not valid JSON"),
        (b"\xff", "Unexpected token '\ufffd', \"\ufffd\" is not valid JSON"),
        ("{}".encode("utf-16-le"), "Expected property name or '}' in JSON at position 1"),
        (b"[object Object]", '"[object Object]" is not valid JSON'),
        (b'{"a": 1e999}', "The body is not valid JSON: a number is out of bounds"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "The body is not valid JSON: a number is out of bounds"),
        (b'{"a": NaN}', 'Unexpected token \'N\', "{"a": NaN}" is not valid JSON'),
        (b'{"a": -Infinity}', "No number after minus sign in JSON at position 7"),
        (b"[" * 101 + b"]" * 101, "The body is not valid JSON: nested deeper than 100 levels"),
        (b"[" * 10_000 + b"]" * 10_000, "The body is not valid JSON: nested deeper than 100 levels"),
        (b"[" * 50_000, "The body is not valid JSON: nested deeper than 100 levels"),
    ],
)
async def test_a_body_that_is_no_json_is_refused(lasting_api, content, message):
    response = await lasting_api.post("/v2/tasks", content=content, headers=JSON)
    error = refusal(response)
    assert error["message"] == message
    assert "violations" not in error


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("Deflate", zlib.compress)])
async def test_a_compressed_body_is_read(lasting_api, encoding, compress):
    headers = {**JSON, "content-encoding": encoding}
    response = await lasting_api.post("/v2/tasks", content=compress(json.dumps(HELLO).encode()), headers=headers)
    assert response.status_code == 201


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
        '{"a": 12345678901234567000, "b": 1.0, "c": -0.0, "d": 1e-7, "e": null, "f": [], "g": false}',
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


@pytest.mark.parametrize("ref", ["x/", "/x", ":x", "template:", "template:default/", "template:/x", ":", "/"])
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


async def test_a_template_of_another_version_is_unknown_where_asked(make_api, tmp_path):
    (tmp_path / "old.yaml").write_text(OLD_TEMPLATE, encoding="utf-8")
    api = make_api(templates=[tmp_path], quirks=frozenset({Quirk.LEGACY_UNKNOWN}))
    response = await api.post("/v2/tasks", json={"templateRef": "old", "values": {}})
    assert response.status_code == 404
    assert response.json()["error"]["message"] == "Template template:default/old not found"


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
