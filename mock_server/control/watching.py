"""The operation of the control API that tells what happens in a world."""

import json
from typing import Any

from mock_server.answers import Receive, Scope, Send
from mock_server.connection import shown_connection
from mock_server.control.addressed import addressed_world
from mock_server.control.journal import entry_to_json
from mock_server.control.worlds import world_to_json
from mock_server.leaving import ClientLeft, unless_client_leaves
from mock_server.request import Call
from mock_server.world import World
from mock_server.world_watch import Happenings, WorldWatch

_HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")]


async def watch_world(call: Call) -> "_WorldStream":
    return _WorldStream(addressed_world(call))


class _WorldStream:
    """An event stream that ends with the world, or when its client goes away."""

    __slots__ = ("_world",)

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})

        async def tell(happenings: Happenings) -> None:
            told = [_frame("world", await world_to_json(self._world))] if happenings.altered else []
            told += [_frame("journal", entry_to_json(entry)) for entry in happenings.entries]
            told += [_frame("event", event) for event in happenings.events]
            await send({"type": "http.response.body", "body": b"".join(told), "more_body": True})

        if scope["method"] != "HEAD":
            try:
                await unless_client_leaves(WorldWatch(self._world).follow(tell), receive, shown_connection(scope))
            except ClientLeft:
                return
        await send({"type": "http.response.body", "body": b""})


def _frame(kind: str, value: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(value, separators=(',', ':'))}\n\n".encode()
