"""What goes to the HTTP library and what comes from it, in the words of the suite."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from contracts.exchange import Response, Trouble, TroubleKind

CHUNK = 64
# More of a body is not read.
LONGEST_BODY = 16 * 1024 * 1024


class Connection:
    """What an exchange learns of the connection that it got."""

    def __init__(self) -> None:
        self.is_used_again = True

    async def trace(self, event: str, _: Mapping[str, Any]) -> None:
        if event.startswith("connection."):
            self.is_used_again = False


class Outgoing:
    """A request before it is sent: `path` is below the base URL and encoded, `query` is not."""

    def __init__(
        self,
        operation: str | None,
        method: str,
        path: str,
        path_parameters: Mapping[str, str],
        query: tuple[tuple[str, str], ...],
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> None:
        self.operation = operation
        self.method = method
        self.path = path
        self.path_parameters = path_parameters
        self.query = query
        self.headers = headers
        self.body = body

    @property
    def _is_chunked(self) -> bool:
        return any(name.lower() == "transfer-encoding" for name in self.headers)

    def line(self, base_url: str) -> tuple[str, str]:
        return self.method, base_url

    def rest(self, base_url: str) -> dict[str, Any]:
        # The target as it is to stand in the request line: the library would tidy up dots and encodings.
        query = f"?{urlencode(self.query)}" if self.query else ""
        target = httpx.URL(base_url).raw_path.rstrip(b"/") + f"{self.path}{query}".encode()
        return {
            "headers": {name: value.encode() for name, value in self.headers.items()},
            "content": _in_chunks(self.body) if self.body is not None and self._is_chunked else self.body,
            "extensions": {"target": target},
        }


async def _in_chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), CHUNK):
        yield body[start : start + CHUNK]


def head_of(answer: httpx.Response) -> Response:
    return Response(answer.status_code, tuple((name.lower(), value) for name, value in answer.headers.multi_items()))


async def read_body(head: Response, answer: httpx.Response) -> tuple[Response, Trouble | None]:
    """The response with as much of its body as the suite reads; there is trouble if that is not all."""
    content = bytearray()
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > LONGEST_BODY:
            return Response(head.status, head.headers, bytes(content)), Trouble(TroubleKind.TOO_LONG)
    return Response(head.status, head.headers, bytes(content)), None


def trouble_of(error: Exception) -> Trouble:
    detail = str(error)[:200] or type(error).__name__
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Trouble(TroubleKind.UNREACHABLE, detail)
    if isinstance(error, httpx.DecodingError | httpx.UnsupportedProtocol | httpx.InvalidURL):
        return Trouble(TroubleKind.GARBAGE, detail)
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in detail and "closed" not in detail:
        return Trouble(TroubleKind.GARBAGE, detail)
    return Trouble(TroubleKind.BROKEN, detail)
