"""Take a snapshot of a world, and put a world of a snapshot in the place of another.

Written and read task by task, so that others have their turn; tasks are values, so the world may go on meanwhile.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import jsonschema_rs

from mock_server.answers import encode_json
from mock_server.clock import give_way, parse_timestamp, timestamp
from mock_server.snapshot.checks import check_task
from mock_server.snapshot.codec import InvalidSnapshot, decode, encode
from mock_server.snapshot.json_members import members
from mock_server.task import Task
from mock_server.violations import compile_schema, violations
from mock_server.world import Beginning, World, Worlds
from openapi.documents import load_control

FORMAT = 1
MAX_TASKS = 10_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A world as of one instant: what the control document says of it without its tasks, and these."""

    head: Mapping[str, Any]
    tasks: Sequence[Task]


async def take_snapshot(world: World) -> Snapshot:
    """All that a world needs to live on, but for faults, tokens and the journal. No secret is in it."""
    clock = world.clock
    head = {
        "format": FORMAT,
        "scenario": world.scenario,
        "clock": {"now": timestamp(clock.now()), "frozen": clock.is_frozen, "speed": clock.speed},
        "uses": [
            {"scenario": scenario, "template": template, "count": count}
            for (scenario, template), count in world.uses.items()
        ],
        "creates": dict(world.creates),
        "nextEventId": await world.store.next_event_id(),
    }
    return Snapshot(head, await world.store.all())


def written(snapshot: Snapshot) -> Iterator[bytes]:
    """The document, in pieces of at most one task."""
    yield encode_json(snapshot.head).removesuffix(b"}") + b',"tasks":['
    for number, task in enumerate(snapshot.tasks):
        yield b"," * (number > 0) + encode_json(encode(task))
    yield b"]}"


async def read_snapshot(text: str) -> Snapshot:
    """Raises InvalidSnapshot for a text of which no world can be made."""
    head: dict[str, Any] = {}
    tasks: dict[str, Task] = {}
    shared: dict[str, Any] = {}
    for location, value in members(text, "tasks"):
        if len(location) == 1:
            head[str(location[0])] = value
            continue
        if len(tasks) == MAX_TASKS:
            raise InvalidSnapshot(("tasks",), f"must have at most {MAX_TASKS} items")
        task = _with_shared_steps(decode(Task, value, location), shared)
        if task.id in tasks:
            raise InvalidSnapshot((*location, "id"), "must not be that of another task")
        tasks[task.id] = task
        await give_way()
    broken = violations(_described(), head)
    if broken:
        raise InvalidSnapshot(broken[0].location, broken[0].message)
    del head["tasks"]
    for number, task in enumerate(tasks.values()):
        check_task(task, int(head["nextEventId"]), ("tasks", number))
        await give_way()
    return Snapshot(head, list(tasks.values()))


async def restore_world(worlds: Worlds, name: str, snapshot: Snapshot) -> World:
    """Let a world live on as in the snapshot; the one of this name goes.

    Raises InvalidWorldName, InvalidSnapshot, ImpossibleTime or UnknownScenario, and then changes nothing.
    """
    head, clock = snapshot.head, snapshot.head["clock"]
    try:
        now = parse_timestamp(clock["now"])
    except ValueError as error:
        raise InvalidSnapshot(("clock", "now"), str(error)) from None
    world = worlds.replace(name, Beginning(head["scenario"], now, clock["speed"], clock["frozen"]))
    for entry in head["uses"]:
        world.uses[entry["scenario"], entry["template"]] = int(entry["count"])
    world.creates.update({template: int(count) for template, count in head["creates"].items()})
    await world.store.allot_event_ids(int(head["nextEventId"]) - 1)
    for task in snapshot.tasks:
        await world.store.create(task)
    return world


@lru_cache(maxsize=1)
def _described() -> jsonschema_rs.Draft202012Validator:
    """What the control document says of a snapshot."""
    return compile_schema({"$ref": "#/components/schemas/Snapshot", "components": load_control()["components"]})


def _with_shared_steps(task: Task, known: dict[str, Any]) -> Task:
    # The tasks of a template share its steps: they are most of what a task would take up.
    steps = task.spec.get("steps")
    return replace(task, spec={**task.spec, "steps": known.setdefault(json.dumps(steps), steps)})
