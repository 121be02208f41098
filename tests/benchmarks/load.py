"""The requests that a server is measured with."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

CONNECTIONS = 8
_SECONDS = 600
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"


class UnusableAnswer(Exception):
    """An answer that must not count: no success, not kept alive or without a length."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request below the base path; `headers` are whole lines."""

    method: str
    path: str
    body: object = None
    headers: tuple[str, ...] = ()

    def encode(self, url: str) -> bytes:
        parts = urlsplit(url)
        body = b"" if self.body is None else json.dumps(self.body).encode()
        about_body = (f"content-length: {len(body)}", "content-type: application/json") if body else ()
        lines = (f"{self.method} {parts.path}{self.path} HTTP/1.1", f"host: {parts.netloc}", *about_body, *self.headers)
        return "\r\n".join((*lines, "", "")).encode() + body


async def load(url: str, request: Request, count: int, take: Callable[[bytes], object] = len) -> bytes:
    """Send a request so many times over kept-alive connections; returns the body of an answer, and `take` gets all.

    A body in chunks is handed over as it came, with its chunks. Raises UnusableAnswer or TimeoutError.
    """
    parts = urlsplit(url)
    encoded, turns = request.encode(url), iter(range(count))
    loop = asyncio.get_running_loop()

    def connection() -> _Connection:
        return _Connection(encoded, turns, take)

    async with asyncio.timeout(_SECONDS):
        connected = [
            (await loop.create_connection(connection, parts.hostname or "", parts.port or 80))[1]
            for _ in range(min(count, CONNECTIONS))
        ]
        return (await asyncio.gather(*(one.done for one in connected)))[0]


async def ask(url: str, request: Request) -> Any:
    """The JSON value that a request is answered with. Raises UnusableAnswer or TimeoutError."""
    return json.loads(await load(url, request, 1))


class _Connection(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last one is complete."""

    def __init__(self, request: bytes, turns: Iterator[int], take: Callable[[bytes], object]) -> None:
        self.done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._request = request
        self._turns = turns
        self._take = take
        self._transport: asyncio.Transport | None = None
        self._received = self._last = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._go_on()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, blank, body = self._received.partition(b"\r\n\r\n")
        if not blank:
            return
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 2") or (length is None and _CHUNKED.search(head) is None):
            self._give_up(head)
        elif body.endswith(_LAST_CHUNK) if length is None else len(body) >= int(length[1]):
            self._received, self._last = b"", body
            self._take(body)
            self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self._give_up(b"the connection was closed")

    def _go_on(self) -> None:
        assert self._transport is not None
        if next(self._turns, None) is not None:
            self._transport.write(self._request)
            return
        self.done.set_result(self._last)
        self._transport.close()

    def _give_up(self, reason: bytes) -> None:
        if not self.done.done():
            self.done.set_exception(UnusableAnswer(reason.decode("latin-1")))
