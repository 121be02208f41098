"""What is wrong with a text that is no JSON, in the words of V8 (Node.js 20): the real server hands them on."""

import json
import re

_CONTEXT = 10
_BLANK = " \t\n\r"
_LITERALS = {"t": "true", "f": "false", "n": "null"}
_SPECIAL = {"NaN", "Infinity", "undefined", "[object Object]"}
_END = "Unexpected end of JSON input"

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_NO_BRACKETS = bytes(set(range(128)) - set(b"[]{}"))
_WHITESPACE = re.compile(r"[ \t\n\r]*")
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_STRINGS = re.compile(_STRING, re.DOTALL)
_STRING_OR_NO_NUMBER = re.compile(f"{_STRING}|(NaN|-?Infinity)", re.DOTALL)
_NUMBER_BEFORE = re.compile(r"(-?)(\d+)(\.\d+)?([eE][+-]?\d+)?\Z", re.ASCII)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{0,4})")
_FIRST_NAME = re.compile(rf"\{{[{_BLANK}]*{_STRING}[{_BLANK}]*\Z", re.DOTALL)
_LONGEST_NUMBER = 400


def syntax_error(text: str) -> str | None:
    """The message for the first mistake in a text, or None if it is JSON."""
    units = _utf16(text)
    try:
        json.loads(units, parse_int=len, parse_float=len, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return _text(_message(units, error))
    except _NoNumber:
        return _text(
            _no_value(units, next(found.start() for found in _STRING_OR_NO_NUMBER.finditer(units) if found[1]))
        )
    return None


class _NoNumber(Exception):
    """Something that Python takes for a number, and JSON does not know."""


def _refuse(name: str) -> None:
    raise _NoNumber(name)


def not_a_document(text: str) -> str | None:
    """The message for a text that begins neither an object nor an array, None for one that does.

    The real server hides from V8 all that follows, and puts it back into the message.
    """
    units = _utf16(text)
    start = _skip_whitespace(units, 0)
    if start == len(units):
        return _END
    if units[start] in "{[":
        return None
    message = _unexpected(units[:start] + "#" * (len(units) - start), start)
    return _text(re.sub("#+", lambda found: units[start : start + len(found[0])], message))


def _message(units: str, error: json.JSONDecodeError) -> str:
    at = error.pos
    if error.msg.startswith("Illegal trailing comma"):
        at = _skip_whitespace(units, at + 1)
        if error.msg.endswith("array"):
            return _no_value(units, at)
        return f"Expected double-quoted property name in JSON at position {at}"
    match error.msg:
        case "Expecting value":
            return _no_value(units, at)
        case "Expecting ',' delimiter":
            return _broken_number(units, at) or _not_continued(units, at)
        case "Extra data":
            return _broken_number(units, at) or f"Unexpected non-whitespace character after JSON at position {at}"
        case "Expecting ':' delimiter":
            return _no_colon(units, at)
        case "Expecting property name enclosed in double quotes":
            is_first = units[:at].rstrip(_BLANK).endswith("{")
            expected = "property name or '}'" if is_first else "double-quoted property name"
            return f"Expected {expected} in JSON at position {at}"
    return _broken_string(units, error)


def _broken_string(units: str, error: json.JSONDecodeError) -> str:
    if error.msg.startswith("Invalid control character"):
        return f"Bad control character in string literal in JSON at position {error.pos}"
    if error.msg.startswith("Invalid \\escape"):
        if units[error.pos + 1] > "\xff":
            return _unexpected(units, error.pos + 1)
        return f"Bad escaped character in JSON at position {error.pos + 1}"
    if error.msg.startswith("Invalid \\uXXXX"):
        for escape in _ESCAPE.finditer(units, max(0, error.pos - 8)):
            if len(escape[1]) < 4:
                return f"Bad Unicode escape in JSON at position {escape.end()}"
    ends_in_escape = (len(units) - len(units.rstrip("\\"))) % 2
    return _END if ends_in_escape else f"Unterminated string in JSON at position {len(units)}"


def _no_colon(units: str, at: int) -> str:
    # V8 has words of its own for the first property only.
    if _FIRST_NAME.search(units, 0, at):
        return f"Expected ':' after property name in JSON at position {at}"
    return _unexpected(units, at)


def _no_value(units: str, at: int) -> str:
    if units.startswith("-", at):
        return f"No number after minus sign in JSON at position {at + 1}"
    literal = _LITERALS.get(units[at : at + 1], "")
    while literal and units.startswith(literal[0], at):
        at, literal = at + 1, literal[1:]
    return _unexpected(units, at)


def _broken_number(units: str, at: int) -> str | None:
    """What is wrong if a number ends right here, and ought not to."""
    number = _NUMBER_BEFORE.search(units, max(0, at - _LONGEST_NUMBER), at)
    following = units[at : at + 1]
    if number is None or not following or number[4]:
        return None
    if following in "eE":
        digits_at = at + 1 + (units[at + 1 : at + 2] in {"+", "-"})
        return f"Exponent part is missing a number in JSON at position {digits_at}"
    if number[3]:
        return None
    if following == ".":
        return f"Unterminated fractional number in JSON at position {at + 1}"
    return f"Unexpected number in JSON at position {at}" if following.isdecimal() and following.isascii() else None


def _not_continued(units: str, at: int) -> str:
    outside = _STRINGS.sub("", units[:at]).encode("ascii", "replace")
    brackets = outside.translate(None, _NO_BRACKETS).decode().replace("{}", "").replace("[]", "")
    depth = 0
    for bracket in reversed(brackets):
        depth += 1 if bracket in "]}" else -1
        if depth < 0:
            break
    expected = "',' or '}' after property value" if bracket == "{" else "',' or ']' after array element"
    return f"Expected {expected} in JSON at position {at}"


def _unexpected(units: str, at: int) -> str:
    if at >= len(units):
        return _END
    if units[at] in "-0123456789":
        return f"Unexpected number in JSON at position {at}"
    if units[at] == '"':
        return f"Unexpected string in JSON at position {at}"
    if units in _SPECIAL:
        return f'"{units}" is not valid JSON'
    shown = f'"{units}"'
    if len(units) > 2 * _CONTEXT:
        shown = f'"{units[max(0, at - _CONTEXT) : at + _CONTEXT]}"'
        if at >= _CONTEXT:
            shown = f"...{shown}"
        if at < len(units) - _CONTEXT:
            shown = f"{shown}..."
    return f"Unexpected token '{units[at]}', {shown} is not valid JSON"


def _skip_whitespace(units: str, at: int) -> int:
    found = _WHITESPACE.match(units, at)
    return at if found is None else found.end()


def _utf16(text: str) -> str:
    """The text with a character for each of its UTF-16 units, as V8 counts them."""
    if not _ASTRAL.search(text):
        return text
    return "".join(map(chr, memoryview(text.encode("utf-16", "surrogatepass")[2:]).cast("H")))


def _text(units: str) -> str:
    return units.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")
