"""A client that sends any bytes, and reads answers strictly."""

import json
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from io import BufferedReader
from typing import Any

DEADLINE = 10.0


@dataclass(frozen=True)
class Reply:
    """One answer, read to its end unless it is an event stream."""

    status: int
    headers: dict[str, str]
    body: bytes

    def check(self) -> None:
        """Raises AssertionError unless it is an answer, or a refusal in the words of the API."""
        assert 200 <= self.status < 500, (self.status, self.body[:500])
        if self.status >= 400 and self.body:
            told = self.json()
            assert self.headers["content-type"] == "application/json; charset=utf-8"
            assert "errors" in told or told["response"]["statusCode"] == self.status
            assert "errors" in told or (told["error"]["name"] and told["error"]["message"])

    def json(self) -> Any:
        return json.loads(self.body)


class _Lasting:
    """A file that stays open when one answer was read from it."""

    def __init__(self, file: BufferedReader) -> None:
        self._file = file

    def makefile(self, _: str) -> "_Lasting":
        return self

    def close(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class Connection:
    """One connection to the server; whatever takes longer than the deadline is an error."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, DEADLINE)
        self._file = _Lasting(self.socket.makefile("rb"))

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._file._file.close()
        self.socket.close()

    def send(self, *pieces: bytes) -> None:
        """Send what the server still takes: it may have answered, and gone, before it has read all."""
        with suppress(ConnectionError):
            for piece in pieces:
                self.socket.sendall(piece)

    def reply(self, method: str = "GET") -> Reply | None:
        """The next final answer, None if the connection ended instead."""
        response = HTTPResponse(self._file, method=method)  # type: ignore[arg-type]
        try:
            response.begin()
        except (ConnectionError, HTTPException):
            return None
        headers = {name.lower(): value for name, value in response.getheaders()}
        is_endless = headers.get("content-type") == "text/event-stream"
        return Reply(response.status, headers, b"" if is_endless else response.read())

    def has_ended(self) -> bool:
        """Whether nothing more comes, within the deadline."""
        try:
            return self._file.read(1) == b""
        except ConnectionError:
            return True


def request(
    method: str, target: str | bytes, headers: Iterable[tuple[str, str | bytes]] = (), body: bytes | None = None
) -> bytes:
    """A request as it goes over the wire, with a `Host` and the token of a user unless the headers say otherwise."""
    given = {name.lower() for name, _ in headers}
    standing = [("host", "127.0.0.1"), ("authorization", "Bearer mock-user-token")]
    lines = [f"{method} ".encode() + _raw(target) + b" HTTP/1.1"]
    lines += [f"{name}: {value}".encode() for name, value in standing if name not in given]
    lines += [name.encode() + b": " + _raw(value) for name, value in headers]
    if body is not None:
        lines.append(b"content-length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body or b""])


def _raw(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
