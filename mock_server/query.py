"""Query parameters, as Express (its library qs) and JavaScript read them."""

import math
import re
from urllib.parse import unquote

MAX_PARAMETERS = 1_000
MAX_INDEX = 999

# A parameter that was given once, or as a list; a tuple is an object, of which no operation has any.
QueryValue = str | list[str] | tuple[()]

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")


def parse_query(query: str) -> dict[str, QueryValue]:
    """The parameters by name, in the order of their first mention.

    `a=1&a=2`, `a[]=1&a[]=2` and `a[0]=1&a[1]=2` are lists. What comes after the thousandth parameter is not read.
    """
    found: dict[str, list[str]] = {}
    for part in query.split("&", MAX_PARAMETERS)[:MAX_PARAMETERS]:
        if part:
            key, value = _split(part)
            found.setdefault(key, []).append(value)
    slots: dict[str, dict[int, str] | None] = {}
    single: set[str] = set()
    for key, texts in found.items():
        name, index = _name_and_index(key)
        if index is None and len(texts) == 1 and name not in slots:
            single.add(name)
        else:
            single.discard(name)
        slots[name] = _merged(slots.get(name, {}), index, texts)
    return {name: _value(given, name in single) for name, given in slots.items() if name}


def _split(part: str) -> tuple[str, str]:
    end = part.find("]=")
    at = part.find("=") if end < 0 else end + 1
    return (_decoded(part), "") if at < 0 else (_decoded(part[:at]), _decoded(part[at + 1 :]))


def _decoded(text: str) -> str:
    text = text.replace("+", " ")
    if "%" not in text or _BAD_ESCAPE.search(text):
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


def _name_and_index(key: str) -> tuple[str, int | str | None]:
    """`a` has no index, `a[]` an empty one, `a[1]` a number; any other text makes an object of the parameter."""
    bracket = _BRACKETS.search(key)
    if bracket is None:
        return key, None
    name, index = key[: bracket.start()], bracket[1]
    if not name:
        return index or "0", None if bracket.end() == len(key) else "object"
    if key.startswith("[", bracket.end()):
        return name, "object"
    is_number = index.isdecimal() and index.isascii() and str(int(index[:4])) == index
    return name, int(index) if is_number and int(index) <= MAX_INDEX else index


def _merged(slots: dict[int, str] | None, index: int | str | None, texts: list[str]) -> dict[int, str] | None:
    if slots is None or (isinstance(index, str) and index) or (isinstance(index, int) and len(texts) > 1):
        return None
    if index is None and slots:
        if texts == [""]:
            return slots
        index = max(slots) + 1
    for at, text in enumerate(texts, index if isinstance(index, int) else 0):
        slots[max(slots) + 1 if at in slots else at] = text
    return slots


def _value(slots: dict[int, str] | None, is_single: bool) -> QueryValue:
    if slots is None:
        return ()
    return slots[0] if is_single else [slots[at] for at in sorted(slots)]


_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_RADIX = re.compile(r"0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")


def parse_number(text: str) -> int | float | None:
    """A query value as JavaScript's `Number` reads it: `1e1`, `+1`, `0x1` and a blank are numbers."""
    bare = text.strip()
    if len(bare) > 4_000:
        return None
    if text and not bare:
        return 0
    if _RADIX.fullmatch(bare):
        return int(bare, 0)
    if not _DECIMAL.fullmatch(bare):
        return None
    if bare.lstrip("+-").isdigit():
        return int(bare)
    number = float(bare)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def coerce_number(value: QueryValue) -> int | float | None:
    """A parameter as JavaScript's `Number` reads it, or None for what it calls no number."""
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else ()
    if value == "":
        return 0
    return parse_number(value) if isinstance(value, str) else None
