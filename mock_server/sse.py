"""The event stream of a task: its wire format, and its replay from any point."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from mock_server.store import UnknownTask
from mock_server.task import TaskEvents
from mock_server.world import World


def encode(event: dict[str, Any]) -> bytes:
    """One frame: an `event` and a `data` line, as a real backend writes it. JSON keeps the data on one line."""
    data = json.dumps(event, separators=(",", ":"))
    return f"event: {event['type']}\ndata: {data}\n\n".encode()


async def replay(world: World, task_id: str, after: int, send: Callable[[bytes], Awaitable[None]]) -> None:
    """Send each event with an id greater than `after` once it happens, in one piece each, up to the completion.

    Follows the task when it is cancelled; ends early when the task or its world goes.
    """
    changed = world.store.changed(task_id)
    while not world.is_closed:
        seen = changed.version
        try:
            task = await world.store.get(task_id)
        except UnknownTask:
            return
        events = TaskEvents(task)
        while changed.version == seen:
            now = world.clock.now()
            for event in events.between(after, now):
                await send(encode(event))
                after = event["id"]
            # What came due while the events were written is sent before anything is waited for.
            next_at = events.next_at(now)
            if next_at is None and task.ends_at is not None:
                return
            await world.clock.wait(next_at, changed, seen)
