"""What can be done to the simulator, in any order, with everything held against the model after each deed."""

import asyncio
import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mock_server.clock import VirtualClock
from mock_server.intervention import NoSuchStep, TaskHasEnded, TooManyPushed
from mock_server.lifecycle import StepStatus, TaskStatus
from mock_server.long_poll import poll
from mock_server.simulator import NewTask, Principal
from mock_server.snapshot.world_snapshot import read_snapshot, restore_world, take_snapshot, written
from mock_server.steering import PushedEvent, WantedEnd, end_task, push_event
from mock_server.task import TaskNotRetriable
from mock_server.world import Beginning, World
from tests.mock_server.task_states import courses
from tests.mock_server.task_states.courses import SCENARIOS, TEMPLATES, template_ref
from tests.mock_server.task_states.listener import Listener, at_once, have_turns
from tests.mock_server.task_states.model import TERMINAL, Event, ModelTask, ModelWorld
from tests.mock_server.task_states.turned_loop import TurnedLoop, Wall
from tests.mock_server.task_states.views import check_inspection, check_list, check_world, shown

START = 1_700_000_000_123
MOST_STREAMS = 6
# Worlds with fewer are no loss.
MANY_TASKS = 3
# One of them is that of a scenario, which is active there.
WORLDS = ("one", "two", "slow")
CREATORS = ("user:default/guest", "user:default/ada", None)
STEPS = ("a", "b", "tidy", "nope", None)
NAMED = {"TaskHasEnded": TaskHasEnded, "NoSuchStep": NoSuchStep, "TooManyPushed": TooManyPushed}

templates = st.sampled_from(list(TEMPLATES))
creators = st.sampled_from(CREATORS)
scenarios = st.sampled_from(list(SCENARIOS))
picks = st.integers(0, 11)
orders = st.tuples(st.sampled_from(["asc", "desc"]), st.sampled_from(["created_at", "status", "created_by"]))
statuses = st.sampled_from(["open", "processing", *TERMINAL])
queries = st.fixed_dictionaries(
    {"order": st.lists(orders.map(":".join), max_size=3), "offset": st.integers(0, 3)},
    optional={
        "createdBy": st.lists(st.sampled_from(["user:default/guest", "user:default/ada", "user:default/eve"])),
        "status": st.lists(statuses, min_size=1, max_size=3),
        "limit": st.integers(0, 4),
    },
)


@dataclass
class Stream:
    """A stream that somebody opened, and what the model says that they hear: events with an id behind the `last`."""

    listener: Listener
    world: str
    last: int
    expected: list[Event] = field(default_factory=list)
    is_over: bool = False


