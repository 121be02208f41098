"""The long poll of a task: at once if there is anything to tell, else as soon as there is."""

import asyncio

import pytest

from mock_server.app import MockServer
from mock_server.long_poll import poll
from mock_server.simulator import NewTask, Principal
from mock_server.task import TaskEvents
from tests.mock_server.conftest import settle


class Waiting:
    """A task in a frozen world, and those who wait for its events."""

    def __init__(self) -> None:
        self.simulator = MockServer().simulator
        self.world = self.simulator.worlds.get("default")
        self.world.clock.freeze()

    async def create(self, scenario: str | None = None) -> str:
        new = NewTask("hello-world", {}, scenario=scenario)
        self.task = (await self.simulator.create_task(self.world, Principal(None), new)).task
        return self.task.id

    def finish(self) -> None:
        self.world.clock.advance(self.task.ends_at - self.world.clock.now())

    async def events(self) -> list:
        task = await self.world.store.get(self.task.id)
        return list(TaskEvents(task).between(0, self.world.clock.now()))

    def poll(self, after: int = 0) -> asyncio.Task:
        return asyncio.create_task(poll(self.world, self.task.id, after))


@pytest.fixture
async def waiting() -> Waiting:
    waiting = Waiting()
    await waiting.create()
    return waiting


async def test_events_that_have_happened_are_told_at_once(waiting):
    waiting.world.clock.advance(1_000)
    assert await poll(waiting.world, waiting.task.id, 0) == await waiting.events()


@pytest.mark.parametrize("beyond", [0, 1, 10**20])
async def test_the_completion_is_told_whatever_is_known_already(waiting, beyond):
    waiting.finish()
    events = await waiting.events()
    assert await poll(waiting.world, waiting.task.id, events[-1]["id"] + beyond) == events[-1:]


async def test_a_poll_waits_for_the_next_event_and_for_no_more(waiting):
    polling = waiting.poll()
    await settle()
    waiting.world.clock.advance(waiting.task.plan.claimed_at - 1)
    await settle()
    assert not polling.done()
    waiting.world.clock.advance(1)
    assert await polling == await waiting.events() != []


async def test_a_poll_is_woken_by_a_cancel(waiting):
    await waiting.create("stuck-in-queue")
    polling = waiting.poll()
    await settle()
    await waiting.simulator.cancel_task(waiting.world, waiting.task.id)
    assert [event["type"] for event in await polling] == ["cancelled", "completion"]


async def test_a_poll_is_woken_by_a_retry(waiting):
    waiting.finish()
    last = (await waiting.events())[-1]["id"]
    await waiting.simulator.retry_task(waiting.world, waiting.task.id, {})
    assert [event["type"] for event in await poll(waiting.world, waiting.task.id, last)] == ["recovered"]


async def test_a_poll_ends_empty_when_its_patience_on_the_wall_does(waiting):
    assert await poll(waiting.world, waiting.task.id, 0, patience=0) == []


async def test_patience_is_not_needed_where_there_is_something_to_tell(waiting):
    waiting.finish()
    assert await poll(waiting.world, waiting.task.id, 0, patience=0) == await waiting.events()


async def test_a_poll_ends_empty_when_its_world_does(waiting):
    polling = waiting.poll()
    await settle()
    waiting.world.close()
    assert await polling == []


async def test_a_poll_ends_empty_when_its_task_is_forgotten(waiting):
    polling = waiting.poll()
    await settle()
    waiting.world.store._limit = 1
    await waiting.create()
    assert await polling == []
