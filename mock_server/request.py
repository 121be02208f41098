"""What is known of a request: before it is routed, and once it is a valid call of an operation."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mock_server.addresses import WORLDS_PREFIX
from mock_server.answers import App
from mock_server.faults.preferences import Wish
from mock_server.journal import Entry
from mock_server.permissions import Permits
from mock_server.simulator import Principal, Simulator
from mock_server.violations import Violation
from mock_server.world import DEFAULT_WORLD, World

EXCHANGE = "mock_server.exchange"

_HOST = re.compile(r"[A-Za-z0-9.-]{1,255}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{1,45}\](:[0-9]{1,5})?")


class InvalidRequest(ValueError):
    """A request that the document does not allow, or that cannot be read."""

    def __init__(self, message: str, violations: Sequence[Violation] = ()) -> None:
        super().__init__(message)
        self.violations = violations


def missing_in_body(name: str) -> InvalidRequest:
    """What a body is told that lacks a property."""
    violation = Violation(("body",), "required", f"must have required property '{name}'", ("missingProperty", name))
    return InvalidRequest(f"request{violation}", [violation])


class NoSuchRoute(LookupError):
    """No operation has this path."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is nothing at {path}")


class NoSuchEntity(LookupError):
    """The catalog has no entity of this name."""


class UnknownProvider(LookupError):
    """Nobody signs in by a provider of this name, or not like this."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Unknown auth provider '{name}'")


class ReadOnly(Exception):
    """What is asked for would change what cannot be changed here; the message is the real server's."""

    def __init__(self) -> None:
        super().__init__("This operation not allowed in readonly mode")


class InvalidEntity(ValueError):
    """An entity that the catalog would not take; `errors` as the real server lists them."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors[0]["message"])
        self.errors = errors


class ConditionsNotApplied(LookupError):
    """A permission has a condition that cannot be tried on a task; the plugin whose task it is says why."""

    def __init__(self, reason: str) -> None:
        super().__init__("Request failed with 404 Not Found")
        self.reason = reason


class UserExpected(Exception):
    """Nobody, or a service, asks for what only a user can have."""

    def __init__(self) -> None:
        super().__init__("This endpoint does not allow 'service' credentials")


class MethodNotAllowed(Exception):
    """The path has operations, but none of this method."""

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        super().__init__(f"{method} is not allowed here, only {', '.join(allowed)}")
        self.allowed = allowed


@dataclass(slots=True)
class Outcome:
    """What is answered, once that is known. It is sent by the outermost layer: a stream that went through all of them
    would keep them all, and each would have a part in each of its events."""

    answer: App | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is known of a request before it is routed. `url` is relative to the mount, without our own parameters;
    `wishes` are the faults that it asks for, `entry` is what the journal will tell of it, and `outcome` what it comes
    to. One that controls the mock `meets_faults` of no world."""

    world: str
    method: str
    url: str
    query: str
    scenario: str | None
    wishes: tuple[Wish, ...] = ()
    meets_faults: bool = True
    entry: Entry = field(default_factory=Entry)
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def path(self) -> str:
        """The path below the mount."""
        return self.url.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an operation: secured, and valid by the document. `url` is relative to the mount."""

    simulator: Simulator
    world: World
    principal: Principal
    scenario: str | None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    url: str = ""
    entry: Entry = field(default_factory=Entry)

    @property
    def permits(self) -> Permits:
        """What the caller may do."""
        return self.simulator.permits(self.world, self.principal, self.scenario)


def header(scope: Mapping[str, Any], name: bytes) -> str | None:
    """The first header of this lower-case name, or None."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


def own_address(scope: Mapping[str, Any]) -> str:
    """Where the client has reached this server, and the world that it means: what is before the mount of a plugin."""
    world = scope[EXCHANGE].world
    prefix = "" if world == DEFAULT_WORLD else f"{WORLDS_PREFIX}{world}"
    host = header(scope, b"host") or ""
    if not _HOST.fullmatch(host):
        host = ":".join(map(str, scope.get("server") or ("localhost",)))
    return f"{scope.get('scheme', 'http')}://{host}{prefix}"
