"""Fixtures for whoever tests against the mock: `mock_scaffolder` is a fresh world of a server that the session shares.

Loaded into every pytest run of whoever has the mock installed, so that nothing but pytest is imported before a fixture
is asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from mock_server.control_client import Control
    from mock_server.controlled_clock import ControlledClock
    from mock_server.controlled_journal import ControlledJournal
    from mock_server.controlled_world import ControlledFault, ControlledWorld


@dataclass(frozen=True, slots=True)
class MockScaffolder:
    """A world for one test. `client` is signed in as the guest; its paths begin behind `/api/scaffolder`."""

    world: "ControlledWorld"
    client: "httpx.Client"

    @property
    def base_url(self) -> str:
        """The base URL of the Scaffolder API."""
        return self.world.base_url

    @property
    def backend_url(self) -> str:
        """The `backend.baseUrl` for a Backstage app."""
        return self.world.backend_url

    @property
    def clock(self) -> "ControlledClock":
        return self.world.clock

    def scenario(self, name: str) -> None:
        """Say how the next tasks go."""
        self.world.play(name)

    def fault(self, kind: str, **said: Any) -> "ControlledFault":
        """Let something go wrong: `mock_scaffolder.fault("drop-after", n=3)`."""
        return self.world.fault(kind, **said)

    @property
    def journal(self) -> "ControlledJournal":
        """What was asked of this world, and why it was answered like that."""
        return self.world.journal

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """The tasks of this world, the newest first, as the API lists them."""
        tasks: list[dict[str, Any]] = self.client.get("/v2/tasks").raise_for_status().json()["tasks"]
        return tasks


@pytest.fixture(scope="session")
def mock_scaffolder_options() -> Sequence[str]:
    """Options of `run-mock-server` for the server of the session; to be overridden."""
    return ()


@pytest.fixture(scope="session")
def mock_scaffolder_control(mock_scaffolder_options: Sequence[str]) -> "Iterator[Control]":
    """The control of a server that runs for the session (for each worker of pytest-xdist, one of its own)."""
    from mock_server.control_client import Control
    from mock_server.session_server import session_server

    with session_server(mock_scaffolder_options) as origin, Control(origin) as control:
        yield control


@pytest.fixture
def mock_scaffolder(mock_scaffolder_control: "Control") -> Iterator[MockScaffolder]:
    """A world of its own for the test, gone after it."""
    import httpx

    from mock_server.auth import USER_TOKEN

    world = mock_scaffolder_control.create_world()
    headers = {"authorization": f"Bearer {USER_TOKEN}"}
    with httpx.Client(base_url=world.base_url, headers=headers, trust_env=False) as client:
        yield MockScaffolder(world, client)
    world.delete()
