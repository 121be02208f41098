"""Ask an ASGI application as a server would: the target as it was sent, and the answer with when each piece came."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from mock_server.answers import App

_PIECE = 1 << 20


@dataclass(slots=True)
class Heard:
    """What has come of an answer by now."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[tuple[int, bytes]] = field(default_factory=list)
    is_complete: bool = False

    @property
    def content(self) -> bytes:
        return b"".join(piece for _, piece in self.pieces)


class Request:
    """One request under way. `heard` fills as the application answers."""

    def __init__(self, app: App, scope: dict[str, Any], body: bytes, now: Callable[[], int]) -> None:
        self.heard = Heard()
        self._body = [body[i : i + _PIECE] for i in range(0, len(body), _PIECE)] or [b""]
        self._now = now
        self._gone = asyncio.Event()
        self._running = asyncio.ensure_future(app(scope, self._receive, self._send))

    @property
    def is_over(self) -> bool:
        return self._running.done()

    async def leave(self) -> Heard:
        """Go away, if the answer is not complete; returns what was heard."""
        self._gone.set()
        await self._running
        return self.heard

    async def _receive(self) -> dict[str, Any]:
        if self._body:
            piece = self._body.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self._body)}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if self._gone.is_set():
            return
        if message["type"] == "http.response.start":
            self.heard.status = message["status"]
            self.heard.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            if message.get("body"):
                self.heard.pieces.append((self._now(), bytes(message["body"])))
            self.heard.is_complete = not message.get("more_body", False)


def scope_of(method: str, target: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """The scope that a server makes of a request line and headers."""
    path, _, query = target.partition("#")[0].partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 7007),
    }
