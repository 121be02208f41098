"""Following a world from a program: the order of things, and what is left behind."""

import asyncio
import json

import pytest

from mock_server.addresses import CONTROL_MOUNT
from mock_server.task import TaskEvents
from tests.mock_server.conftest import Stream, settle


class Watched(Stream):
    """The stream of a world; a piece is of whole frames."""

    def __init__(self, api, world="default"):
        super().__init__(api.server, f"{CONTROL_MOUNT}/worlds/{world}/stream", "", {"host": "localhost:7007"})
        self._scope |= {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 7007), "scheme": "http"}

    async def next(self):
        """The kind and the data of what comes next, None once the stream has ended."""
        while not self._unread:
            message = await self.next_message()
            if not message.get("more_body"):
                return None
            for frame in message["body"].decode().split("\n\n")[:-1]:
                kind, data = frame.split("\n")
                self._unread.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
        return self._unread.popleft()

    async def now(self):
        """What has come by now."""
        await settle()
        come = []
        while self._unread or not self._sent.empty():
            come.append(await self.next())
        return come


@pytest.fixture
async def watched(api):
    async with Watched(api) as stream:
        await stream.opened()
        kind, world = await stream.next()
        assert (kind, world["name"]) == ("world", "default")
        yield stream


async def test_a_hand_on_the_world_is_told(api, control, watched):
    await control.post("/worlds/default/clock/advance", json={"seconds": 5})
    assert (await watched.next())[0] == "world"
    await control.put("/worlds/default/scenario", json={"name": "slow"})
    assert (await watched.next())[1]["scenario"] == "slow"
    await control.post("/worlds/default/faults", json={"fault": "reset", "operation": "getTask"})
    assert (await watched.next())[0] == "world"
    api.clock.run(20)
    assert (await watched.next())[1]["clock"]["speed"] == 20


async def test_events_of_all_tasks_are_told_when_they_happen(api, watched):
    tasks = [await api.create() for _ in range(3)]
    assert [kind for kind, _ in await watched.now()] == ["journal"] * 3
    told = []
    while (due := await api.world.store.next_event_at()) is not None:
        api.clock.advance_to(due)
        (kind, _), *events = await watched.now()
        assert (kind, {kind for kind, _ in events}) == ("world", {"event"})
        told += events
    for task_id in tasks:
        assert [event for _, event in told if event["taskId"] == task_id] == await api.logs(task_id)


async def test_a_cancel_in_a_world_whose_time_stands_still_is_told_whole(api, watched):
    task_id = await api.create(headers={"prefer": "scenario=slow"})
    api.clock.advance(5_000)
    await api.post(f"/v2/tasks/{task_id}/cancel")
    await settle()
    told = []
    while not told or told[-1]["type"] != "completion":
        kind, data = await watched.next()
        if kind == "event":
            told.append(data)
    assert told == await api.logs(task_id)


async def test_what_had_happened_before_is_not_told(api):
    await api.finish(await api.create())
    async with Watched(api) as stream:
        await stream.opened()
        await stream.next()
        await settle()
        await api.get("/v2/actions")
        assert (await stream.next())[1]["operation"] == "listActions"


async def test_the_stream_ends_with_its_world(api, control):
    await control.post("/worlds", json={"name": "blue"})
    async with Watched(api, "blue") as stream:
        await stream.opened()
        await stream.next()
        await control.delete("/worlds/blue")
        assert await stream.next() is None


async def test_a_client_that_leaves_leaves_nothing_behind(api, watched):
    await settle()
    assert api.world.journal.grown.waited_for
    watched.leave()
    await settle()
    assert not watched.is_running
    assert not any(signal.waited_for for signal in (api.world.journal.grown, api.clock.altered, api.world.altered))


async def test_others_have_their_turn_however_fast_time_runs(make_api):
    api = make_api(scenario="never-ending")
    await api.create()
    async with Watched(api) as stream:
        api.clock.run(100_000)
        async with asyncio.timeout(5):
            assert (await api.get("/v2/tasks")).status_code == 200
        assert stream.is_running


async def test_only_tasks_to_which_something_happens_are_looked_at(api, watched, monkeypatch):
    tasks = [await api.create(headers={"prefer": "scenario=slow"}) for _ in range(50)]
    await watched.now()
    looked_at = []

    class Noted(TaskEvents):
        def __init__(self, task):
            looked_at.append(task.id)
            super().__init__(task)

    monkeypatch.setattr("mock_server.world_watch.TaskEvents", Noted)
    await api.post(f"/v2/tasks/{tasks[7]}/cancel")
    events = [data for kind, data in await watched.now() if kind == "event"]
    assert [event["type"] for event in events] == ["cancelled", "completion"]
    assert looked_at == [tasks[7]]


async def test_a_retry_is_told_from_where_the_watcher_came_in(api):
    task_id = await api.create(headers={"prefer": "scenario=instant"})
    before = await api.logs(task_id)
    async with Watched(api) as stream:
        await stream.opened()
        await stream.next()
        await api.post(f"/v2/tasks/{task_id}/retry", headers={"prefer": "scenario=instant"})
        told = [data for kind, data in await stream.now() if kind == "event"]
    assert told
    assert told == [event for event in await api.logs(task_id) if event["id"] > before[-1]["id"]]


async def test_many_events_at_once_are_told_in_pieces_and_in_the_order_of_each_task(api, watched):
    tasks = [await api.create(headers={"prefer": "scenario=chatty"}) for _ in range(2)]
    api.clock.advance(600_000)
    told = []
    while sum(event["type"] == "completion" for event in told) < 2:
        told += watched_events(await watched.now())
    for task_id in tasks:
        assert [event for event in told if event["taskId"] == task_id] == await api.logs(task_id)


def watched_events(told):
    return [data for kind, data in told if kind == "event"]
