"""Serve the application with uvicorn, bear with its clients, and stop without losing an answer that has begun."""

import asyncio
import itertools
import logging
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from mock_server.app import MockServer
from mock_server.clock import deadline, pause
from mock_server.http_protocol import Protocol
from mock_server.open_files import raise_limit_of_open_files
from mock_server.slow_clients import Patience, SlowClients

if TYPE_CHECKING:
    from uvicorn.server import Protocols

_TICKS_PER_SECOND = 10
# Who stops a container waits for ten seconds and then kills it.
_GRACE = 8.0
_GRACE_OF_BODIES = 1.0
_LOOK_AGAIN = 0.02


class Server(uvicorn.Server):
    """Stops at the first signal once everything is answered, event streams with their proper end; dies at the second.

    uvicorn would wait for streams that never end and for bodies that are not sent to their end, and answer what takes
    too long with a 500.
    """

    def __init__(self, app: MockServer, grace: float = _GRACE, patience: Patience | None = None) -> None:
        """`grace` is for how many seconds answers that have begun may go on when it stops."""
        self._mock = app
        self._grace = grace
        self.is_interrupted = False
        patience = patience or Patience()
        self._slow_clients = SlowClients(patience, patience.within(raise_limit_of_open_files()))
        protocol: Any = partial(Protocol, slow_clients=self._slow_clients)
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol,
                ws="none",
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_keep_alive=75,
                lifespan="on",
            )
        )

    async def on_tick(self, counter: int) -> bool:
        # uvicorn asks ten times a second whether it is to go on.
        if counter % _TICKS_PER_SECOND == 0:
            self._slow_clients.look()
        return await super().on_tick(counter)

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
