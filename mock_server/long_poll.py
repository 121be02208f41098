"""Waiting for the events of a task, for clients that cannot read a stream."""

from typing import Any

from mock_server.clock import deadline
from mock_server.store import UnknownTask
from mock_server.task import TaskEvents
from mock_server.world import World

PATIENCE = 30.0


async def poll(world: World, task_id: str, after: int, *, patience: float = PATIENCE) -> list[dict[str, Any]]:
    """The events with an id greater than `after`, and the completion whatever its id is, once there are any.

    An empty list if there are none after so many seconds on the wall, or when the task or its world goes.
    """
    try:
        async with deadline(patience):
            return await _first_events(world, task_id, after)
    except TimeoutError:
        return []


async def _first_events(world: World, task_id: str, after: int) -> list[dict[str, Any]]:
    changed = world.store.changed(task_id)
    while not world.is_closed:
        seen = changed.version
        try:
            events = TaskEvents(await world.store.get(task_id))
        except UnknownTask:
            return []
        while changed.version == seen:
            now = world.clock.now()
            found = list(events.between(after, now, completion_again=True))
            if found:
                return found
            await world.clock.wait(events.next_at(now), changed, seen)
    return []
