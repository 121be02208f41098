"""Targets that cannot be tested, or not to the end: raw servers, each wrong in its own way."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Handler = Callable[[Reader, Writer], Awaitable[None]]

MOUNT = "/api/scaffolder"
TASK_LIST = json.dumps({"tasks": []}).encode()
# In the header, however that is spelled, and nowhere else.
_TOKEN = re.compile(rb"(authorization:[^\r\n]*)mock-user-token", re.IGNORECASE)


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """Serve every connection by the handler; gives the base URL."""
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await handler(reader, writer)
        finally:
            await closed(writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield "http://{}:{}".format(*server.sockets[0].getsockname()) + MOUNT
    finally:
        server.close()
        await server.wait_closed()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def closed(writer: Writer) -> None:
    """Close a connection, whatever became of it."""
    writer.close()
    with suppress(ConnectionError, asyncio.TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), 0.5)


def answer(status: str, body: bytes, content_type: str = "application/json", *headers: str) -> bytes:
    """An answer after which the connection closes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def always(reply: bytes) -> Handler:
    """Send this to whoever asks for anything, and close."""

    async def handler(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        await writer.drain()

    return handler


async def silent(reader: Reader, writer: Writer) -> None:
    """Take everything and say nothing."""
    while await reader.read(65_536):
        pass


def dribbling(head: bytes, chunk: bytes, pause: float) -> Handler:
    """Begin an answer and never come to its end."""

    async def handler(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        while True:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(pause)

    return handler


ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
HTML = answer("200 OK", b"<!doctype html><title>Portal</title>", "text/html; charset=utf-8")
FAULT = answer("500 Internal Server Error", b'{"error": {"name": "Error", "message": "it went wrong"}}')
UNAUTHORIZED = answer("401 Unauthorized", b'{"error": {"name": "AuthenticationError", "message": "Illegal token"}}')
FORBIDDEN = answer("403 Forbidden", b'{"error": {"name": "NotAllowedError", "message": ""}}')
NOT_FOUND = answer("404 Not Found", b"")
BAD_GATEWAY = answer("502 Bad Gateway", b"<h1>502</h1>", "text/html")
REDIRECT = answer("302 Found", b"", "text/html", "Location: https://sign-in.example/")
# What a TLS server says to somebody who does not speak TLS.
TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x46"
GARBAGE = bytes(range(256)) * 4
LIE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n"
    + TASK_LIST
)


@dataclass
class Relay:
    """Stands before a sound server until so many requests have come. Then it does as `end` says."""

    url: str
    requests: int
    end: str
    seen: int = 0
    writers: list[Writer] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.seen > self.requests

    async def __call__(self, reader: Reader, writer: Writer) -> None:
        if self.is_over and self.end == "killed":
            return
        address = urlsplit(self.url)
        upstream, to_upstream = await asyncio.open_connection(address.hostname, address.port)
        self.writers += [writer, to_upstream]
        try:
            await asyncio.gather(self._ask(reader, to_upstream), self._answer(upstream, writer))
        finally:
            await closed(to_upstream)

    async def _ask(self, reader: Reader, writer: Writer) -> None:
        while data := await reader.read(65_536):
            self.seen += data.count(b" HTTP/1.1\r\n")
            if self.is_over and self.end == "killed":
                for open_writer in self.writers:
                    open_writer.transport.abort()
                return
            if self.is_over and self.end == "hung":
                await asyncio.sleep(3600)
            if self.is_over and self.end == "expired":
                data = _TOKEN.sub(rb"\1this-is-expired", data)
            writer.write(data)
            await writer.drain()
        writer.write_eof()

    async def _answer(self, reader: Reader, writer: Writer) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()
