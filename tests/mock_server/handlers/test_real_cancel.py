"""cancelTask with the habits of the real server, over HTTP; how a plan takes them is in ../test_cancellation.py."""

import httpx
import pytest

from mock_server.quirks import Quirk
from tests.conformance import MOUNT
from tests.mock_server.conftest import USER
from tests.mock_server.handlers.requests import claim

SLOW = {"prefer": "scenario=slow"}


@pytest.fixture
def quirky(make_api):
    return lambda *quirks: make_api(quirks=frozenset(quirks))


async def cancel(api, task_id):
    response = await api.post(f"/v2/tasks/{task_id}/cancel")
    assert response.status_code == 200
    assert response.json() == {"status": "cancelled"}


async def test_a_cancelled_task_is_still_processing_and_fails_within_a_second(quirky):
    api = quirky(Quirk.CANCEL_FAILS)
    task_id = await api.create(headers=SLOW)
    await claim(api, task_id)
    async with api.stream(task_id) as stream:
        await stream.opened()
        await cancel(api, task_id)
        assert (await api.task(task_id))["status"] == "processing"
        assert (await stream.pending())[-1]["type"] == "cancelled"
        await cancel(api, task_id)
        assert [event["type"] for event in await stream.pending()] == ["cancelled"]
        api.clock.advance(1_000)
        assert (await stream.rest())[-1]["body"]["message"] == "Run completed with status: failed"
    assert (await api.task(task_id))["status"] == "failed"
    assert [task["id"] for task in (await api.get("/v2/tasks?status=failed")).json()["tasks"]] == [task_id]


async def test_a_task_whose_cancel_failed_can_be_retried(quirky):
    api = quirky(Quirk.CANCEL_FAILS)
    task_id = await api.create(headers=SLOW)
    await claim(api, task_id)
    await cancel(api, task_id)
    api.clock.advance(1_000)
    before = await api.logs(task_id)
    assert (await api.post(f"/v2/tasks/{task_id}/retry")).status_code == 201
    left = [event for event in before if event["type"] == "log"]
    assert (await api.logs(task_id))[:-1] == left
    assert left[-2]["body"]["status"] == "failed"


async def test_a_late_cancel_shows_behind_the_completion_and_nowhere_else(quirky):
    api = quirky(Quirk.LATE_CANCEL_EVENT)
    task_id = await api.create()
    task = await api.finish(task_id)
    completion = (await api.logs(task_id))[-1]
    api.clock.advance(5_000)
    await cancel(api, task_id)
    assert await api.task(task_id) == task
    told = (await api.get(f"/v2/tasks/{task_id}/events?after={completion['id']}")).json()
    assert [event["type"] for event in told] == ["completion", "cancelled"]
    async with api.stream(task_id, after=completion["id"]) as stream:
        await stream.opened()
        assert await stream.rest() == told[1:]


async def test_a_task_that_was_cancelled_in_the_queue_stays_there_until_it_is_claimed(quirky):
    api = quirky(Quirk.STEP_ZERO)
    task_id = await api.create(headers=SLOW)
    await cancel(api, task_id)
    assert (await api.task(task_id))["status"] == "open"
    assert [event["body"]["stepId"] for event in await api.logs(task_id)] == [0]
    assert (await api.finish(task_id))["status"] == "failed"


async def test_a_second_cancel_in_the_queue_is_an_error_of_the_server(quirky):
    api = quirky(Quirk.STEP_ZERO, Quirk.REDUCE_FAULT)
    task_id = await api.create(headers=SLOW)
    await cancel(api, task_id)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api.server), headers=USER) as client:
        response = await client.post(f"http://mock{MOUNT}/v2/tasks/{task_id}/cancel")
    assert response.status_code == 500
    assert response.json() == {
        "error": {"name": "TypeError", "message": "Reduce of empty array with no initial value"},
        "request": {"method": "POST", "url": f"/v2/tasks/{task_id}/cancel"},
        "response": {"statusCode": 500},
    }
    assert len(await api.logs(task_id)) == 1
