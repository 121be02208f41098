"""How JavaScript sees a JSON value: as text, as a number, as true or false, as equal to another.

The messages and comparisons of the validator that is imitated depend on these conversions whenever a
schema holds something unexpected, such as `maxLength: "20"`.
"""

import json
import math
import re
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Final

UNDEFINED: Final = object()
"""The value of a property that is not there."""

WHITESPACE: Final = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""What `\\s` matches, for use inside a character class."""

LONGEST_NUMERAL = 1_000
"""Longer strings, which would take long to read, are not converted to numbers."""

_EDGES = re.compile(f"^[{WHITESPACE}]+|[{WHITESPACE}]+\\Z")
_NUMERAL = re.compile(r"[+-]?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)", re.ASCII)
_RADIX = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+")
_ARRAY_INDEX = re.compile(r"0|[1-9]\d{0,9}", re.ASCII)
_LARGEST_ARRAY_INDEX = 2**32 - 2


def is_number(value: object) -> bool:
    """Whether `value` is a number, which a boolean is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_true(value: object) -> bool:
    """Whether `value` counts as true in a condition."""
    if isinstance(value, list | dict):
        return True
    return value is not UNDEFINED and bool(value) and value == value


def text(value: object) -> str:
    """The value as `String(value)` writes it."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _numeral(number(value))
    if isinstance(value, list):
        return joined(value)
    return "[object Object]"


def joined(values: Iterable[object], separator: str = ",") -> str:
    """The values as `Array.prototype.join` writes them."""
    return separator.join("" if value is None or value is UNDEFINED else text(value) for value in values)


def json_text(value: object) -> str:
    """The value as `JSON.stringify(value)` writes it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, dict):
        members = (f"{json_text(key)}:{json_text(member)}" for key, member in entries(value))
        return "{" + ",".join(members) + "}"
    return text(value)


def number(value: object) -> float:
    """The value as `Number(value)` converts it."""
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if value is None:
        return 0.0
    if isinstance(value, list) and len(value) <= 1:
        return number(text(value[0]) if value and not isinstance(value[0], list) else value[0]) if value else 0.0
    if not isinstance(value, str) or len(value) > LONGEST_NUMERAL:
        return math.nan
    numeral = trimmed(value)
    if not numeral:
        return 0.0
    if _RADIX.fullmatch(numeral):
        return number(int(numeral, 0))
    return float(numeral) if _NUMERAL.fullmatch(numeral) else math.nan


def trimmed(value: str) -> str:
    """The string without the white space around it."""
    return _EDGES.sub("", value)


def equal(left: object, right: object) -> bool:
    """Whether two values are deeply equal, where an empty object on the left equals an empty array."""
    if isinstance(left, list):
        return isinstance(right, list) and len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict):
        members = dict(entries(right)) if isinstance(right, dict | list) else None
        return (
            members is not None
            and len(left) == len(members)
            and all(name in members and equal(member, members[name]) for name, member in left.items())
        )
    return left == right and (is_number(left) == is_number(right))


def entries(value: object) -> Collection[tuple[str, object]]:
    """The keys and members that `for (key in value)` visits, in its order."""
    if isinstance(value, dict):
        if any(map(_is_array_index, value)):
            indices = sorted(filter(_is_array_index, value), key=int)
            return [(key, value[key]) for key in [*indices, *(key for key in value if not _is_array_index(key))]]
        return value.items()
    if isinstance(value, list | str):
        return [(str(index), member) for index, member in enumerate(value)]
    return ()


def member(value: object, key: str) -> object:
    """The member of an object or an array that `value[key]` gives."""
    if isinstance(value, dict):
        return value.get(key, UNDEFINED)
    if isinstance(value, list) and _is_array_index(key) and int(key) < len(value):
        return value[int(key)]
    return UNDEFINED


def _is_array_index(key: str) -> bool:
    return key.isdecimal() and _ARRAY_INDEX.fullmatch(key) is not None and int(key) <= _LARGEST_ARRAY_INDEX


def _numeral(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    decimal = Decimal(repr(abs(value))).normalize()
    point = decimal.adjusted() + 1
    numeral = "".join(map(str, decimal.as_tuple().digits))
    if len(numeral) <= point <= 21:
        numeral += "0" * (point - len(numeral))
    elif 0 < point <= 21:
        numeral = f"{numeral[:point]}.{numeral[point:]}"
    elif -6 < point <= 0:
        numeral = f"0.{'0' * -point}{numeral}"
    else:
        fraction = f".{numeral[1:]}" if len(numeral) > 1 else ""
        numeral = f"{numeral[0]}{fraction}e{point - 1:+d}"
    return f"-{numeral}" if value < 0 else numeral
