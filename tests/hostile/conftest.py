from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.server_process import RunningServer, running_server


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    # Fast, so that no stream is waited for.
    with running_server("--speed", "1000") as running:
        yield running
        assert running.process.poll() is None
        running.process.terminate()
        # Nothing was logged: no mistake of the server, and nothing that clients could fill a disk with.
        assert running.process.communicate(timeout=15)[1] == ""


@pytest.fixture(scope="module")
def address(server: RunningServer) -> tuple[str, int]:
    parts = urlsplit(server.url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port
