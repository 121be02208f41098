"""Serve the application with uvicorn, show it its connections, and end its event streams before it shuts down."""

import asyncio
import socket
import struct

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_server.app import MockServer
from mock_server.connection import CONNECTION

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


class Server(uvicorn.Server):
    """uvicorn waits for open connections before it tells the application to stop.

    A stream would never end, and a body that is not sent to its end would be waited for.
    """

    def __init__(self, app: MockServer) -> None:
        self._mock = app
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
                timeout_keep_alive=75,
                lifespan="on",
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._mock.simulator.close()
        for connection in list(self.server_state.connections):
            exchange = getattr(connection, "cycle", None)
            if exchange is not None and exchange.more_body and not exchange.response_started:
                exchange.transport.close()
        await super().shutdown(sockets)
