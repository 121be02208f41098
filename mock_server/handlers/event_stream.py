"""An event stream as a plain ASGI application: ten thousand of them must fit, so nothing is wrapped around it."""

from collections.abc import Collection

from mock_server.answers import Receive, Scope, Send
from mock_server.connection import shown_connection
from mock_server.leaving import ClientLeft, unless_client_leaves
from mock_server.quirks import Quirk
from mock_server.sse import replay
from mock_server.world import World

# As the real server sends them: without a charset, which some clients compare.
_HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]


class EventStream:
    """The events of a task after an id, from the past ones to the completion. Headers are sent at once.

    With None for `after` there is nothing but the completion.
    """

    __slots__ = ("_after", "_quirks", "_started", "_task_id", "_world")

    def __init__(self, world: World, task_id: str, after: int | None, quirks: Collection[Quirk] = ()) -> None:
        self._world = world
        self._task_id = task_id
        self._after = after
        self._quirks = quirks
        self._started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def write(frames: bytes) -> None:
            await self._start(send)
            await send({"type": "http.response.body", "body": frames, "more_body": True})

        if Quirk.LATE_HEADERS not in self._quirks:
            await self._start(send)
        if scope["method"] != "HEAD":
            replaying = replay(self._world, self._task_id, self._after, write, self._quirks)
            try:
                await unless_client_leaves(replaying, receive, shown_connection(scope))
            except ClientLeft:
                return
        await self._start(send)
        await send({"type": "http.response.body", "body": b""})

    async def _start(self, send: Send) -> None:
        if not self._started:
            self._started = True
            await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
