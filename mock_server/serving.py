"""Serve the application with uvicorn, and end its event streams before it shuts down."""

import socket

import uvicorn

from mock_server.app import MockServer


class Server(uvicorn.Server):
    """uvicorn waits for open connections before it tells the application to stop; a stream would never end."""

    def __init__(self, app: MockServer) -> None:
        self._mock = app
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=10,
                timeout_keep_alive=75,
                lifespan="on",
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._mock.simulator.close()
        await super().shutdown(sockets)
