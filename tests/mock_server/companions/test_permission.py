"""What somebody may do, as the permission plugin tells it."""

import json

import pytest

from tests.mock_server.conftest import SERVICE, MakeApi

AUTHORIZE = "http://mock/api/permission/authorize"
CREATE = {"type": "basic", "name": "scaffolder.task.create", "attributes": {"action": "create"}}
READ = {
    "type": "resource",
    "name": "scaffolder.task.read",
    "attributes": {"action": "read"},
    "resourceType": "scaffolder-task",
}
PAGE = {**READ, "name": "scaffolder.template.parameter.read", "resourceType": "scaffolder-template"}
OWN = """
description: Everybody sees what is theirs.
permissions:
  scaffolder.task.read: own
  scaffolder.template.parameter.read: {tagged: [public]}
  catalog.*: deny
"""


def asked(*questions):
    return {"items": [{"id": str(number), **question} for number, question in enumerate(questions)]}


async def decisions(api, *questions, **kwargs):
    response = await api.post(AUTHORIZE, asked(*questions), **kwargs)
    assert response.status_code == 200, response.text
    items = response.json()["items"]
    assert [item["id"] for item in items] == [str(number) for number, _ in enumerate(questions)]
    return [item["result"] for item in items]


async def refusal(api, body, status=400, **kwargs):
    response = await api.post(AUTHORIZE, body, **kwargs)
    assert response.status_code == status, response.text
    return response.json()["error"]


@pytest.fixture
def own(make_api: MakeApi, tmp_path):
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    return make_api(scenarios=[tmp_path], scenario="own")


async def test_everything_is_allowed_by_itself(api):
    unknown = {"permission": {**CREATE, "name": "nobody.knows"}}
    task = {"permission": READ, "resourceRef": "x"}
    assert await decisions(api, {"permission": CREATE}, unknown, task) == ["ALLOW"] * 3


async def test_nothing_asked_is_nothing_answered(api):
    assert await decisions(api) == []


async def test_a_scenario_that_is_named_or_whose_world_it_is_denies(api):
    assert await decisions(api, {"permission": CREATE}, headers={"prefer": "scenario=read-only"}) == ["DENY"]
    world = AUTHORIZE.replace("/api", "/worlds/read-only/api")
    response = await api.post(world, asked({"permission": CREATE}, {"permission": READ, "resourceRef": "x"}))
    assert [item["result"] for item in response.json()["items"]] == ["DENY", "ALLOW"]


async def test_a_glob_denies_all_that_it_matches(own):
    assert await decisions(own, {"permission": {**CREATE, "name": "catalog.entity.create"}}) == ["DENY"]


async def test_what_is_allowed_with_one_s_own_tasks_depends_on_whose_they_are(own):
    mine, theirs = await own.create(), await own.create(headers=SERVICE)
    questions = [{"permission": READ, "resourceRef": ref} for ref in (mine, theirs, [mine, theirs, mine])]
    assert await decisions(own, *questions) == ["ALLOW", "DENY", ["ALLOW", "DENY", "ALLOW"]]


@pytest.mark.parametrize("ref", ["nope", ["nope"]])
async def test_of_a_task_that_is_not_there_nothing_can_be_said(own, ref):
    error = await refusal(own, asked({"permission": READ, "resourceRef": ref}), status=404)
    assert error["name"] == "ResponseError"
    assert error["cause"] == {"name": "NotFoundError", "message": "No task with id 'nope' found"}


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"permission": {**CREATE, "name": READ["name"]}}, "Conditional decision returned from permission policy"),
        ({"permission": {**READ, "resourceType": "odd"}, "resourceRef": "x"}, "Invalid resource conditions returned"),
        ({"permission": PAGE, "resourceRef": "x"}, "This plugin does not expose any permission rule"),
    ],
)
async def test_a_question_that_breaks_the_real_server_is_refused(own, question, message):
    assert (await refusal(own, asked(question)))["message"].startswith(message)


async def test_a_user_has_to_say_what_it_is_about(api):
    error = await refusal(api, asked({"permission": READ}))
    assert error["message"].startswith("Resource permissions require a resourceRef to be set.")


async def test_nobody_is_told_the_conditions(make_api: MakeApi, tmp_path):
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    api = make_api(scenarios=[tmp_path], scenario="own", auth="off")
    body = asked({"permission": READ}, {"permission": PAGE})
    items = (await api.post(AUTHORIZE, body, headers={"authorization": ""})).json()["items"]
    assert [item["result"] for item in items] == ["CONDITIONAL", "CONDITIONAL"]
    assert items[0]["conditions"] == {
        "rule": "IS_TASK_OWNER",
        "resourceType": "scaffolder-task",
        "params": {"createdBy": []},
    }
    assert items[1]["conditions"]["anyOf"][0]["params"] == {"tag": "public"}


@pytest.mark.parametrize("body", [{"items": []}, {"items": 1}])
async def test_a_service_has_nothing_to_ask(api, body):
    error = await refusal(api, body, status=403, headers=SERVICE)
    assert error == {"name": "NotAllowedError", "message": "This endpoint does not allow 'service' credentials"}


@pytest.mark.parametrize(
    ("body", "issue"),
    [
        ({}, {"code": "invalid_type", "expected": "array", "received": "undefined", "message": "Required"}),
        (
            {"items": None},
            {
                "code": "invalid_type",
                "expected": "array",
                "received": "null",
                "message": "Expected array, received null",
            },
        ),
    ],
)
async def test_a_body_that_is_not_understood_is_told_so_in_the_words_of_the_real_server(api, body, issue):
    (told,) = json.loads((await refusal(api, body))["message"])
    assert told == {**issue, "path": ["items"]}


async def test_a_body_that_does_not_say_it_is_json_is_none(api):
    response = await api.http.post(AUTHORIZE, content='{"items": []}', headers={"content-type": "text/plain"})
    assert json.loads(response.json()["error"]["message"])[0]["message"] == "Required"


async def test_of_very_many_mistakes_the_first_are_told(api):
    told = json.loads((await refusal(api, {"items": [1] * 40_000}))["message"])
    assert len(told) == 100


async def test_a_body_of_more_than_a_hundred_kilobytes_is_too_large(api):
    error = await refusal(api, {"items": [], "more": "x" * 102_400})
    assert error["message"] == "request entity too large"


async def test_what_the_query_says_does_not_matter(api):
    assert (await api.post(f"{AUTHORIZE}?a=b&a[c]=%zz", {"items": []})).status_code == 200


async def test_whether_the_plugin_is_up_is_no_secret(api):
    response = await api.get("http://mock/api/permission/health", headers={"authorization": ""})
    assert response.json() == {"status": "ok"}
