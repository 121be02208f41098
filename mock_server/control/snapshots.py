"""The operations of the control API on the snapshot of a world."""

from mock_server.answers import Answer, Receive, Scope, Send, json_answer
from mock_server.clock import give_way
from mock_server.control.addressed import addressed_world
from mock_server.control.worlds import world_to_json
from mock_server.request import Call
from mock_server.snapshot import world_snapshot
from mock_server.snapshot.world_snapshot import Snapshot

_PIECE = 64 * 1024
_HEADERS = [(b"content-type", b"application/json; charset=utf-8")]


async def take_snapshot(call: Call) -> "_SnapshotAnswer":
    world = addressed_world(call)
    return _SnapshotAnswer(await world_snapshot.take_snapshot(world))


async def restore_snapshot(call: Call) -> Answer:
    snapshot = await world_snapshot.read_snapshot(call.body)
    world = await world_snapshot.restore_world(call.simulator.worlds, call.parameters["world"], snapshot)
    return json_answer(200, await world_to_json(world))


class _SnapshotAnswer:
    """A snapshot as an ASGI application, sent piece by piece while the server does other things, too."""

    __slots__ = ("_snapshot",)

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        piece = bytearray()
        for part in world_snapshot.written(self._snapshot) if scope["method"] != "HEAD" else ():
            piece += part
            if len(piece) >= _PIECE:
                await send({"type": "http.response.body", "body": bytes(piece), "more_body": True})
                piece.clear()
                await give_way()
        await send({"type": "http.response.body", "body": bytes(piece)})
