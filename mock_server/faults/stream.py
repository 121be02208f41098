"""Faults of event streams: what a stream writes passes through them, frame by frame. Other answers are left alone."""

from typing import Literal

from mock_server.answers import App, Message, Receive, Scope, Send
from mock_server.connection import connection_of
from mock_server.faults.fault import Situation
from mock_server.leaving import ClientLeft, unless_client_leaves, until_gone

# `cut`: the connection closes in the middle of the answer. `reset`: it breaks. `end`: the answer ends as if complete.
Ending = Literal["cut", "reset", "end"]

_END_OF_FRAME = b"\n\n"


class StreamCut(Exception):
    """The stream is over for its client, whatever the server has still to say."""


class Wire:
    """The way from an event stream to its client. `held` is what a fault keeps back; once it `is_over`, the answer has
    ended, or its client has gone."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, situation: Situation) -> None:
        self.situation = situation
        self.held: list[bytes] = []
        self.held_bytes = 0
        self.is_over = False
        self._scope = scope
        self._receive = receive
        self._send = send

    async def write(self, data: bytes) -> None:
        if data:
            await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def release(self) -> None:
        """Write what was kept back."""
        await self.write(b"".join(self.held))
        self.held.clear()
        self.held_bytes = 0

    async def finish(self) -> None:
        """End the answer as it should end."""
        self.is_over = True
        await self._send({"type": "http.response.body", "body": b""})

    async def cut(self, how: Ending = "cut") -> None:
        """End the stream here. Raises StreamCut, or NoConnection in a server that cannot do this."""
        if how == "end":
            await self.finish()
        else:
            connection = connection_of(self._scope)
            (connection.reset if how == "reset" else connection.close)()
        raise StreamCut

    async def hang(self) -> None:
        """Leave the client waiting until it goes away, or the world does. Raises StreamCut."""
        closing = self.situation.closing
        try:
            await unless_client_leaves(self.situation.clock.wait(None, closing, 0), self._receive)
        except ClientLeft:
            self.is_over = True
            raise StreamCut from None
        await self.cut("end")


class StreamFault:
    """What all faults of event streams share: one that does not say otherwise hands on what it gets."""

    __slots__ = ()

    async def begin(self, wire: Wire) -> None:
        """The headers are sent."""

    async def frame(self, number: int, frame: bytes, wire: Wire) -> None:  # noqa: ARG002 (for those that count)
        """One frame of this stream, counted from 1, with the empty line at its end."""
        await wire.write(frame)

    async def end(self, wire: Wire) -> None:
        """The stream is complete."""
        await wire.finish()

    def around(self, app: App, situation: Situation) -> App:
        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            wire = Wire(scope, receive, send, situation)
            is_stream, number = False, 0

            async def pass_on(message: Message) -> None:
                nonlocal is_stream, number
                if message["type"] == "http.response.start":
                    is_stream = (b"content-type", b"text/event-stream") in message["headers"]
                    await send(message)
                    if is_stream and scope["method"] != "HEAD":
                        await self.begin(wire)
                    return
                if not is_stream:
                    await send(message)
                    return
                for frame in message.get("body", b"").split(_END_OF_FRAME)[:-1]:
                    number += 1
                    await self.frame(number, frame + _END_OF_FRAME, wire)
                if not message.get("more_body"):
                    await self.end(wire)

            try:
                await app(scope, receive, pass_on)
            except StreamCut:
                if not wire.is_over:
                    await until_gone(receive)

        return faulty


def type_of(frame: bytes) -> bytes:
    """The type of the event in a frame."""
    return frame[: frame.index(b"\n")].removeprefix(b"event: ")
