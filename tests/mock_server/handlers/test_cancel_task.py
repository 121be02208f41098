import pytest

from mock_server.clock import timestamp
from mock_server.store import VersionConflict
from tests.mock_server.handlers.requests import JSON, claim, refusal


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
    assert refusal(response)["message"] == "Expected property name or '}' in JSON at position 1"
    assert (await lasting_api.task(task_id))["status"] == "open"


async def test_a_cancel_with_a_query_is_refused(lasting_api):
    task_id = await lasting_api.create()
    response = await lasting_api.post(f"/v2/tasks/{task_id}/cancel?force=true")
    assert refusal(response)["message"] == "Unknown query parameter 'force'"
    assert (await lasting_api.task(task_id))["status"] == "open"
