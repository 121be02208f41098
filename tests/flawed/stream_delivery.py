"""Streams that tell what happens too late."""

import asyncio
import time
from collections.abc import AsyncIterator

from tests.flawed.defect import defect
from tests.flawed.wrapping import App, Call, Frames, Receive, Scope, Send, editing_frames, event_of

FLUSHED = 4096


@defect("STREAM-30", blames="getTaskEventStream")
def headers_come_with_the_end(app: App) -> App:
    """Nothing at all is sent before a stream is complete."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if not scope.get("path", "").endswith("/eventstream"):
            await app(scope, receive, send)
            return
        held = []

        async def hold(message: object) -> None:
            held.append(message)

        await app(scope, receive, hold)  # type: ignore[arg-type]
        for message in held:
            await send(message)  # type: ignore[arg-type]

    return wrapped


@defect("STREAM-30", blames="getTaskEventStream")
def stream_is_answered_slowly(app: App) -> App:
    """A stream takes six seconds to begin."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path", "").endswith("/eventstream"):
            await asyncio.sleep(6)
        await app(scope, receive, send)

    return wrapped


@defect("STREAM-31", blames="getTaskEventStream")
def stream_comes_in_one_piece(app: App) -> App:
    """All events are sent at once, when the task has ended."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        yield b"".join([frame async for frame in frames])

    return editing_frames(app, changed)


@defect("STREAM-31", blames="getTaskEventStream")
def each_event_waits_for_the_next(app: App) -> App:
    """An event is sent when the next one happens."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        held: bytes | None = None
        async for frame in frames:
            if held is not None:
                yield held
            held = frame
        if held is not None:
            yield held

    return editing_frames(app, changed)


@defect("STREAM-31", blames="getTaskEventStream")
def stream_is_sent_every_five_seconds(app: App) -> App:
    """What happens is collected, and sent with what comes five seconds after the last sending."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        held = bytearray()
        sent = time.monotonic()
        async for frame in frames:
            held += frame
            if time.monotonic() - sent > 5 or event_of(frame)["type"] == "completion":
                yield bytes(held)
                held.clear()
                sent = time.monotonic()
        yield bytes(held)

    return editing_frames(app, changed)


@defect("STREAM-32", blames="getTaskEventStream")
def stream_is_sent_when_the_task_is_over(app: App) -> App:
    """A stream begins with a comment, and has all events at the end."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        yield b": welcome\n\n"
        yield b"".join([frame async for frame in frames])

    return editing_frames(app, changed)


@defect("STREAM-32", blames="getTaskEventStream")
def stream_is_buffered(app: App) -> App:
    """Events are sent when there are four kilobytes of them."""

    async def changed(_: Call, frames: Frames) -> AsyncIterator[bytes]:
        buffer = bytearray()
        async for frame in frames:
            buffer += frame
            if len(buffer) >= FLUSHED or event_of(frame)["type"] == "completion":
                yield bytes(buffer)
                buffer.clear()
        if buffer:
            yield bytes(buffer)

    return editing_frames(app, changed)
