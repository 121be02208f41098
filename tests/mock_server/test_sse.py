"""The replay of a task with the habits of the real server; without them in handlers/test_event_stream.py."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mock_server.app import MockServer, Options
from mock_server.quirks import Quirk
from mock_server.simulator import NewTask, Principal, Simulator
from mock_server.sse import replay
from mock_server.task import Task, TaskEvents
from mock_server.world import World
from tests.conformance import check_frames
from tests.mock_server.conftest import DATA, settle

BATCHED = {Quirk.BATCHED_STREAM}
AGAIN = {Quirk.COMPLETION_AGAIN}
ENDLESS = {Quirk.ENDLESS_RECOVERABLE}


@pytest.fixture
def simulator() -> Simulator:
    return MockServer(Options(templates=[DATA / "recorded_entities.yaml"])).simulator


@pytest.fixture
def world(simulator: Simulator) -> World:
    world = simulator.worlds.get("default")
    world.clock.freeze()
    return world


class Life:
    """A task and the instants of its life."""

    def __init__(self, simulator: Simulator, world: World, task: Task) -> None:
        self.simulator = simulator
        self.world = world
        self.id = task.id
        self.task = task

    def finish(self) -> None:
        assert self.task.ends_at is not None
        self.world.clock.advance(max(0, self.task.ends_at - self.world.clock.now()))

    async def retry(self, secrets: dict[str, str] | None = None) -> None:
        self.task = (await self.simulator.retry_task(self.world, self.id, secrets or {})).task

    async def ids(self) -> list[int]:
        task = await self.world.store.get(self.id)
        return [event["id"] for event in TaskEvents(task).between(0, self.world.clock.now())]


@pytest.fixture
async def demo(simulator: Simulator, world: World) -> Life:
    new = NewTask("demo", {"name": "a", "count": 5})
    return Life(simulator, world, (await simulator.create_task(world, Principal(None), new)).task)


SECRETS = {"tok": "abcdef"}


@pytest.fixture
async def recoverable(simulator: Simulator, world: World) -> Life:
    new = NewTask("secretful", {}, SECRETS)
    return Life(simulator, world, (await simulator.create_task(world, Principal(None), new)).task)


class Replay:
    """A replay that is going on: what it has written, write by write."""

    def __init__(self) -> None:
        self.writes: list[list[dict[str, Any]]] = []
        self.running: asyncio.Task[None] | None = None

    async def write(self, frames: bytes) -> None:
        self.writes.append([event for frame in frames.split(b"\n\n")[:-1] for event in check_frames(frame + b"\n\n")])

    async def fresh(self) -> list[list[int]]:
        """The ids of what has been written since the last time, write by write."""
        await settle()
        written, self.writes = self.writes, []
        return [[event["id"] for event in events] for events in written]

    async def fresh_ids(self) -> list[int]:
        """The ids of what has been written since the last time."""
        return [id for written in await self.fresh() for id in written]

    @property
    def has_ended(self) -> bool:
        return self.running is not None and self.running.done()


@asynccontextmanager
async def listening(life: Life, quirks: set[Quirk], after: int | None = 0) -> AsyncIterator[Replay]:
    heard = Replay()
    heard.running = asyncio.create_task(replay(life.world, life.id, after, heard.write, quirks))
    yield heard
    heard.running.cancel()
    await asyncio.gather(heard.running, return_exceptions=True)


async def test_a_batched_stream_writes_all_it_finds_in_one_piece(demo):
    demo.world.clock.advance(2_000)
    async with listening(demo, BATCHED) as heard:
        assert await heard.fresh() == [await demo.ids()]


async def test_a_batched_stream_looks_once_a_second(demo):
    async with listening(demo, BATCHED) as heard:
        await settle()
        demo.world.clock.advance(999)
        assert await heard.fresh() == []
        demo.world.clock.advance(1)
        assert await heard.fresh() == [await demo.ids()]


async def test_a_batched_stream_is_not_woken_by_a_cancel(demo):
    demo.world.clock.advance(2_000)
    async with listening(demo, BATCHED) as heard:
        before = (await heard.fresh())[0]
        await demo.simulator.cancel_task(demo.world, demo.id)
        assert await heard.fresh() == []
        demo.world.clock.advance(1_000)
        assert await heard.fresh() == [(await demo.ids())[len(before) :]]
        assert heard.has_ended


async def test_a_batched_stream_ends_with_its_world_at_once(demo):
    async with listening(demo, BATCHED) as heard:
        await settle()
        demo.world.close()
        await settle()
        assert heard.has_ended


async def test_the_completion_comes_again_to_who_has_it_already(demo):
    demo.finish()
    ids = await demo.ids()
    async with listening(demo, AGAIN, after=ids[-1]) as heard:
        assert await heard.fresh() == [ids[-1:]]
        assert heard.has_ended


async def test_the_completion_comes_once_to_who_has_not_had_it(demo):
    demo.finish()
    async with listening(demo, AGAIN) as heard:
        assert await heard.fresh_ids() == await demo.ids()


async def test_where_after_is_no_number_only_the_completion_comes(demo):
    async with listening(demo, set(), after=None) as heard:
        await settle()
        demo.world.clock.advance(2_000)
        assert await heard.fresh() == []
        demo.finish()
        assert await heard.fresh() == [(await demo.ids())[-1:]]
        assert heard.has_ended


@pytest.mark.parametrize("quirks", [set(), BATCHED])
async def test_the_stream_of_a_recoverable_task_stays_open_and_says_nothing_more(recoverable, quirks):
    recoverable.finish()
    ids = await recoverable.ids()
    async with listening(recoverable, quirks) as heard:
        assert await heard.fresh_ids() == ids
        recoverable.world.clock.advance(10_000)
        assert await heard.fresh() == []
        assert not heard.has_ended


@pytest.mark.parametrize("quirks", [ENDLESS, ENDLESS | BATCHED])
async def test_an_endless_stream_repeats_the_completion_every_second(recoverable, quirks):
    recoverable.finish()
    ids = await recoverable.ids()
    async with listening(recoverable, quirks) as heard:
        assert await heard.fresh_ids() == ids
        for _ in range(3):
            recoverable.world.clock.advance(999)
            assert await heard.fresh() == []
            recoverable.world.clock.advance(1)
            assert await heard.fresh() == [ids[-1:]]


@pytest.mark.parametrize("quirks", [set(), BATCHED, ENDLESS, ENDLESS | BATCHED])
async def test_an_open_stream_follows_a_retry(recoverable, quirks):
    recoverable.finish()
    async with listening(recoverable, quirks) as heard:
        await settle()
        await recoverable.retry(SECRETS)
        await heard.fresh()
        recoverable.finish()
        recoverable.world.clock.advance(1_000)
        assert await heard.fresh_ids() == await recoverable.ids()


async def test_only_the_stream_of_a_recoverable_task_is_endless(demo):
    demo.finish()
    async with listening(demo, ENDLESS) as heard:
        await settle()
        assert heard.has_ended


@pytest.mark.parametrize("quirks", [set(), BATCHED])
async def test_a_stream_that_is_open_during_a_retry_follows_it(demo, quirks):
    demo.world.clock.advance(2_000)
    async with listening(demo, quirks) as heard:
        before = await heard.fresh_ids()
        # The stream has had no time to hear of the end.
        demo.finish()
        await demo.retry()
        demo.world.clock.advance(1_000)
        demo.finish()
        assert before + await heard.fresh_ids() == await demo.ids()


@pytest.mark.parametrize("quirks", [ENDLESS, ENDLESS | BATCHED])
async def test_an_endless_stream_in_fast_time_leaves_others_their_turn(recoverable, quirks):
    recoverable.finish()
    recoverable.world.clock.run(1e9)
    async with listening(recoverable, quirks) as heard:
        assert len(await heard.fresh()) > 1
        recoverable.world.close()
        await settle()
        assert heard.has_ended


async def test_a_long_history_leaves_others_their_turn_between_its_pieces(simulator, world):
    new = NewTask("demo", {"name": "a", "count": 5}, scenario="chatty")
    life = Life(simulator, world, (await simulator.create_task(world, Principal(None), new)).task)
    life.finish()
    turns, written = 0, 0

    async def write(_frames: bytes) -> None:
        nonlocal written
        written += 1

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    await replay(world, life.id, 0, write)
    other.cancel()
    assert 1 < written - 1 <= turns
