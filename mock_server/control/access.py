"""Who may control the mock: programs of this machine, and whoever has the control token."""

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mock_server.addresses import is_loopback
from mock_server.auth import ControlClosed, ControlTokenExpected, bearer_token
from mock_server.request import header
from mock_server.simulator import Principal

_FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip", b"via")


class ControlAccess:
    """Lets in whoever has the token, and without one who calls this machine's own listener from this machine by its
    own name, and neither through a proxy nor from a page of another origin."""

    def __init__(self, token: str | None, *, listens_here_only: bool) -> None:
        self._token = None if token is None else token.encode()
        self._listens_here_only = listens_here_only

    def authenticate(self, scope: Mapping[str, Any]) -> Principal:
        """Nobody in particular, if the call may be made. Raises ControlTokenExpected or ControlClosed."""
        given = bearer_token(scope)
        if self._token is not None and given is not None and hmac.compare_digest(given, self._token):
            return Principal(None)
        if self._listens_here_only and _is_from_here(scope):
            return Principal(None)
        raise ControlClosed if self._token is None else ControlTokenExpected


def _is_from_here(scope: Mapping[str, Any]) -> bool:
    client, server = scope.get("client"), scope.get("server")
    if client is None or server is None or not (is_loopback(client[0]) and is_loopback(server[0])):
        return False
    if any(name in _FORWARDED for name, _ in scope["headers"]):
        return False
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    # A name of somebody else's that leads here is how a page of theirs would reach us.
    if len(hosts) != 1 or not is_loopback(_host_of(f"//{hosts[0]}")):
        return False
    origin = header(scope, b"origin")
    return origin is None or origin == f"{scope.get('scheme', 'http')}://{hosts[0]}"


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
