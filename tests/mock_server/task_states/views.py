"""Every view that a client has of a world, held against what the model says of it."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from mock_server.handlers.task_list import task_query
from mock_server.task import Task, TaskEvents
from mock_server.world import World
from tests.mock_server.task_states.listener import at_once
from tests.mock_server.task_states.model import TERMINAL, Event, ModelTask, ModelWorld

_STATUSES = ("open", "processing", *TERMINAL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_world(world: World, model: ModelWorld, chance: int) -> None:
    """Raises AssertionError where two views differ. By chance, what is read after one of the events is held, too."""
    assert world.clock.now() == model.now
    assert (world.clock.is_frozen, world.clock.speed) == (model.is_frozen, model.speed)
    assert world.scenario == model.scenario
    page = at_once(world.store.find(task_query({})))
    assert [task.id for task in page.tasks] == model.found(None, None, [])
    assert page.total == len(model.tasks)
    for listed in page.tasks:
        task = at_once(world.store.get(listed.id))
        assert task.to_json(model.now) == listed.to_json(model.now)
        _check_task(task, model.tasks[task.id], model.now)
        _check_events(task, model, chance)
    # From the first time on, the mock keeps track of statuses; not everywhere from the start.
    if chance % 4 == 0:
        status = _STATUSES[chance // 4 % len(_STATUSES)]
        check_list(world, model, {"status": [status], "order": [], "offset": 0})
    assert at_once(world.store.next_event_at()) == model.next_event_at()


def check_list(world: World, model: ModelWorld, parameters: dict[str, Any]) -> None:
    """Raises AssertionError unless the list shows what these query parameters ask for."""
    page = at_once(world.store.find(task_query(parameters)))
    order = [(field, direction == "desc") for direction, field in (text.split(":") for text in parameters["order"])]
    found = model.found(_set(parameters, "createdBy"), _set(parameters, "status"), order)
    assert page.total == len(found)
    end = parameters["offset"] + parameters.get("limit", len(found))
    assert [task.id for task in page.tasks] == found[parameters["offset"] : end]


def check_inspection(task: Task, model: ModelTask) -> None:
    """Raises AssertionError unless the control tells beforehand what will have happened in the end."""
    events, planned = TaskEvents(task), model.visible(2**60)
    assert events.total == len(planned)
    assert list(map(_told, events.planned())) == list(map(_expected, planned))


def shown(task: ModelTask, now: int, after: int = 0) -> list[Event]:
    """The events with a greater id, as far as they have happened."""
    return [event for event in task.visible(now) if event.id is not None and event.id > after]


def _check_task(task: Task, model: ModelTask, now: int) -> None:
    told = task.to_json(now)
    heartbeat = model.heartbeat(now)
    expected = {"id": model.id, "status": model.status(now), "createdAt": stamp(model.created_at)}
    if heartbeat is not None:
        expected["lastHeartbeatAt"] = stamp(heartbeat)
    if model.has_ended(now) and model.course.ends_at is not None:
        expected["completedAt"] = stamp(model.course.ends_at)
    if model.creator is not None:
        expected["createdBy"] = model.creator
    assert {key: value for key, value in told.items() if key != "spec"} == expected
    assert [step["id"] for step in told["spec"]["steps"]] == model.steps
    assert task.scenario == model.scenario


def _check_events(task: Task, world: ModelWorld, chance: int) -> None:
    model, reader = world.tasks[task.id], TaskEvents(task)
    events, expected = list(reader.between(0, world.now)), model.visible(world.now)
    assert list(map(_told, events)) == list(map(_expected, expected))
    assert all(event["taskId"] == task.id for event in events)
    assert all(event["isTaskRecoverable"] is model.starts_over for event in events)
    before = model.greatest_id
    for event, known in zip(events, expected, strict=True):
        if known.id is None:
            # One that nobody has seen before, of an id that nobody has seen either.
            assert event["id"] > before
            assert event["id"] not in world.seen_ids
            known.id = before = model.greatest_id = event["id"]
            world.seen_ids.add(known.id)
        assert event["id"] == known.id
    if expected:
        after = expected[chance % len(expected)].id or 0
        for bound in (after - 1, after):
            assert list(reader.between(bound, world.now)) == [event for event in events if event["id"] > bound]


def _told(event: dict[str, Any]) -> tuple[str, dict[str, Any], str]:
    return event["type"], event["body"], event["createdAt"]


def _expected(event: Event) -> tuple[str, dict[str, Any], str]:
    return event.type, event.body, stamp(event.at)


def _set(parameters: dict[str, Any], name: str) -> set[str] | None:
    return set(parameters[name]) if name in parameters else None


@lru_cache(maxsize=4096)
def stamp(instant: int) -> str:
    """Milliseconds since the epoch as on the wire."""
    moment = _EPOCH + timedelta(milliseconds=instant)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
