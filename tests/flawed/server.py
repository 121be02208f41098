"""One server with every defect: the world named after a defect has it, any other world has none.

`python -m tests.flawed.server` prints its address and serves until it is stopped.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mock_server.app import MockServer, Options
from mock_server.serving import Server
from tests.flawed.catalogue import all_defects
from tests.flawed.defect import SPEED
from tests.flawed.wrapping import App, Receive, Scope, Send


class FlawedServer:
    """The mock server, wrapped anew for each defect."""

    def __init__(self) -> None:
        self._sound = MockServer(Options(speed=SPEED))
        self.simulator = self._sound.simulator
        self._flawed: dict[str, App] = {found.name: found.wrap(self._sound) for found in all_defects()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts = scope.get("path", "").split("/")
        world = parts[2] if scope["type"] == "http" and len(parts) > 2 and parts[1] == "worlds" else ""
        await self._flawed.get(world, self._sound)(scope, receive, send)


@contextmanager
def flawed_server() -> Iterator[str]:
    """Start the server in a process of its own; gives its address, without a path."""
    process = subprocess.Popen([sys.executable, "-m", "tests.flawed.server"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=15)
        process.stdout.close()


def base_url(address: str, world: str) -> str:
    """The base URL of the API in that world."""
    return f"{address}/worlds/{world}/api/scaffolder"


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print("http://{}:{}".format(*listener.getsockname()), flush=True)
    Server(FlawedServer()).run(sockets=[listener])


if __name__ == "__main__":
    main()
