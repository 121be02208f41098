"""JSON bodies of requests, bounded in size, time, depth and number of values.

Python makes 300,000 empty lists of a megabyte, and whatever looks at a body looks at each of its values: their number
bounds how long one request can hold up all others.
"""

import json
import math
import re
import zlib
from decimal import Decimal
from itertools import islice
from typing import Any

from mock_server.answers import Receive, Scope
from mock_server.clock import deadline
from mock_server.request import InvalidRequest, header

MAX_BODY = 10 * 1024 * 1024
MAX_DISCARDED = 64 * 1024 * 1024
MAX_DEPTH = 100
MAX_PARTS = 100_000
BODY_SECONDS = 30

_WORD = r"[!#$%&'*+.^`|~\w-]+"
_QUOTED = r'"(?:[\v \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\v \x21-\xff])*"'
_CONTENT_TYPE = re.compile(rf"\s*{_WORD}/{_WORD}\s*(?:; *{_WORD} *= *(?:{_QUOTED}|{_WORD}) *)*", re.ASCII)
_CHARSET = re.compile(r'charset *= *"?([^\s;"]+)', re.IGNORECASE)
_BEGINS_DOCUMENT = re.compile(r"[ \t\n\r]*[\[{]")
_TOO_MANY = f"The body holds more than {MAX_PARTS} texts, brackets and commas"
# Nobody is told what is wrong with a longer text: finding it takes as long as reading it, and longer.
_LONGEST_EXPLAINED = 1_000_000
_PART = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[,\[{]', re.DOTALL)
_TOO_DEEP = f"The body is not valid JSON: nested deeper than {MAX_DEPTH} levels"
_LONG_NUMBER = re.compile(r"\d{16}", re.ASCII)
_INEXACT_FROM = 2**53
_EXPONENT_FROM = 1e21
_CODECS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32",
    "utf-32le": "utf-32-le",
    "utf-32be": "utf-32-be",
}


class TooManyValues(ValueError):
    """A text that holds more values than anybody has use for."""

    def __init__(self) -> None:
        super().__init__(_TOO_MANY)


async def read_body(scope: Scope, receive: Receive, limit: int = MAX_BODY) -> bytes:
    """The whole body, chunked or not. Raises InvalidRequest if it is too large, too slow or broken off.

    A client that is answered while it still sends may never see the answer, so what is too large is read all the same,
    and thrown away, as long as there is not much too much of it.
    """
    announced = header(scope, b"content-length")
    is_too_large = announced is not None and announced.isdecimal() and int(announced[:20]) > limit
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
                is_too_large = is_too_large or size > limit
                is_last = not message.get("more_body", False)
                if is_too_large and (is_last or size > MAX_DISCARDED):
                    raise InvalidRequest("request entity too large")
                if is_too_large:
                    chunks.clear()
                else:
                    chunks.append(chunk)
                if is_last:
                    return b"".join(chunks)
    except TimeoutError:
        raise InvalidRequest("request body took too long") from None


async def read_json(scope: Scope, receive: Receive, limit: int = MAX_BODY) -> Any:
    """What a body holds that says it is JSON, an empty object for any other. Raises InvalidRequest."""
    raw = await read_body(scope, receive, limit)
    content_type = header(scope, b"content-type")
    if not raw or not is_read(content_type):
        return {}
    return parse_json(inflated(raw, header(scope, b"content-encoding"), limit), content_type)


async def read_text(scope: Scope, receive: Receive, limit: int = MAX_BODY) -> str:
    """The text of a body that has to be JSON, whatever it says. Raises InvalidRequest."""
    raw = await read_body(scope, receive, limit)
    content_type = header(scope, b"content-type")
    if not is_json(content_type):
        raise InvalidRequest(f"unsupported media type {normalized(content_type)}")
    return _text(inflated(raw, header(scope, b"content-encoding"), limit), _charset(content_type))


def is_json(content_type: str | None) -> bool:
    return content_type is not None and content_type.split(";")[0].strip().lower() == "application/json"


def is_read(content_type: str | None) -> bool:
    """Whether the real server reads a body of this type: not, if there is anything odd about its parameters."""
    # Nearly every client writes it so.
    return content_type == "application/json" or (
        is_json(content_type) and _CONTENT_TYPE.fullmatch(content_type or "") is not None
    )


def normalized(content_type: str | None) -> str:
    """A content type as the real server names one that it does not take: without a boundary, parameters in order."""
    if not content_type:
        return "undefined"
    media_type, *rest = content_type.split(";")
    pairs = [part.strip().partition("=") for part in rest if "=" in part]
    parameters = {name.lower(): value.lower() if name.lower() == "charset" else value for name, _, value in pairs}
    parameters.pop("boundary", None)
    return "; ".join([media_type.strip().lower(), *(f"{name}={parameters[name]}" for name in sorted(parameters))])


def inflated(body: bytes, content_encoding: str | None, limit: int = MAX_BODY) -> bytes:
    """A body without its content encoding. Raises InvalidRequest for one that is unknown, broken or too large."""
    encoding = (content_encoding or "identity").lower()
    if encoding == "identity":
        return body
    window = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}.get(encoding)
    if window is None:
        raise InvalidRequest(f'unsupported content encoding "{encoding}"')
    inflating = zlib.decompressobj(window)
    try:
        inflated = inflating.decompress(body, limit + 1)
    except zlib.error as error:
        raise InvalidRequest(str(error).rpartition(": ")[2]) from error
    if len(inflated) > limit:
        raise InvalidRequest("request entity too large")
    if not inflating.eof:
        raise InvalidRequest("unexpected end of file")
    return inflated


