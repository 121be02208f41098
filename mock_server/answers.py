"""Answers on the wire: JSON bodies, bare ones, and what they are made of."""

import base64
import hashlib
import json
import math
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
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
    """A complete response; itself an ASGI application. One with a tag is not sent to who has it already."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    tag: bytes | None = None

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        status, body, headers = self.status, self.body, list(self.headers)
        if self.tag is not None:
            headers.append((b"etag", self.tag))
            if 200 <= status < 300 and scope["method"] in {"GET", "HEAD"} and _has_already(scope["headers"], self.tag):
                status, body = 304, b""
                headers = [header for header in headers if header[0] != b"content-type"]
        if status not in {204, 304}:  # a 204 has no length (RFC 9110, section 8.6), and of a 304 none is known
            headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def json_answer(status: int, value: Any, *headers: Header) -> Answer:
    return json_text_answer(status, encode_json(value), *headers)


def json_text_answer(status: int, text: bytes, *headers: Header) -> Answer:
    """The answer with a JSON value that is encoded already."""
    return Answer(status, text, (_JSON, *headers), _entity_tag(text))


def options_answer(methods: Sequence[str]) -> Answer:
    """What Express answers to OPTIONS at a route with these methods."""
    allowed = ",".join(methods).encode()
    headers = ((b"allow", allowed), (b"content-type", b"text/html; charset=utf-8"))
    return Answer(200, allowed, headers, _entity_tag(allowed))


def _entity_tag(body: bytes) -> bytes:
    """The weak entity tag that Express gives a body."""
    digest = base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest())
    return b'W/"%x-%s"' % (len(body), digest[:27])


def _has_already(headers: Iterable[Header], tag: bytes) -> bool:
    """Whether a request names this weak tag in `If-None-Match`, and does not insist on a fresh answer."""
    tags, is_insistent = b"", False
    for name, value in headers:
        if name == b"if-none-match":
            tags = value
        elif name == b"cache-control":
            is_insistent = b"no-cache" in value
    if not tags or is_insistent:
        return False
    return tags.strip() == b"*" or any(named.strip() in {tag, tag[2:]} for named in tags.split(b","))


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
