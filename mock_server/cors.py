"""Cross-origin requests: which origins may read the answers, and preflights as the real server answers them."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from mock_server.answers import Answer, Header
from mock_server.request import header

_METHODS = b"GET,HEAD,PATCH,POST,PUT,DELETE"
# A wildcard would not cover credentialed requests, so every header is named.
_EXPOSED = b"X-Mock-World, X-Mock-Scenario, X-Mock-Journal"


class Cors:
    """Allows every origin on this machine, and those that match one of the given globs."""

    def __init__(self, origins: Sequence[str] = ()) -> None:
        self._origins = tuple(origins)

    def headers(self, scope: Mapping[str, Any]) -> list[Header]:
        """What to add to an answer; empty if the request has no origin or not an allowed one."""
        origin = header(scope, b"origin")
        if origin is None:
            return []
        if not self._allows(origin):
            return [(b"vary", b"Origin")]
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", _EXPOSED),
            (b"vary", b"Origin"),
        ]

    def preflight(self, scope: Mapping[str, Any]) -> Answer | None:
        """The answer to a preflight from an allowed origin; None for any other request.

        As with the real server, each OPTIONS from there is one, whether it asks for a method or not.
        """
        if scope["method"] != "OPTIONS":
            return None
        origin = header(scope, b"origin")
        if origin is None or not self._allows(origin):
            return None
        headers = [(b"access-control-allow-methods", _METHODS), (b"vary", b"Access-Control-Request-Headers")]
        asked = header(scope, b"access-control-request-headers")
        if asked is not None:
            headers.append((b"access-control-allow-headers", asked.encode("latin-1")))
        return Answer(204, headers=tuple(headers))

    def _allows(self, origin: str) -> bool:
        return _is_loopback(origin) or any(
            origin == allowed or fnmatchcase(origin, allowed) for allowed in self._origins
        )


def _is_loopback(origin: str) -> bool:
    try:
        host = urlsplit(origin).hostname or ""
        return host == "localhost" or host.endswith(".localhost") or ip_address(host).is_loopback
    except ValueError:
        return False
