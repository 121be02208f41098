"""Serve the application with uvicorn, show it its connections, and stop without losing an answer that has begun."""

import asyncio
import itertools
import logging
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import HANDLED_SIGNALS

from mock_server.app import MockServer
from mock_server.clock import deadline, pause
from mock_server.connection import CONNECTION

if TYPE_CHECKING:
    from uvicorn.server import Protocols

# Who stops a container waits for ten seconds and then kills it.
_GRACE = 8.0
_GRACE_OF_BODIES = 1.0
_LOOK_AGAIN = 0.02
_ON_AND_AT_ONCE = struct.pack("ii", 1, 0)


class TransportConnection:
    """The connection of a transport."""

    __slots__ = ("_transport",)

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def close(self) -> None:
        self._transport.close()

    def reset(self) -> None:
        # Closed with nothing to linger for, a connection is reset instead of ended.
        connected = self._transport.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ON_AND_AT_ONCE)
        self._transport.abort()


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with the connection in the scope of each request."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {CONNECTION: TransportConnection(self.transport)}  # type: ignore[dict-item]

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        # uvicorn does so only if the connection ended properly; the timer would keep all of it for another minute.
        self._unset_keepalive_if_required()

    @property
    def is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def awaits_body(self) -> bool:
        """Whether a request is being sent that nothing was answered to yet."""
        return self.is_answering and self.cycle.more_body and not self.cycle.response_started


class Server(uvicorn.Server):
    """Stops at the first signal once everything is answered, event streams with their proper end; dies at the second.

    uvicorn would wait for streams that never end and for bodies that are not sent to their end, and answer what takes
    too long with a 500.
    """

    def __init__(self, app: MockServer, grace: float = _GRACE) -> None:
        """`grace` is for how many seconds answers that have begun may go on when it stops."""
        self._mock = app
        self._grace = grace
        self.is_interrupted = False
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_keep_alive=75,
                lifespan="on",
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        self._mock.simulator.close()
        state, looks = self.server_state, itertools.count()
        try:
            async with deadline(self._grace):
                while state.connections or state.tasks:
                    # Again and again: what was accepted a moment ago becomes a connection only now.
                    awaits_bodies = next(looks) * _LOOK_AGAIN < _GRACE_OF_BODIES
                    for connection in list(state.connections):
                        _let_end(connection, awaits_bodies=awaits_bodies)
                    await pause(_LOOK_AGAIN)
        except TimeoutError:
            await self._cut()
        await self.lifespan.shutdown()

    async def _cut(self) -> None:
        """End what has not ended by itself."""
        logger = logging.getLogger("uvicorn.error")
        logger.warning("answers that took too long are cut: %d", len(self.server_state.tasks))
        # What follows is what was said.
        logger.disabled = True
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await pause(_LOOK_AGAIN)
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
        logger.disabled = False

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        handlers = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.should_exit = True
        self.is_interrupted = sig == signal.SIGINT
        # By the kernel, whatever the server is busy with.
        for number in HANDLED_SIGNALS:
            signal.signal(number, signal.SIG_DFL)


def _let_end(connection: "Protocols", *, awaits_bodies: bool) -> None:
    """Close a connection on which nothing is being answered, and have the others closed with their answer."""
    if isinstance(connection, Protocol) and connection.awaits_body and not awaits_bodies:
        connection.transport.close()
    else:
        connection.shutdown()
