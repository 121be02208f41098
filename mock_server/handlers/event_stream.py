"""An event stream as a plain ASGI application: ten thousand of them must fit, so nothing is wrapped around it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from mock_server.answers import Receive, Scope, Send
from mock_server.sse import replay
from mock_server.world import World

# As the real server sends them: without a charset, which some clients compare.
_HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]


class EventStream:
    """The events of a task after an id, from the past ones to the completion. Headers are sent at once."""

    __slots__ = ("_after", "_task_id", "_world")

    def __init__(self, world: World, task_id: str, after: int) -> None:
        self._world = world
        self._task_id = task_id
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        if scope["method"] != "HEAD" and not await _finished_before_leaving(self._replay(send), receive):
            return
        await send({"type": "http.response.body", "body": b""})

    async def _replay(self, send: Send) -> None:
        async def write(frame: bytes) -> None:
            await send({"type": "http.response.body", "body": frame, "more_body": True})

        await replay(self._world, self._task_id, self._after, write)


async def _finished_before_leaving(work: Coroutine[Any, Any, None], receive: Receive) -> bool:
    """Run until done (True) or until the client goes away (False), whichever comes first."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        finished = working.done()
    finally:
        working.cancel()
        leaving.cancel()
        outcomes = await asyncio.gather(working, leaving, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    return finished


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
