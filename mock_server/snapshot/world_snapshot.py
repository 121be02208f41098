"""Take a snapshot of a world, and put a world of a snapshot in the place of another."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from typing import Any

from mock_server.clock import parse_timestamp, timestamp
from mock_server.snapshot.checks import check_task
from mock_server.snapshot.codec import InvalidSnapshot, decode, encode
from mock_server.task import Task
from mock_server.world import Beginning, World, Worlds

FORMAT = 1
# Others have their turn while a large world is written or read.
_PIECE = 50


async def take_snapshot(world: World) -> dict[str, Any]:
    """All that a world needs to live on, but for faults, tokens and the journal. No secret is in it."""
    tasks, clock = await world.store.all(), world.clock
    snapshot = {
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
    return snapshot | {"tasks": [encode(task) async for task in _in_pieces(tasks)]}


async def restore_world(worlds: Worlds, name: str, snapshot: Mapping[str, Any]) -> World:
    """Let a world live on as in the snapshot, valid by the control document; the one of this name goes.

    Raises InvalidWorldName, InvalidSnapshot or UnknownScenario, and then changes nothing.
    """
    clock, next_event_id = snapshot["clock"], int(snapshot["nextEventId"])
    tasks = await _tasks(snapshot["tasks"], next_event_id)
    try:
        now = parse_timestamp(clock["now"])
    except ValueError as error:
        raise InvalidSnapshot(("clock", "now"), str(error)) from None
    beginning = Beginning(snapshot["scenario"], now, clock["speed"], clock["frozen"])
    world = worlds.replace(name, beginning)
    for entry in snapshot["uses"]:
        world.uses[entry["scenario"], entry["template"]] = int(entry["count"])
    world.creates.update({template: int(count) for template, count in snapshot["creates"].items()})
    await world.store.allot_event_ids(next_event_id - 1)
    for task in tasks:
        await world.store.create(task)
    return world


async def _tasks(data: Iterable[Any], next_event_id: int) -> list[Task]:
    tasks: dict[str, Task] = {}
    shared: dict[str, Any] = {}
    number = 0
    async for item in _in_pieces(data):
        location = ("tasks", number)
        task = decode(Task, item, location)
        check_task(task, next_event_id, location)
        if task.id in tasks:
            raise InvalidSnapshot((*location, "id"), "must not be that of another task")
        # The tasks of a template share its steps: they are most of what a task would take up.
        steps = json.dumps(task.spec["steps"])
        tasks[task.id] = replace(task, spec={**task.spec, "steps": shared.setdefault(steps, task.spec["steps"])})
        number += 1
    return list(tasks.values())


async def _in_pieces(items: Iterable[Any]) -> AsyncIterator[Any]:
    for number, item in enumerate(items, start=1):
        yield item
        if number % _PIECE == 0:
            await asyncio.sleep(0)
