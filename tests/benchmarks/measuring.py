"""What a server costs: a process of its own, the CPU time it takes, and the requests that cause it."""

import asyncio
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

CONNECTIONS = 8
_TICKS = os.sysconf("SC_CLK_TCK")
_SECONDS = 120
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class UnusableAnswer(Exception):
    """An answer that must not count: no success, not kept alive or without a length."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens at `url`, the base URL of the API; `spawned_at` is an instant of `time.perf_counter`."""

    url: str
    process: subprocess.Popen[str]
    spawned_at: float

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)


@contextmanager
def running(command: Sequence[str | Path]) -> Iterator[Server]:
    """Start a server that prints its URL; it is stopped in any case."""
    spawned_at = time.perf_counter()
    # An installed program is compiled; so are the modules of a checkout, from the second start.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONUNBUFFERED"] = "1"
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)), None)
        if found is None:
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.wait()}")
        yield Server(found[0], process, spawned_at)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of all its descendants, those that have ended included."""
    process = Path("/proc", str(pid))
    # Nanoseconds; the same sum in `stat` is rounded to hundredths of a second.
    running = sum(int(path.read_text().split()[0]) for path in process.glob("task/*/schedstat")) / 1e9
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    ended = sum(map(int, fields[13:15])) / _TICKS
    children = (int(child) for path in process.glob("task/*/children") for child in path.read_text().split())
    return running + ended + sum(map(cpu_seconds, children))


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


async def load(server: Server, request: Request, count: int) -> bytes:
    """Send a request so many times over kept-alive connections; returns the body of an answer.

    Raises UnusableAnswer or TimeoutError.
    """
    parts = urlsplit(server.url)
    encoded, turns = request.encode(server.url), iter(range(count))
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_SECONDS):
        connections = [
            (await loop.create_connection(lambda: _Connection(encoded, turns), parts.hostname or "", parts.port or 80))[
                1
            ]
            for _ in range(min(count, CONNECTIONS))
        ]
        return (await asyncio.gather(*(connection.done for connection in connections)))[0]


class _Connection(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last one is complete."""

    def __init__(self, request: bytes, turns: Iterator[int]) -> None:
        self.done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._request = request
        self._turns = turns
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
        if length is None or not head.startswith(b"HTTP/1.1 2"):
            self._give_up(head)
        elif len(body) >= int(length[1]):
            self._received, self._last = b"", body
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
