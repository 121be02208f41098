"""Serve the application with uvicorn, and end its event streams before it shuts down."""

import socket

import uvicorn

from mock_server.app import MockServer


class Server(uvicorn.Server):
    """uvicorn waits for open connections before it tells the application to stop.

    A stream would never end, and a body that is not sent to its end would be waited for.
    """

    def __init__(self, app: MockServer) -> None:
        self._mock = app
        super().__init__(
            uvicorn.Config(
                app,
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
