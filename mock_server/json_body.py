"""JSON bodies of requests, bounded in size, time and depth."""

import json
import math
import re
from typing import Any

from mock_server.answers import Receive, Scope
from mock_server.clock import deadline
from mock_server.request import InvalidRequest, header

MAX_BODY = 10 * 1024 * 1024
MAX_DEPTH = 100
BODY_SECONDS = 30


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body, chunked or not. Raises InvalidRequest if it is too large, too slow or broken off."""
    announced = header(scope, b"content-length")
    if announced is not None and announced.isdecimal() and int(announced[:20]) > MAX_BODY:
        raise InvalidRequest("request entity too large")
    chunks: list[bytes] = []
    size = 0
    try:
        async with deadline(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise InvalidRequest("request aborted")
                chunk = message.get("body", b"")
                size += len(chunk)
                if size > MAX_BODY:
                    raise InvalidRequest("request entity too large")
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        raise InvalidRequest("request body took too long") from None


def is_json(content_type: str | None) -> bool:
    return content_type is not None and content_type.split(";")[0].strip().lower() == "application/json"


def parse_json(body: bytes, content_type: str | None) -> Any:
    """The value of a JSON body. Raises InvalidRequest."""
    charset = re.search(r'charset\s*=\s*"?([^\s;"]+)', content_type or "", re.IGNORECASE)
    if charset is not None and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise InvalidRequest(f'unsupported charset "{charset[1].upper()}"')
    try:
        # Not from bytes: json would take UTF-16 and UTF-32. A byte order mark is passed over, as by the real server.
        value = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"The body is not valid JSON: {_reason(error)}") from error
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise InvalidRequest(f"The body is not valid JSON: nested deeper than {MAX_DEPTH} levels")
    return value


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.removesuffix(' at')} at position {error.pos}"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return str(error) if isinstance(error, _NoJson) else "a number or its nesting is out of bounds"


class _NoJson(ValueError):
    """A number that JSON lacks and Python's parser takes."""


def _refuse_constant(name: str) -> Any:
    raise _NoJson(f"{name} is no JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text[:20])
    return value


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while depth <= MAX_DEPTH:
        level = [item for item in level if isinstance(item, dict | list)]
        if not level:
            break
        depth += 1
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return depth
