"""retryTask: a task that has ended runs once more."""

import pytest

from mock_server.clock import timestamp
from mock_server.lifecycle import TERMINAL
from tests.mock_server.conftest import SERVICE
from tests.mock_server.handlers.requests import JSON, refusal


async def retry(api, task_id, **kwargs):
    return await api.post(f"/v2/tasks/{task_id}/retry", **kwargs)


@pytest.fixture
async def finished(api):
    task_id = await api.create()
    await api.finish(task_id)
    return task_id


async def test_a_retry_answers_with_the_same_id(api, finished):
    response = await retry(api, finished)
    assert response.status_code == 201
    assert response.json() == {"id": finished}
    assert response.headers["x-mock-scenario"] == "happy-path"


@pytest.mark.parametrize("kwargs", [{}, {"json": {}}, {"json": {"secrets": {"tok": "s"}}}, {"json": {"more": 1}}])
async def test_a_retry_needs_no_body(api, finished, kwargs):
    assert (await retry(api, finished, **kwargs)).status_code == 201


async def test_a_retry_as_the_real_client_sends_it_has_an_empty_object(api, finished):
    assert (await retry(api, finished, content=b"{}", headers=JSON)).status_code == 201


async def test_a_retried_task_is_open_and_says_so_everywhere(api, finished):
    before = await api.task(finished)
    api.clock.advance(5_000)
    await retry(api, finished)
    task = await api.task(finished)
    assert task == {
        **{key: before[key] for key in ("id", "spec", "createdAt", "createdBy")},
        "status": "open",
        "lastHeartbeatAt": timestamp(api.clock.now()),
    }
    assert (await api.get("/v2/tasks")).json()["tasks"] == [task]
    assert (await api.logs(finished))[-1]["type"] == "recovered"


async def test_a_retried_task_runs_all_its_steps_again(api, finished):
    first = await api.logs(finished)
    await retry(api, finished)
    task = await api.finish(finished)
    events = await api.logs(finished)
    assert task["status"] == "completed"
    assert events[: len(first) - 1] == first[:-1]
    again = events[len(first) :]
    assert [event["body"] for event in again] == [event["body"] for event in first]
    assert min(event["id"] for event in again) > max(event["id"] for event in first)
    assert (await api.get(f"/v2/tasks/{finished}/events")).json() == events


@pytest.mark.parametrize("scenario", ["first-step-fails", "cancelled-by-someone-else"])
async def test_a_task_can_be_retried_whatever_it_ended_as(api, scenario):
    task_id = await api.create(headers={"prefer": f"scenario={scenario}"})
    assert (await api.finish(task_id))["status"] in TERMINAL - {"completed"}
    assert (await retry(api, task_id)).status_code == 201
    assert (await api.finish(task_id))["status"] == "completed"
    assert [event["type"] for event in await api.logs(task_id)].count("cancelled") == 0


async def test_a_retry_plays_the_scenario_that_it_names(api, finished):
    response = await retry(api, finished, headers={"prefer": "scenario=first-step-fails"})
    assert response.headers["x-mock-scenario"] == "first-step-fails"
    assert (await api.finish(finished))["status"] == "failed"


@pytest.mark.parametrize("scenario", ["stuck-in-queue", "never-ending"])
async def test_a_task_that_has_not_ended_cannot_be_retried(api, scenario):
    task_id = await api.create(headers={"prefer": f"scenario={scenario}"})
    api.clock.advance(60_000)
    response = await retry(api, task_id)
    assert response.status_code == 409
    assert response.json()["error"] == {
        "name": "ConflictError",
        "message": f"Task with taskId {task_id} cannot be retried",
    }


async def test_a_task_cannot_be_retried_twice_at_once(api, finished):
    await retry(api, finished)
    assert (await retry(api, finished)).status_code == 409


async def test_an_unknown_task_cannot_be_retried(api):
    response = await retry(api, "nope")
    assert response.status_code == 404
    assert response.json()["error"] == {"name": "NotFoundError", "message": "No task with id 'nope' found"}


async def test_who_does_not_say_who_he_is_retries_nothing(api, finished):
    assert (await retry(api, finished, headers={"authorization": ""})).status_code == 401
    assert (await api.task(finished))["status"] == "completed"


async def test_anybody_may_retry(api, finished):
    assert (await retry(api, finished, headers=SERVICE)).status_code == 201
    assert (await api.task(finished))["createdBy"] == "user:default/guest"


async def test_a_retry_needs_the_secrets_of_its_template(api, demo_values):
    values = demo_values["template:default/secret-deploy-key"]
    secrets = {"deployToken": "hunter2-hunter2"}
    task_id = await api.create("secret-deploy-key", values, body={"secrets": secrets})
    await api.finish(task_id)
    refused = await retry(api, task_id, json={})
    assert refused.status_code == 400
    assert [error["message"] for error in refused.json()["errors"]] == ["secrets.deployToken is required"]
    assert (await retry(api, task_id, json={"secrets": secrets})).status_code == 201
    await api.finish(task_id)
    assert "hunter2" not in (await api.get(f"/v2/tasks/{task_id}/logs")).text


@pytest.mark.parametrize(
    ("content", "headers", "message"),
    [
        (b"[]", JSON, "request/body must be object"),
        (b'{"secrets": []}', JSON, "request/body/secrets must be object"),
        (b'{"secrets": {"a": 1}}', JSON, "request/body/secrets/a must be string"),
        (b"x", {"content-type": "text/plain"}, "unsupported media type text/plain"),
    ],
)
async def test_a_retry_that_cannot_be_understood_is_refused(api, finished, content, headers, message):
    response = await retry(api, finished, content=content, headers=headers)
    assert refusal(response)["message"] == message
    assert (await api.task(finished))["status"] == "completed"