class TaskStates(RuleBasedStateMachine):
    """Worlds with tasks, their streams and snapshots of them, beside a model of each."""

    def __init__(self) -> None:
        super().__init__()
        self.wall = Wall()
        self._patched = patch.dict(VirtualClock.__init__.__kwdefaults__, wall=self.wall)
        self._patched.start()
        self.loop = TurnedLoop(self.wall)
        self.simulator = courses.simulator()
        self.models: dict[str, ModelWorld] = {}
        self.made: set[str] = set()
        self.streams: list[Stream] = []
        self.snapshots: list[tuple[bytes, ModelWorld]] = []
        self.current = WORLDS[0]
        self.haste = 0
        self.deeds = 0

    def teardown(self) -> None:
        try:
            self.simulator.close()
            have_turns(self.loop)
            for stream in self.streams:
                stream.listener.result()
                assert not stream.listener.is_open
        finally:
            for stream in self.streams:
                stream.listener.leave()
            have_turns(self.loop)
            self.loop.close()
            self._patched.stop()

    @property
    def world(self) -> World:
        return self.simulator.worlds.find(self.current)

    @property
    def model(self) -> ModelWorld:
        return self.models[self.current]

    def has_tasks(self) -> bool:
        return bool(self.model.tasks)

    def task(self, pick: int) -> ModelTask:
        """One of the tasks, of which the newest has the number 0."""
        tasks = list(reversed(self.model.tasks.values()))
        return tasks[pick % len(tasks)]

    # Worlds

    @initialize(template=templates, scenario=scenarios)
    def begin(self, template: str, scenario: str) -> None:
        self.enter(WORLDS[0])
        self.create(template, scenario, CREATORS[0])
        self.open(0, 0)

    @precondition(lambda self: len(self.model.tasks) > MANY_TASKS or len(self.models) > 1)
    @rule(name=st.sampled_from(WORLDS))
    def enter(self, name: str) -> None:
        """Go on in another world, a new one if there is none of this name."""
        self.current = name
        if name not in self.models:
            self.simulator.worlds.create(name, Beginning(now=START, frozen=True))
            self.made.add(name)
            self.models[name] = self._new_model(name)

    @precondition(lambda self: len(self.model.tasks) > MANY_TASKS)
    @rule(resets=st.booleans())
    def delete(self, resets: bool) -> None:
        """Delete the world, or let it begin anew as it was made."""
        if resets and self.current in self.made:
            self.simulator.worlds.reset(self.current)
            self.models[self.current] = self._new_model(self.current)
            return
        self.simulator.worlds.delete(self.current)
        del self.models[self.current]
        self.made.discard(self.current)
        self.enter(self.current)

    @rule(scenario=scenarios)
    def activate(self, scenario: str) -> None:
        self.world.scenario = self.model.scenario = scenario

    @precondition(lambda self: self.has_tasks() and len(self.snapshots) < 3)
    @rule()
    def take_snapshot(self) -> None:
        text = b"".join(written(at_once(take_snapshot(self.world))))
        self.snapshots.append((text, deepcopy(self.model)))

    @precondition(lambda self: bool(self.snapshots))
    @rule(pick=picks, name=st.sampled_from(WORLDS))
    def restore(self, pick: int, name: str) -> None:
        """Go on from an earlier state, in a world of this name."""
        text, model = self.snapshots[pick % len(self.snapshots)]
        at_once(restore_world(self.simulator.worlds, name, at_once(read_snapshot(text.decode()))))
        self.models[name] = deepcopy(model)
        self.models[name].name = self.current = name
        again = b"".join(written(at_once(take_snapshot(self.world))))
        assert json.loads(again) == json.loads(text)

    # Tasks

    @rule(templates=st.lists(templates, min_size=1, max_size=3), scenario=st.none() | scenarios, creator=creators)
    def create_some(self, templates: list[str], scenario: str | None, creator: str | None) -> None:
        for template in templates:
            self.create(template, scenario, creator)

    def create(self, template: str, scenario: str | None, creator: str | None) -> None:
        new = NewTask(template_ref(template), {}, scenario=scenario)
        started = at_once(self.simulator.create_task(self.world, Principal(creator), new))
        self.model.create(started.task.id, template, scenario or self.model.scenario, creator)
        if len(self.model.tasks) > courses.KEPT_TASKS:
            kept = {task.id for task in at_once(self.world.store.all())}
            (gone,) = self.model.tasks.keys() - kept
            assert gone in self.model.may_be_forgotten()
            del self.model.tasks[gone]

    @precondition(has_tasks)
    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        task = self.task(pick)
        version = at_once(self.world.store.get(task.id)).version
        cancelled = at_once(self.simulator.cancel_task(self.world, task.id))
        assert (cancelled.version > version) is task.cancel(self.model.now)

    @precondition(has_tasks)
    @rule(pick=picks, scenario=st.none() | scenarios)
    def retry(self, pick: int, scenario: str | None) -> None:
        task = self.task(pick)
        if not task.has_ended(self.model.now):
            with pytest.raises(TaskNotRetriable):
                at_once(self.simulator.retry_task(self.world, task.id, {}, scenario))
            return
        started = at_once(self.simulator.retry_task(self.world, task.id, {}, scenario))
        assert started.task.id == task.id
        played = scenario or self.model.scenario
        task.retry(self.model.now, played, self.model.use(played, task.template))

    @precondition(has_tasks)
    @rule(
        pick=picks,
        step=st.sampled_from(STEPS),
        status=st.none() | st.sampled_from(["processing", "completed"]),
        times=st.sampled_from([1, 1, 1, 2, 60]),
    )
    def push(self, pick: int, step: str | None, status: str | None, times: int) -> None:
        task = self.task(pick)
        event = PushedEvent("pushed", step, None if status is None else StepStatus(status))
        for _ in range(times):
            mistake = task.push(self.model.now, "pushed", step, status)
            if mistake is None:
                at_once(push_event(self.world, task.id, event))
            else:
                with pytest.raises(NAMED[mistake]):
                    at_once(push_event(self.world, task.id, event))

    @precondition(has_tasks)
    @rule(pick=picks, status=st.sampled_from(TERMINAL), output=st.none() | st.just({"text": []}))
    def end(self, pick: int, status: str, output: dict[str, Any] | None) -> None:
        task = self.task(pick)
        wanted = WantedEnd(TaskStatus(status), output=output if status == "completed" else None)
        mistake = task.end(self.model.now, status, wanted.output)
        if mistake is None:
            at_once(end_task(self.world, task.id, wanted))
        else:
            with pytest.raises(NAMED[mistake]):
                at_once(end_task(self.world, task.id, wanted))

    # Time

    @rule(milliseconds=st.sampled_from([0, 1, 99, 250, 499, 500, 1_000, 1_001, 5_000, 33_333, 900_000]))
    def advance(self, milliseconds: int) -> None:
        self.world.clock.advance(milliseconds)
        self.model.now += milliseconds

    @rule(times=st.sampled_from([1, 1, 2, 5, 10]), short_of=st.sampled_from([0, 0, 0, 1]))
    def step(self, times: int, short_of: int) -> None:
        """Go to the next event, or so many times to the next, or to the last instant before it."""
        for _ in range(times):
            due = self.model.next_event_at()
            if due is not None:
                self.model.now = max(self.model.now, due - short_of)
                self.world.clock.advance_to(self.model.now)

    @rule(speed=st.sampled_from([0.0, None, 0.5, 1.0, 2.0, 100.0]))
    def run(self, speed: float | None) -> None:
        """Let the clock run at another speed, or at the one that it had, or not at all."""
        if speed == 0:
            self.world.clock.freeze()
            self.model.is_frozen = True
        else:
            self.world.clock.run(speed)
            self.model.is_frozen, self.model.speed = False, speed or self.model.speed

    @rule(seconds=st.sampled_from([0.5, 1.0, 7.5, 60.0]))
    def let_time_pass(self, seconds: float) -> None:
        """Wait as long on the wall, in all worlds."""
        self.haste = 0
        self.loop.run_until_complete(asyncio.sleep(seconds))
        for model in self.models.values():
            model.pass_on_the_wall(round(seconds * 1000))

    @precondition(lambda self: bool(self.streams) and not self.haste)
    @rule(deeds=st.integers(1, 3))
    def hurry(self, deeds: int) -> None:
        """Do the next so many things before any stream has a turn."""
        self.haste = deeds + 1

    # Reading

    @precondition(has_tasks)
    @rule(query=queries)
    def list_tasks(self, query: dict[str, Any]) -> None:
        check_list(self.world, self.model, query)

    @precondition(has_tasks)
    @rule(pick=picks)
    def inspect(self, pick: int) -> None:
        task = self.task(pick)
        check_inspection(at_once(self.world.store.get(task.id)), task)

    @precondition(has_tasks)
    @rule(pick=picks, chance=picks)
    def poll(self, pick: int, chance: int) -> None:
        task = self.task(pick)
        after = self._some_id(task, chance)
        # Whoever waits lets others have their turn.
        self.haste = 0
        told = self.loop.run_until_complete(poll(self.world, task.id, after, patience=0))
        expected = [event for event in shown(task, self.model.now) if event.id > after or event.type == "completion"]
        assert [event["id"] for event in told] == [event.id for event in expected]

    @precondition(lambda self: self.has_tasks() and len(self.streams) < MOST_STREAMS)
    @rule(pick=picks, chance=picks)
    def open(self, pick: int, chance: int) -> None:
        """Open a stream from the beginning, or after one of the events that can be seen, or after all of them."""
        task = self.task(pick)
        after = self._some_id(task, chance)
        self.streams.append(Stream(Listener(self.loop, self.world, task.id, after), self.current, after))

    @precondition(lambda self: bool(self.streams))
    @rule(pick=picks)
    def close(self, pick: int) -> None:
        self.streams.pop(pick % len(self.streams)).listener.leave()

    # What must hold

    @invariant()
    def views_agree(self) -> None:
        self.deeds += 1
        for name, model in self.models.items():
            check_world(self.simulator.worlds.find(name), model, self.deeds)
        self.haste = max(0, self.haste - 1)
        if self.haste:
            return
        have_turns(self.loop)
        for stream in self.streams:
            self._check_stream(stream)

    def _check_stream(self, stream: Stream) -> None:
        listener, model = stream.listener, self.models.get(stream.world)
        listener.result()
        assert not listener.early
        task = None
        if model is not None and listener.world is self.simulator.worlds.peek(stream.world):
            task = model.tasks.get(listener.task_id)
        if model is None or task is None:
            stream.is_over = True
        elif not stream.is_over:
            stream.expected += shown(task, model.now, stream.last)
            stream.last = max((event.id or 0 for event in stream.expected), default=stream.last)
            stream.is_over = task.has_ended(model.now) and not task.starts_over
        assert [(event["id"], event["type"], event["body"]) for event in listener.heard] == [
            (event.id, event.type, event.body) for event in stream.expected
        ]
        assert listener.is_open is not stream.is_over

    def _some_id(self, task: ModelTask, chance: int) -> int:
        known = [0, *(event.id or 0 for event in task.visible(self.model.now))]
        return known[chance % len(known)] if chance < 8 else known[-1]

    def _new_model(self, name: str) -> ModelWorld:
        return ModelWorld(name, START, name if name in SCENARIOS else courses.ACTIVE)
