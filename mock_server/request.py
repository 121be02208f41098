"""What comes in: the facts of an exchange, bodies and query parameters, all of it bounded."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from mock_server.answers import Receive, Scope
from mock_server.clock import deadline
from mock_server.simulator import Principal, Simulator
from mock_server.violations import Violation
from mock_server.world import World

EXCHANGE = "mock_server.exchange"
MAX_BODY = 10 * 1024 * 1024
MAX_DEPTH = 100
MAX_PARAMETERS = 1_000
BODY_SECONDS = 30


class InvalidRequest(ValueError):
    """A request that the document does not allow, or that cannot be read."""

    def __init__(self, message: str, violations: Sequence[Violation] = ()) -> None:
        super().__init__(message)
        self.violations = violations


class NoSuchRoute(LookupError):
    """No operation has this path."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is nothing at {path}")


class MethodNotAllowed(Exception):
    """The path has operations, but none of this method."""

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        super().__init__(f"{method} is not allowed here, only {', '.join(allowed)}")
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is known of a request before it is routed. `url` is relative to the mount, without our own parameters."""

    world: str
    method: str
    url: str
    query: str
    scenario: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an operation: secured, and valid by the document."""

    simulator: Simulator
    world: World
    principal: Principal
    scenario: str | None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None


def header(scope: Mapping[str, Any], name: bytes) -> str | None:
    """The first header of this lower-case name, or None."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body, chunked or not. Raises InvalidRequest if it is too large, too slow or broken off."""
    announced = header(scope, b"content-length")
    if announced is not None and announced.isdigit() and int(announced[:20]) > MAX_BODY:
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
        # Not from bytes: json would take UTF-16 and UTF-32 as well.
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"The body is not valid JSON: {_reason(error)}") from error
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise InvalidRequest(f"The body is not valid JSON: nested deeper than {MAX_DEPTH} levels")
    return value


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at position {error.pos}"
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else "a number or its nesting is out of bounds"


def _refuse_constant(name: str) -> Any:
    raise json.JSONDecodeError(f"{name} is no JSON", name, 0)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text[:20])
    return value


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        depth += 1
        containers = [item for item in level if isinstance(item, dict | list)]
        level = [child for item in containers for child in (item.values() if isinstance(item, dict) else item)]
    return depth


def parse_query(query: str) -> list[tuple[str, str]]:
    """The parameters of a query in order. Raises InvalidRequest if there are too many."""
    try:
        return parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise InvalidRequest("too many query parameters") from None


_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_RADIX = re.compile(r"0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")


def parse_number(text: str) -> int | float | None:
    """A query value as JavaScript's `Number` reads it: `1e1`, `+1` and `0x1` are numbers, an empty one is not."""
    bare = text.strip()
    if len(bare) > 300:
        return None
    if _RADIX.fullmatch(bare):
        return int(bare, 0)
    if not _DECIMAL.fullmatch(bare):
        return None
    number = float(bare)
    if not math.isfinite(number):
        return None
    return int(bare) if bare.lstrip("+-").isdigit() else int(number) if number.is_integer() else number
