"""Answers on the wire: JSON bodies, bare ones, and what they are made of."""

import json
import math
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

_JSON: Header = (b"content-type", b"application/json; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete response; itself an ASGI application."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = list(self.headers)
        if self.status != 204:  # a 204 has no length (RFC 9110, section 8.6)
            headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def json_answer(status: int, value: Any, *headers: Header) -> Answer:
    return Answer(status, encode_json(value), (_JSON, *headers))


# Made once: json.dumps makes an encoder for every value that is not written by its defaults.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_encode_as_ascii = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def encode_json(value: Any) -> bytes:
    """A JSON value as JavaScript writes it: compact, lone surrogates escaped, no number that JSON lacks."""
    try:
        return _encode(value).encode()
    except UnicodeEncodeError:
        return _encode_as_ascii(value).encode()
    except ValueError:
        return encode_json(_finite(value))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