def parse_json(body: bytes, content_type: str | None) -> Any:
    """The object or array of a JSON body, an empty object for an empty one. Raises InvalidRequest."""
    text = _text(body, _charset(content_type))
    if not text:
        return {}
    if not _BEGINS_DOCUMENT.match(text):
        raise InvalidRequest(_reason(text))
    try:
        return decode_json(text)
    except RecursionError as error:
        raise InvalidRequest(_TOO_DEEP) from error
    except TooManyValues as error:
        raise InvalidRequest(str(error)) from error
    except ValueError as error:
        raise InvalidRequest(_reason(text)) from error


def decode_json(text: str) -> Any:
    """The JSON value in a text, its numbers as JavaScript has them.

    Raises ValueError, among them TooManyValues, or RecursionError for one that is nested too deep.
    """
    brackets = text.count("[") + text.count("{")
    # A part is a character at least.
    if len(text) > MAX_PARTS and _has_too_many_parts(text, brackets):
        raise TooManyValues
    value = (_decode_long_numbers if _LONG_NUMBER.search(text) else _decode)(text)
    if brackets > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise RecursionError
    return value


def _has_too_many_parts(text: str, brackets: int) -> bool:
    # Those within texts are among the first count, and it takes no time.
    if brackets + text.count(",") + text.count('"') // 2 <= MAX_PARTS:
        return False
    return next(islice(_PART.finditer(text), MAX_PARTS, None), None) is not None


def _charset(content_type: str | None) -> str:
    charsets = _CHARSET.findall(content_type) if content_type and ";" in content_type else []
    return charsets[-1].lower() if charsets else "utf-8"


def _text(body: bytes, charset: str) -> str:
    # A byte order mark is passed over, and what is not in the encoding replaced, as by the real server.
    codec = _CODECS.get(charset)
    if codec is None:
        raise InvalidRequest(f'unsupported charset "{charset.upper()}"')
    if codec.startswith("utf-16"):
        # Half a unit at the end is nothing.
        body = body[: len(body) // 2 * 2]
    return body.decode(codec, "replace").removeprefix("\ufeff")


def _reason(text: str) -> str:
    if len(text) > _LONGEST_EXPLAINED:
        return "The body is not valid JSON"
    # Imported here: the first mistake may wait a few milliseconds, the start should not.
    from mock_server.json_syntax import not_a_document, syntax_error

    try:
        return not_a_document(text) or syntax_error(text) or "The body is not valid JSON: a number is out of bounds"
    except RecursionError:
        return _TOO_DEEP


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _number(text: str) -> int | float:
    """A number as JavaScript has it, where 1.0 is 1 and large ones are rounded."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text[:20])
    if not value.is_integer() or abs(value) >= _EXPONENT_FROM:
        return value
    # By its shortest digits, as JavaScript writes it.
    return int(value) if abs(value) < _INEXACT_FROM else int(Decimal(repr(value)))


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while depth <= MAX_DEPTH:
        level = [item for item in level if isinstance(item, dict | list)]
        if not level:
            break
        depth += 1
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return depth


# Made once: json.loads makes a decoder for every text that is not read by its defaults. A number of sixteen digits may
# be more than JavaScript can tell from its neighbours.
_decode = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_number).decode
_decode_long_numbers = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_number, parse_int=_number).decode
