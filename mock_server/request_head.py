"""What a request's head must be beyond what the parser of the server sees to: RFC 9112, and bounded."""

import re
from collections.abc import Collection

from mock_server.answers import Header
from mock_server.request import InvalidRequest

MAX_HEAD = 128 * 1024
MAX_HEADERS = 1_000
# More than that the server's parser cannot take apart.
MAX_TARGET = 65_535

_VERSIONS = frozenset({"1.0", "1.1"})
_ABSOLUTE = re.compile(rb"https?://(?:[^/?#@]*@)?([^/?#@]+)(.*)", re.IGNORECASE | re.DOTALL)
# A name may have an underscore, as the services of Docker Compose do. Where the target names no host, it is empty.
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]*)?")


def check_head(version: str, method: bytes, target: bytes, headers: Collection[Header]) -> None:
    """Raises InvalidRequest for a head that is not to be served, though it can be read."""
    if version not in _VERSIONS:
        raise InvalidRequest(f"unsupported HTTP version {version}")
    if method == b"CONNECT":
        raise InvalidRequest("this server is no proxy")
    if len(target) > MAX_TARGET:
        raise InvalidRequest("the request target is too long")
    if len(headers) > MAX_HEADERS:
        raise InvalidRequest("the request has too many headers")
    hosts: list[bytes] = []
    for name, value in headers:
        if name == b"host":
            hosts.append(value)
        elif name == b"transfer-encoding" and value.lower() != b"chunked":
            # Whoever reads it by another encoding finds other requests in it than we do.
            raise InvalidRequest("unsupported transfer encoding")
    if len(hosts) > 1 or (not hosts and version == "1.1"):
        raise InvalidRequest("a request has one Host header")
    if hosts and not _HOST.fullmatch(hosts[0]):
        raise InvalidRequest("malformed Host header")


def absolute(target: bytes) -> tuple[bytes, bytes]:
    """The host that a target in absolute form names, which counts instead of the header's, and the target without it.

    Raises InvalidRequest for a target of another form.
    """
    found = _ABSOLUTE.fullmatch(target)
    if found is None:
        raise InvalidRequest("malformed request target")
    host, rest = found.groups()
    return host, rest if rest.startswith(b"/") else b"/" + rest


def check_size(target: bytes, headers: Collection[Header]) -> None:
    """Raises InvalidRequest for a head that is too large."""
    if len(target) + sum(len(name) + len(value) + len(": \r\n") for name, value in headers) > MAX_HEAD:
        raise too_large()


def too_large() -> InvalidRequest:
    return InvalidRequest("request head too large")
