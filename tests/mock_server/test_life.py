"""Whatever is done to tasks, and whichever habits of the real server are on, the views of a task are one value."""

import asyncio
import itertools
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.app import MockServer, Options
from mock_server.cancellation import StepReductionFault
from mock_server.clock import timestamp
from mock_server.lifecycle import TERMINAL, TaskStatus
from mock_server.long_poll import poll
from mock_server.quirks import Quirk
from mock_server.simulator import NewTask, Principal, Simulator
from mock_server.sse import replay
from mock_server.task import TaskEvents, TaskNotRetriable
from mock_server.world import World
from tests.conformance import check_frames
from tests.mock_server.conftest import DATA, settle

TEMPLATES = ("plain", "clean-up", "starts-over", "nothing")
SCENARIOS = (
    *("happy-path", "instant", "stuck-in-queue", "never-ending", "cancelled-by-someone-else", "last-step-fails"),
)
CANCEL_QUIRKS = (Quirk.CANCEL_FAILS, Quirk.STEP_ZERO, Quirk.LATE_CANCEL_EVENT, Quirk.REDUCE_FAULT)
NUMBERS = itertools.count()

creates = st.tuples(st.just("create"), st.sampled_from(TEMPLATES), st.sampled_from(SCENARIOS))
cancels = st.tuples(st.just("cancel"), st.integers(0, 3), st.none())
retries = st.tuples(st.just("retry"), st.integers(0, 3), st.sampled_from(SCENARIOS))
advances = st.tuples(st.just("advance"), st.sampled_from([0, 1, 200, 500, 999, 1_000, 3_000, 60_000]), st.none())
deeds = st.lists(st.one_of(creates, cancels, retries, advances, advances), max_size=14)


@cache
def simulator() -> Simulator:
    return MockServer(Options(templates=[DATA / "life_entities.yaml"])).simulator


@settings(max_examples=100, deadline=None)
@given(deeds, st.sets(st.sampled_from(CANCEL_QUIRKS)))
def test_whatever_is_done_to_tasks_their_views_agree(deeds, quirks):
    asyncio.run(Lives(simulator(), frozenset(quirks)).lead([("create", "plain", "happy-path"), *deeds]))


class Lives:
    """The tasks of one world, and what has been seen of them."""

    def __init__(self, simulator: Simulator, quirks: frozenset[Quirk]) -> None:
        simulator.settings = replace(simulator.settings, quirks=quirks)
        self.simulator = simulator
        self.world: World = simulator.worlds.get(f"life-{next(NUMBERS)}")
        self.world.clock.freeze()
        self.tasks: list[str] = []
        self.seen: dict[str, list[dict[str, Any]]] = {}
        self.statuses: dict[str, TaskStatus] = {}

    async def lead(self, deeds: Collection[tuple]) -> None:
        for deed, subject, scenario in deeds:
            if deed == "create":
                new = NewTask(subject, {}, scenario=scenario)
                self.tasks.append((await self.simulator.create_task(self.world, Principal(None), new)).task.id)
            elif deed == "advance":
                self.world.clock.advance(subject)
            elif deed == "cancel":
                await self.cancel(self.tasks[subject % len(self.tasks)])
            else:
                await self.retry(self.tasks[subject % len(self.tasks)], scenario)
            await self.look()
        await self.listen()

    async def cancel(self, task_id: str) -> None:
        try:
            await self.simulator.cancel_task(self.world, task_id)
        except StepReductionFault:
            assert Quirk.REDUCE_FAULT in self.simulator.settings.quirks

    async def retry(self, task_id: str, scenario: str) -> None:
        was_terminal = await self.status(task_id) in TERMINAL
        try:
            await self.simulator.retry_task(self.world, task_id, {}, scenario)
        except TaskNotRetriable:
            assert not was_terminal
            return
        assert was_terminal
        self.statuses[task_id] = TaskStatus.OPEN
        # What a retry takes away is not missed, and only what was seen of logs has to stay.
        gone = {"cancelled", "completion"}
        starts_over = (await self.world.store.get(task_id)).is_recoverable
        self.seen[task_id] = [] if starts_over else [e for e in self.seen[task_id] if e["type"] not in gone]

    async def status(self, task_id: str) -> TaskStatus:
        return (await self.world.store.get(task_id)).status(self.world.clock.now())

    async def events(self, task_id: str, after: int = 0) -> list[dict[str, Any]]:
        events = TaskEvents(await self.world.store.get(task_id))
        return list(events.between(after, self.world.clock.now()))

    async def look(self) -> None:
        """Hold all that can be seen now against itself and against what was seen before."""
        ids: set[int] = set()
        for task_id in self.tasks:
            events = await self.events(task_id)
            task = await self.world.store.get(task_id)
            assert events[: len(self.seen.get(task_id, []))] == self.seen.get(task_id, [])
            self.seen[task_id] = events
            own = [event["id"] for event in events]
            assert own == sorted(set(own))
            assert ids.isdisjoint(own)
            ids.update(own)
            self.check(task.to_json(self.world.clock.now()), events, retried=task.retried_at is not None)
            self.check_status(task_id, task.status(self.world.clock.now()))
            for after in (own[0] - 1, own[len(own) // 2], own[-1]) if own else ():
                assert await self.events(task_id, after) == [event for event in events if event["id"] > after]

    def check(self, task: dict[str, Any], events: list[dict[str, Any]], *, retried: bool) -> None:
        """A task and its events say the same."""
        now = timestamp(self.world.clock.now())
        last_run = events[max((i for i, event in enumerate(events) if event["type"] == "recovered"), default=0) :]
        claimed = [e for e in last_run if e["body"].get("message", "").startswith("Starting up task")]
        completed = [event for event in events if event["type"] == "completion"]
        assert len(completed) <= 1
        assert all(event["createdAt"] <= now for event in events)
        assert [event["createdAt"] for event in events] == sorted(event["createdAt"] for event in events)
        if completed:
            assert task["completedAt"] == completed[0]["createdAt"]
            assert completed[0]["body"]["message"] == f"Run completed with status: {task['status']}"
        else:
            assert "completedAt" not in task
            assert task["status"] == ("processing" if claimed else "open")
        assert ("lastHeartbeatAt" in task) == (bool(claimed) or retried)

    def check_status(self, task_id: str, status: TaskStatus) -> None:
        before = self.statuses.get(task_id, TaskStatus.OPEN)
        self.statuses[task_id] = status
        assert status == before or before not in TERMINAL

    async def listen(self) -> None:
        """Streams and long polls tell what the log does, from wherever they begin."""
        for task_id in self.tasks:
            events = await self.events(task_id)
            for after in {0, events[len(events) // 2]["id"] if events else 0}:
                expected = [event for event in events if event["id"] > after]
                assert await self.heard(task_id, after) == expected
                assert await self.heard(task_id, after, Quirk.BATCHED_STREAM) == expected
                again = [event for event in events if event in expected or event["type"] == "completion"]
                assert await self.heard(task_id, after, Quirk.COMPLETION_AGAIN) == again
                assert await poll(self.world, task_id, after, patience=0) == again

    async def heard(self, task_id: str, after: int, *quirks: Quirk) -> list[dict[str, Any]]:
        written = bytearray()

        async def write(frames: bytes) -> None:
            written.extend(frames)

        running = asyncio.create_task(replay(self.world, task_id, after, write, quirks))
        await settle()
        may_run_again = (await self.world.store.get(task_id)).is_recoverable
        assert running.done() == (await self.status(task_id) in TERMINAL and not may_run_again)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return check_frames(bytes(written))
