"""The values of a template: JSON, `UNDEFINED`, functions; and how JavaScript converts them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from mock_server.javascript.numerals import SAFE_INTEGER, double, normal, number_to_text, text_to_number
from mock_server.javascript.undefined import UNDEFINED, Undefined
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.limits import Budget
from mock_server.rendering.patterns.pattern import Pattern

Value: TypeAlias = object

# JavaScript prints whole numbers below this without an exponent.
LONGEST_INTEGER = 10**21


class SafeText(str):
    """A text that the filter `escape` leaves alone."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """Something a template can call, with positional and keyword arguments."""

    name: str
    call: Callable[[Budget, list[Value], dict[str, Value]], Value]


def kind_of(value: Value) -> str:
    """What the real renderer calls a value of this kind."""
    if isinstance(value, bool):
        return "boolean"
    kinds: dict[type | tuple[type, ...], str] = {
        SafeText: "safe string",
        str: "string",
        (int, float): "number",
        list: "array",
        dict: "record",
        Pattern: "regular expression",
        Function: "callable",
        Undefined: "undefined",
    }
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "null")


def truthy(value: Value) -> bool:
    """Whether JavaScript takes a value for true."""
    # A safe text is an object on the real renderer, true even when empty.
    if isinstance(value, (list, dict, Function, Pattern, SafeText)):
        return True
    if isinstance(value, float):
        return bool(value) and not math.isnan(value)
    return bool(value)


def to_text(value: Value, budget: Budget) -> str:
    """JavaScript's `String(value)`."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_to_text(value)
    if isinstance(value, list):
        return joined(value, ",", budget)
    if isinstance(value, dict):
        return "[object Object]"
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, Pattern):
        return value.literal
    raise EvaluationError("a function is not a text")


def to_output(value: Value, budget: Budget) -> str:
    """What a value contributes to a text: nothing if it is null or undefined."""
    return "" if value is None or value is UNDEFINED else to_text(value, budget)


def joined(values: list[Value], separator: str, budget: Budget) -> str:
    """The texts of `values` with `separator` between them."""
    budget.spend(len(values))
    parts = [to_output(value, budget) for value in values]
    budget.admit(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


def to_number(value: Value, budget: Budget) -> int | float:
    """JavaScript's `Number(value)`."""
    if isinstance(value, (int, float)):
        return int(value) if isinstance(value, bool) else normal(value)
    if value is None:
        return 0
    if isinstance(value, Undefined):
        return math.nan
    text = to_text(value, budget)
    budget.charge((text,))
    return text_to_number(text)


def to_integer(value: Value, budget: Budget, default: int = 0) -> int:
    """A whole number for counting: `default` if undefined, 0 if not a number, never beyond what a double holds."""
    if value is UNDEFINED:
        return default
    number = double(to_number(value, budget))
    if math.isnan(number):
        return 0
    return int(max(-SAFE_INTEGER, min(SAFE_INTEGER, number)))


def to_primitive(value: Value, budget: Budget) -> Value:
    """The value itself, or the text of an array, object or pattern."""
    return to_text(value, budget) if isinstance(value, (list, dict, Pattern, Function)) else value


def to_json(value: Value, budget: Budget) -> Any:
    """A copy that is plain JSON: no undefined, no NaN, nothing shared with the context."""
    budget.spend()
    budget.charge((value,) if isinstance(value, str) else ())
    if isinstance(value, SafeText):
        return str(value)
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, (int, float)):
        return _json_number(normal(value))
    if isinstance(value, list):
        return [None if item is UNDEFINED else to_json(item, budget) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item, budget) for key, item in value.items() if item is not UNDEFINED}
    return to_text(value, budget)


def _json_number(number: float) -> int | float | None:
    if not math.isfinite(number):
        return None
    # By its shortest digits, as JavaScript writes it.
    return int(number_to_text(number)) if number == int(number) and abs(number) < LONGEST_INTEGER else number
