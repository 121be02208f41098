"""Properties and slices of values; nothing of Python is reachable through them."""

import math

from mock_server.rendering.array_methods import ARRAY_METHODS
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.limits import Budget
from mock_server.rendering.number_methods import NUMBER_METHODS
from mock_server.rendering.patterns.pattern import Pattern
from mock_server.rendering.routines import Routine, bind
from mock_server.rendering.string_methods import PATTERN_METHODS, STRING_METHODS
from mock_server.rendering.values import UNDEFINED, Value, is_number, to_number, to_text, truthy


def property_of(value: Value, key: Value, budget: Budget) -> Value:
    """`value[key]`: an own property, an element, the length or a method; else undefined."""
    if isinstance(value, dict):
        return value.get(key if isinstance(key, str) else to_text(key, budget), UNDEFINED)
    if value is None or value is UNDEFINED or isinstance(value, bool):
        return UNDEFINED
    if isinstance(value, (str, list)) and isinstance(key, int) and not isinstance(key, bool):
        return value[key] if 0 <= key < len(value) else UNDEFINED
    name = to_text(key, budget)
    if isinstance(value, (str, list)):
        if name == "length":
            return len(value)
        if _is_index(name):
            return property_of(value, int(name), budget)
    methods = _methods(value)
    return bind(name, methods[name], value) if name in methods else UNDEFINED


def slice_of(value: Value, start: Value, stop: Value, step: Value, budget: Budget) -> Value:
    """`value[start:stop:step]`, always an array, with undefined where `stop` is past the end."""
    value = value if truthy(value) else []
    stride = _bound(step, 1, budget)
    if stride == 0:
        raise EvaluationError("the step of a slice is 0")
    if not isinstance(value, (str, list)) and (stop is None or stride < 0):
        raise EvaluationError("what has no length has no end")
    length = len(value) if isinstance(value, (str, list)) else budget.limits.output
    position = _bound(start, length - 1 if stride < 0 else 0, budget, length)
    end = _bound(stop, -1, budget) if stop is None and stride < 0 else _bound(stop, length, budget, length)
    items: list[Value] = []
    while 0 <= position <= length and (position < end if stride > 0 else position > end):
        budget.spend()
        items.append(property_of(value, position, budget))
        position += stride
    return items


def _methods(value: Value) -> dict[str, Routine]:
    if isinstance(value, str):
        return STRING_METHODS
    if isinstance(value, list):
        return ARRAY_METHODS
    if isinstance(value, Pattern):
        return PATTERN_METHODS
    return NUMBER_METHODS if is_number(value) else {}


def _bound(value: Value, default: int, budget: Budget, length: int = 0) -> int:
    if value is None or value is UNDEFINED:
        return default
    number = to_number(value, budget)
    if not math.isfinite(number) or number != int(number):
        raise EvaluationError("a slice needs whole numbers")
    return int(number) + (length if number < 0 else 0)


def _is_index(name: str) -> bool:
    return len(name) < 16 and name.isascii() and name.isdigit() and (name == "0" or name[0] != "0")
