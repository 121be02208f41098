"""Entities and tasks recorded from a real Backstage 4.2.0: the mock tells the same of them.

Left out of the comparison: ids and times, and the JavaScript stack below the first line of a failed step's message.
"""

import json

import pytest

from mock_server.clock import SECOND
from mock_server.task_specs import numbered_steps
from tests.mock_server.conftest import DATA, SERVICE

ENTITIES = DATA / "recorded_entities.yaml"
TASKS = json.loads((DATA / "recorded_tasks.json").read_text(encoding="utf-8"))


@pytest.fixture
def recorded_api(make_api):
    return make_api(templates=[ENTITIES])


def told(events):
    return [
        {"type": event["type"], "isTaskRecoverable": event["isTaskRecoverable"], "body": body(event)}
        for event in events
    ]


def body(event):
    message = event["body"].get("message", "").partition("\n    at ")[0]
    return {**event["body"], "message": message}


@pytest.mark.parametrize("recorded", TASKS, ids=lambda recorded: recorded["name"])
async def test_a_recorded_task_runs_as_it_did(recorded_api, recorded):
    headers = SERVICE if recorded["service"] else {}
    created = await recorded_api.post("/v2/tasks", json=recorded["request"], headers=headers)
    task_id = created.json()["id"]
    await recorded_api.finish(task_id)
    assert told(await recorded_api.logs(task_id)) == recorded["events"]


async def test_a_recorded_wait_takes_as_long_as_it_says(recorded_api):
    task_id = await recorded_api.create("demo", {"name": "c", "count": 8})
    task = await recorded_api.world.store.get(task_id)
    wait = task.plan.steps[-1]
    assert wait.ends_at - wait.starts_at == 8 * SECOND


async def test_the_form_of_a_recorded_template_is_served_whole(recorded_api):
    schema = (await recorded_api.get("/v2/templates/default/Template/Demo/parameter-schema")).json()
    assert list(schema) == ["title", "description", "steps"]
    assert [list(step) for step in schema["steps"]] == [["title", "schema"], ["title", "description", "schema"]]
    assert schema["steps"][0]["schema"]["properties"]["name"]["ui:autofocus"] is True


async def test_recorded_presentation_and_decorators_are_served(recorded_api):
    schema = (await recorded_api.get("/v2/templates/default/template/secretful/parameter-schema")).json()
    assert schema == {
        "title": "Secretful",
        "presentation": {"buttonLabels": {"backButtonText": "B", "createButtonText": "C", "reviewButtonText": "R"}},
        "steps": [],
        "formDecorators": [{"id": "deco", "input": {"a": 1}}],
    }


async def test_a_template_of_an_older_version_cannot_be_run(recorded_api):
    response = await recorded_api.post("/v2/tasks", json={"templateRef": "oldone", "values": {}})
    assert response.status_code == 400
    assert response.json()["error"]["message"] == "Unsupported apiVersion field in schema entity, backstage.io/v1beta2"


async def test_the_spec_of_a_recorded_task_has_the_keys_of_the_real_one(recorded_api):
    task = await recorded_api.task(await recorded_api.create("demo", {"name": "abc"}))
    assert list(task["spec"]) == ["apiVersion", "steps", "output", "parameters", "user", "templateInfo"]
    assert list(task["spec"]["user"]) == ["entity", "ref"]
    assert task["spec"]["user"]["entity"]["relations"] == [{"type": "memberOf", "targetRef": "group:default/guests"}]
    assert list(task["spec"]["templateInfo"]) == ["entityRef", "baseUrl", "entity"]
    assert task["spec"]["templateInfo"]["entity"]["metadata"]["namespace"] == "default"
    assert [step["id"] for step in task["spec"]["steps"]] == ["hello", "step-2", "eachy", "wait"]


def test_steps_without_id_and_name_get_those_of_the_real_server():
    assert numbered_steps([{"action": "debug:log"}]) == [{"action": "debug:log", "id": "step-1", "name": "debug:log"}]
