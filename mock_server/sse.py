"""The event stream of a task: its wire format, and its replay from any point."""

import json
import sys
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any

from mock_server.clock import SECOND, Milliseconds, Signal, give_way
from mock_server.quirks import Quirk
from mock_server.store import UnknownTask
from mock_server.task import TaskEvents
from mock_server.world import World

# A write for every event of a long history would cost server and client more than the events do.
PIECE = 32 * 1024

# Made once: json.dumps makes an encoder for every value that is not written by its defaults.
_encode = json.JSONEncoder(separators=(",", ":")).encode


def encode(event: dict[str, Any]) -> bytes:
    """One frame: an `event` and a `data` line, as a real backend writes it. JSON keeps the data on one line."""
    return f"event: {event['type']}\ndata: {_encode(event)}\n\n".encode()


async def replay(
    world: World,
    task_id: str,
    after: int | None,
    send: Callable[[bytes], Awaitable[None]],
    quirks: Collection[Quirk] = (),
) -> None:
    """Send each event with an id greater than `after` once it happens, up to the completion; whole frames at a time.

    With None for `after` there is nothing but the completion. Follows the task when it is cancelled or retried; ends
    early when the task or its world goes. A recoverable task may be retried by a client that is still listening, and
    takes an end of its stream for a fault: that stays open.
    """
    always_completed = Quirk.COMPLETION_AGAIN in quirks or after is None
    last = sys.maxsize if after is None else after
    changed = world.store.changed(task_id)
    while not world.is_closed:
        seen = changed.version
        try:
            task = await world.store.get(task_id)
        except UnknownTask:
            return
        events = TaskEvents(task)
        repeats = Quirk.ENDLESS_RECOVERABLE in quirks and task.is_recoverable
        while changed.version == seen:
            now = world.clock.now()
            # What comes due while the events are written is sent before anything is waited for.
            last = await _write(events.between(last, now, completion_again=always_completed or repeats), send, last)
            ended = task.ends_at is not None and task.ends_at <= now
            if ended and not task.is_recoverable:
                return
            if Quirk.BATCHED_STREAM in quirks:
                await _until(world, now + SECOND, changed)
            else:
                await world.clock.wait(now + SECOND if ended and repeats else events.next_at(now), changed, seen)


async def _until(world: World, instant: Milliseconds, changed: Signal) -> None:
    """Sleep through all changes but the end of the world; others have their turn even if it is that late already."""
    while not world.is_closed:
        await world.clock.wait(instant, changed, changed.version)
        if world.clock.now() >= instant:
            return


async def _write(events: Iterable[dict[str, Any]], send: Callable[[bytes], Awaitable[None]], last: int) -> int:
    """Send the events, many at a time; returns the id of the last one that was sent, `last` if there was none."""
    frames = bytearray()
    for event in events:
        frames += encode(event)
        last = event["id"]
        if len(frames) >= PIECE:
            await send(bytes(frames))
            frames.clear()
            # A client that reads as fast as is written would leave nobody else a turn.
            await give_way()
    if frames:
        await send(bytes(frames))
    return last
