"""A server with sockets, and worlds with their time in the test's hand."""

import socket

import httpx
import pytest

from mock_server.control_client import Control
from tests.server_process import running_server

TOKEN = "mock-user-token"


@pytest.fixture(scope="package")
def control():
    with running_server() as server, Control(server.url.removesuffix("/api/scaffolder")) as control:
        yield control


@pytest.fixture
def world(control):
    """A world of its own with a stopped clock."""
    world = control.create_world(scenario="happy-path", frozen=True)
    yield world
    world.delete()


@pytest.fixture
def client(world):
    headers = {"authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=world.base_url, headers=headers, timeout=10, trust_env=False) as client:
        yield client


@pytest.fixture
def task_id(client, world):
    """A task that has ended, so that all that its stream has to say is said at once."""
    created = client.post("/v2/tasks", json={"templateRef": "hello-world", "values": {}})
    world.clock.advance(3600)
    return created.json()["id"]


class Wire:
    """A bare TCP connection, on which one request was made."""

    def __init__(self, base_url, path, prefer=None):
        url = httpx.URL(base_url)
        self.socket = socket.create_connection((url.host, url.port), timeout=10)
        request = [
            f"GET {url.path}{path} HTTP/1.1",
            f"Host: {url.host}:{url.port}",
            f"Authorization: Bearer {TOKEN}",
            *([] if prefer is None else [f"Prefer: {prefer}"]),
        ]
        self.socket.sendall("\r\n".join([*request, "", ""]).encode())

    def rest(self):
        """All bytes up to the end of the connection. Raises ConnectionResetError."""
        received = b""
        while piece := self.socket.recv(65536):
            received += piece
        return received

    def until(self, end):
        """Bytes up to these."""
        received = b""
        while not received.endswith(end):
            piece = self.socket.recv(65536)
            assert piece, received
            received += piece
        return received

    def is_silent(self, seconds=0.2):
        """Whether nothing comes for a while, and the connection is still there."""
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(1)
        except TimeoutError:
            return True
        return False

    def close(self):
        self.socket.close()


@pytest.fixture
def connect(world):
    """Asks for a path of the world's API on a connection of its own."""
    made = []

    def connect(path, prefer=None):
        made.append(Wire(world.base_url, path, prefer))
        return made[-1]

    yield connect
    for wire in made:
        wire.close()
