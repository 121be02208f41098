"""How JavaScript sees a JSON value: as text, as a number, as true or false, as equal to another.

The messages and comparisons of the validator that is imitated depend on these conversions whenever a
schema holds something unexpected, such as `maxLength: "20"`.
"""

import json
import math
from collections.abc import Collection, Iterable

from mock_server.javascript.keys import is_array_index, ordered
from mock_server.javascript.numerals import double, is_number, number_to_text, text_to_number
from mock_server.javascript.undefined import UNDEFINED


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
        return number_to_text(value)
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
        return double(value)
    if value is None:
        return 0.0
    if isinstance(value, list) and len(value) <= 1:
        return number(text(value[0]) if value and not isinstance(value[0], list) else value[0]) if value else 0.0
    return double(text_to_number(value)) if isinstance(value, str) else math.nan


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
        return ordered(value)
    if isinstance(value, list | str):
        return [(str(index), member) for index, member in enumerate(value)]
    return ()


def member(value: object, key: str) -> object:
    """The member of an object or an array that `value[key]` gives."""
    if isinstance(value, dict):
        return value.get(key, UNDEFINED)
    if isinstance(value, list) and is_array_index(key) and int(key) < len(value):
        return value[int(key)]
    return UNDEFINED
