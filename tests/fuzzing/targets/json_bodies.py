"""JSON bodies: what Python's own reader takes is taken, with the same meaning, and the rest is refused in words."""

import json
import math
from collections.abc import Iterator
from typing import Any

from mock_server.json_body import MAX_DEPTH, is_read, normalized, parse_json
from mock_server.json_syntax import syntax_error
from mock_server.request import InvalidRequest
from tests.fuzzing.target import DATA, Target, bytes_of

_CHARSETS = ("", "; charset=utf-16", "; charset=UTF-16LE", "; charset=utf-32", "; charset=latin-1", '; charset="utf-8"')


def check(data: bytes) -> None:
    choice, body = data[:1], data[1:]
    content_type = f"application/json{_CHARSETS[choice[0] % len(_CHARSETS)] if choice else ''}"
    assert is_read(content_type)
    normalized(body.decode("latin-1"))
    is_read(f"application/json;{body.decode('latin-1')}")
    try:
        read = parse_json(body, content_type)
    except InvalidRequest as refused:
        assert str(refused)
        if content_type == "application/json":
            _check_refused(body)
        return
    json.dumps(read, allow_nan=False)
    if content_type == "application/json" and body.removeprefix(b"\xef\xbb\xbf"):
        assert _floats(read) == _floats(json.loads(body.decode("utf-8", "replace").removeprefix("\ufeff")))


def _check_refused(body: bytes) -> None:
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        value = json.loads(
            text, parse_int=float, parse_float=float, parse_constant=_refuse, object_pairs_hook=_every_member
        )
    except (ValueError, RecursionError):
        return
    # JSON all the same: no document, with a number that no float is, or too deep.
    assert syntax_error(text) is None
    assert not isinstance(value, list) or _is_unusual(value, 0)


def _is_unusual(value: Any, depth: int) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, list) and (depth >= MAX_DEPTH or any(_is_unusual(item, depth + 1) for item in value))


def _every_member(pairs: list[tuple[str, Any]]) -> list[Any]:
    # Of several members of one name the last counts, but the others are read as well.
    return [value for _, value in pairs]


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _floats(value: Any) -> Any:
    """The value with all of its numbers as JavaScript has them."""
    if isinstance(value, dict):
        return {name: _floats(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_floats(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def seeds() -> Iterator[bytes]:
    for case in json.loads((DATA / "data" / "json_syntax.json").read_text(encoding="utf-8")):
        yield b"\0" + bytes_of(case["text"])
    yield b"\1" + '{"a": [1, "é"]}'.encode("utf-16")
    yield b"\0" + b'{"templateRef": "template:default/x", "values": {"n": 12345678901234567890, "f": 1.5e300}}'


TARGET = Target(
    "json_bodies",
    check,
    seeds,
    (
        '{"a":',
        "[[[[[[[[",
        "]]]]]]]]",
        "1e400",
        "-0",
        "9007199254740993",
        "\\ud800",
        "\\u00",
        "NaN",
        "-Infinity",
        "true",
        "null",
    ),
    opening="\0",
)
