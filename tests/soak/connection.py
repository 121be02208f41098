"""A client over a plain socket: it can go away in every way that clients go away."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

PATIENCE = 30.0
_AT_ONCE = struct.pack("ii", 1, 0)


class UnexpectedAnswer(Exception):
    """An answer that should not have come, or should have come otherwise."""


class NoAnswer(UnexpectedAnswer):
    """The connection ended before anything of an answer had come."""


class CutAnswer(UnexpectedAnswer):
    """The connection ended in the middle of an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was received whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """A connection that is kept alive from request to request, and opened anew where it was closed."""

    def __init__(self, host: str, port: int) -> None:
        self.address = host, port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.answers = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        expected: Collection[int] = (200,),
    ) -> Answer:
        """Raises UnexpectedAnswer for a status that is not expected."""
        async with asyncio.timeout(PATIENCE):
            await self._send(method, path, body, headers or {})
            status, received = await self._head(f"{method} {path}")
            pieces = [piece async for piece in self._pieces(status, received)]
        answer = Answer(status, received, b"".join(pieces))
        if received.get("connection") == "close":
            self.close()
        if status not in expected:
            raise UnexpectedAnswer(f"{method} {path}: {status} {answer.body[:300].decode('utf-8', 'replace')}")
        return answer

    async def open_stream(self, path: str, headers: Mapping[str, str]) -> AsyncIterator[tuple[str, Any]]:
        """The kind and the data of each frame, to the end of the stream. Raises UnexpectedAnswer."""
        async with asyncio.timeout(PATIENCE):
            await self._send("GET", path, None, headers)
            status, received = await self._head(path)
        if status != 200:
            raise UnexpectedAnswer(f"{path}: {status}")
        return self._frames(self._pieces(status, received))

    async def begin(self, method: str, path: str, headers: Mapping[str, str], length: int, sent: bytes) -> None:
        """Send a part of a request."""
        await self._write(_head(method, path, {**headers, "content-length": str(length)}, self.address[0]) + sent)

    async def finish(self, rest: bytes) -> tuple[int, Mapping[str, str]]:
        """Send the rest of a request that was begun; the status and the headers of the answer."""
        await self._write(rest)
        async with asyncio.timeout(PATIENCE):
            return await self._head("a request that was begun")

    def reset(self) -> None:
        """Go away at once, as a program that is killed on a busy machine does."""
        if self._writer is not None:
            connected: socket.socket = self._writer.get_extra_info("socket")
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self._writer.transport.abort()
        self._reader = self._writer = None

    async def half_close(self) -> None:
        """Say nothing more, and wait until the server has nothing to say either."""
        if self._writer is not None and self._reader is not None:
            self._writer.write_eof()
            async with asyncio.timeout(PATIENCE):
                try:
                    while await self._reader.read(65536):
                        pass
                except ConnectionError:
                    pass
        self.close()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _send(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        about = {"content-type": "application/json", "content-length": str(len(content))} if content else {}
        request = _head(method, path, {**headers, **about}, self.address[0]) + content
        await self._write(request)

    async def _write(self, request: bytes) -> None:
        if self._writer is None or self._reader is None or self._reader.at_eof():
            self.close()
            self._reader, self._writer = await asyncio.open_connection(*self.address, limit=1 << 20)
        self._writer.write(request)
        try:
            await self._writer.drain()
        except ConnectionError:
            self.close()
            raise NoAnswer(request[:80].decode("latin-1")) from None

    async def _head(self, asked: str) -> tuple[int, dict[str, str]]:
        assert self._reader is not None
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            self.close()
            raise (CutAnswer if error.partial else NoAnswer)(asked) from None
        except ConnectionError:
            self.close()
            raise NoAnswer(asked) from None
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        pairs = (line.split(": ", 1) for line in lines)
        self.answers += 1
        return int(first.split()[1]), {name.lower(): value for name, value in pairs}

    async def _pieces(self, status: int, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        reader = self._reader
        assert reader is not None
        try:
            if "content-length" in headers:
                yield await reader.readexactly(int(headers["content-length"]))
            elif headers.get("transfer-encoding") == "chunked":
                while size := int(await reader.readuntil(b"\r\n"), 16):
                    yield (await reader.readexactly(size + 2))[:-2]
                await reader.readexactly(2)
            elif status != 204:
                raise UnexpectedAnswer("an answer of unknown length")
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            self.close()
            raise CutAnswer(str(error)) from None

    async def _frames(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, Any]]:
        unread = b""
        async for piece in pieces:
            *frames, unread = (unread + piece).split(b"\n\n")
            for frame in frames:
                kind, _, data = frame.partition(b"\ndata: ")
                yield kind.removeprefix(b"event: ").decode(), json.loads(data)
        if unread:
            raise CutAnswer("a stream ended within a frame")


def _head(method: str, path: str, headers: Mapping[str, str], host: str) -> bytes:
    lines = (f"{name}: {value}" for name, value in {"host": host, **headers}.items())
    return "\r\n".join((f"{method} {path} HTTP/1.1", *lines, "", "")).encode()
