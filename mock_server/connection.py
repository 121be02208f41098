"""The connection that a request came by. ASGI does not show it; our server does, in `scope["extensions"]`."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mock_server.answers import Receive

CONNECTION = "mock_server.connection"


class Connection(Protocol):
    """A TCP connection."""

    def close(self) -> None:
        """End it once what was written is sent, whether the answer is complete or not."""
        ...

    def reset(self) -> None:
        """End it at once and not properly: the client's next read fails."""
        ...

    @property
    def is_lost(self) -> bool:
        """Whether it has ended."""
        ...

    def when_lost(self, tell: Callable[[], None] | None) -> None:
        """Have somebody told when it ends; there is one at a time, and none with None."""
        ...


class NoConnection(Exception):
    """The mock runs in a server that does not show its connections."""

    def __init__(self) -> None:
        super().__init__("This fault needs the connection, which only run-mock-server shows")


def connection_of(scope: Mapping[str, Any]) -> Connection:
    """Raises NoConnection."""
    connection = shown_connection(scope)
    if connection is None:
        raise NoConnection
    return connection


def shown_connection(scope: Mapping[str, Any]) -> Connection | None:
    """The connection, in a server that shows it."""
    connection: Connection | None = scope.get("extensions", {}).get(CONNECTION)
    return connection


async def until_read(receive: Receive) -> None:
    """Read a request to its end, or to that of its connection, and forget it."""
    while (await receive()).get("more_body"):
        pass
