"""getTaskEvents: a long poll."""

import asyncio

import pytest

from mock_server.handlers.long_poll import LongPoll
from tests.mock_server.conftest import settle
from tests.mock_server.handlers.requests import refusal

QUEUED = {"prefer": "scenario=stuck-in-queue"}


async def events(api, task_id, query=""):
    response = await api.get(f"/v2/tasks/{task_id}/events{query}")
    assert response.status_code == 200, response.text
    return response.json()


@pytest.fixture
async def finished(api):
    task_id = await api.create()
    await api.finish(task_id)
    return task_id


async def test_the_events_of_a_finished_task_are_its_logs(api, finished):
    assert await events(api, finished) == await api.logs(finished)


@pytest.mark.parametrize("query", ["?after=-1", "?after=0", "?after=-1e3"])
async def test_after_nothing_come_all(api, finished, query):
    assert await events(api, finished, query) == await api.logs(finished)


async def test_only_what_comes_after_is_told(api, finished):
    known = await api.logs(finished)
    assert await events(api, finished, f"?after={known[2]['id']}") == known[3:]


@pytest.mark.parametrize("after", ["last", 999_999])
async def test_the_completion_comes_again(api, finished, after):
    known = await api.logs(finished)
    after = known[-1]["id"] if after == "last" else after
    assert await events(api, finished, f"?after={after}") == known[-1:]


async def test_a_poll_waits_until_something_happens(api):
    task_id = await api.create()
    polling = asyncio.create_task(events(api, task_id))
    await settle()
    assert not polling.done()
    await api.finish(task_id)
    assert await polling == await api.logs(task_id)


async def test_a_cancel_wakes_who_waits(api):
    task_id = await api.create(headers=QUEUED)
    polling = asyncio.create_task(events(api, task_id))
    await settle()
    await api.post(f"/v2/tasks/{task_id}/cancel")
    assert [event["type"] for event in await polling] == ["cancelled", "completion"]


async def test_who_goes_away_leaves_nothing_behind(api):
    task_id = await api.create(headers=QUEUED)
    signal = api.world.store.changed(task_id)
    running = asyncio.all_tasks()
    gone, sent = asyncio.Event(), []

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    polling = asyncio.create_task(LongPoll(api.world, task_id, 0)({"method": "GET"}, receive, send))
    await settle()
    assert signal.waited_for
    gone.set()
    await polling
    assert sent == []
    assert not signal.waited_for
    assert asyncio.all_tasks() == running


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("after=abc", "request/query/after must be integer"),
        ("after=1.5", "request/query/after must be integer"),
        ("after=1&after=2", "request/query/after must be integer"),
        ("since=1", "Unknown query parameter 'since'"),
    ],
)
async def test_a_poll_that_cannot_be_understood_is_refused(api, finished, query, message):
    assert refusal(await api.get(f"/v2/tasks/{finished}/events?{query}"))["message"] == message


async def test_an_unknown_task_has_no_events(api):
    response = await api.get("/v2/tasks/nope/events")
    assert response.status_code == 404
    assert response.json()["error"] == {"name": "NotFoundError", "message": "No task with id 'nope' found"}


async def test_a_stranger_is_told_nothing(api, finished):
    assert (await api.get(f"/v2/tasks/{finished}/events", headers={"authorization": ""})).status_code == 401
