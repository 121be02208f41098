"""Snapshots: of what is taken a world can be made, whose tasks can be read, and the same snapshot taken again."""

import json
from collections.abc import Iterator
from functools import cache
from itertools import islice

from mock_server.clock import LAST_INSTANT, ImpossibleTime
from mock_server.scenario import UnknownScenario
from mock_server.simulator import NewTask, Principal, Simulator
from mock_server.snapshot.codec import InvalidSnapshot
from mock_server.snapshot.world_snapshot import read_snapshot, restore_world, take_snapshot, written
from mock_server.steering import PushedEvent, push_event
from mock_server.task import Task, TaskEvents
from mock_server.task_index import TaskQuery
from mock_server.timeline import Timeline
from mock_server.world import Beginning
from tests.fuzzing.target import Target, text_of
from tests.mock_server.task_states import courses
from tests.mock_server.task_states.listener import at_once

_START = 1_700_000_000_000
_MOST_EVENTS = 100
_MOST_EARLIER = 10_000


def check(data: bytes) -> None:
    simulator = _simulator()
    try:
        world = at_once(restore_world(simulator.worlds, "fuzzed", at_once(read_snapshot(text_of(data)))))
    except (InvalidSnapshot, ImpossibleTime, UnknownScenario) as refused:
        assert str(refused)
        return
    world.clock.freeze()
    page = at_once(world.store.find(TaskQuery(statuses=frozenset({"open", "failed", "cancelled"}))))
    assert page.total == len(page.tasks)
    at_once(world.store.next_event_at())
    for task in at_once(world.store.all()):
        # Whoever keeps more of earlier runs waits for it.
        if sum(len(Timeline(run.plan)) for run in task.earlier) <= _MOST_EARLIER:
            _check_task(task, world.clock.now())
    text = b"".join(written(at_once(take_snapshot(world))))
    again = at_once(restore_world(simulator.worlds, "again", at_once(read_snapshot(text.decode()))))
    assert b"".join(written(at_once(take_snapshot(again)))) == text


def _check_task(task: Task, now: int) -> None:
    events = TaskEvents(task)
    for instant in (now, min(task.started_at + 1_500, LAST_INSTANT), LAST_INSTANT):
        json.dumps(task.to_json(instant))
        known = list(islice(events.between(0, instant), _MOST_EVENTS))
        ids = [event["id"] for event in known]
        assert ids == sorted(set(ids))
        assert all(event["id"] <= events.newest_id(instant) for event in known)
        if ids:
            assert list(islice(events.between(ids[0], instant), len(ids) - 1)) == known[1:]
    events.next_at(now)
    assert events.total >= 0


@cache
def _simulator() -> Simulator:
    return courses.simulator()


def seeds() -> Iterator[bytes]:
    simulator = courses.simulator()
    for number, (template, scenario) in enumerate(
        (
            ("nothing", "plain"),
            ("over", "queued"),
            ("over", "endless"),
            ("three", "colleague"),
            ("tidies", "fails-first"),
        )
    ):
        world = simulator.worlds.create(f"seed-{number}", Beginning(now=_START, frozen=True))
        new = NewTask(courses.template_ref(template), {}, scenario=scenario)
        task = at_once(simulator.create_task(world, Principal("user:default/guest"), new)).task
        yield b"".join(written(at_once(take_snapshot(world))))
        at_once(push_event(world, task.id, PushedEvent("pushed")))
        at_once(simulator.cancel_task(world, task.id))
        at_once(simulator.retry_task(world, task.id, {}))
        yield b"".join(written(at_once(take_snapshot(world))))


TARGET = Target(
    "snapshots",
    check,
    seeds,
    (
        *(
            '"plan":{',
            '"steps":[',
            '"lines":[{"at":0,"parts":["x"]}]',
            '"count":',
            '"span":',
            '"lateLines":',
            '"notes":[',
        ),
        *(
            '"cancellation":{"at":0,"step":0,"taskId":"x"}',
            '"ending":{"at":0,"step":null,"endsAs":"failed"}',
            '"earlier":[',
        ),
        *(
            '"claimedAt":null',
            '"endsAt":null',
            '"recovery":"startOver"',
            '"retriedAt":',
            '"output":{}',
            "9007199254740991",
        ),
        *(
            '"firstEventId":',
            '"speed":',
            '"frozen":true',
            "253402300799999",
            "1e300",
            '{"at":1,"type":"log","body":{}}',
        ),
    ),
    longest=8_192,
)
