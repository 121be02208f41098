"""Properties and slices of values; nothing of Python is reachable through them."""

import math

from mock_server.javascript.keys import is_array_index
from mock_server.javascript.numerals import is_number
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.array_methods import ARRAY_METHODS
from mock_server.rendering.comparison import at_most, less
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.limits import Budget
from mock_server.rendering.number_methods import NUMBER_METHODS
from mock_server.rendering.operators import add
from mock_server.rendering.patterns.pattern import Pattern
from mock_server.rendering.routines import Routine, bind
from mock_server.rendering.string_methods import PATTERN_METHODS, STRING_METHODS
from mock_server.rendering.values import Value, to_number, to_text, truthy

_STEPS_PER_ITEM = 10


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
        if is_array_index(name):
            return property_of(value, int(name), budget)
    methods = _methods(value)
    return bind(name, methods[name], value) if name in methods else UNDEFINED


def slice_of(value: Value, start: Value, stop: Value, step: Value, budget: Budget) -> Value:
    """`value[start:stop:step]`, always an array, with undefined where `stop` is past the end.

    The bounds are compared and counted up as JavaScript does, whatever they are; null stands for a missing one.
    """
    value = value if truthy(value) else []
    stride = to_number(step, budget)
    if not math.isfinite(stride) or stride == 0:
        raise EvaluationError("the step of a slice is no number other than 0")
    length = property_of(value, "length", budget)
    if start is None:
        start = to_number(length, budget) - 1 if stride < 0 else 0
    if stop is None:
        stop = -1 if stride < 0 else length
    elif less(stop, 0, budget):
        stop = add(stop, length, budget)
    position = add(start, length, budget) if less(start, 0, budget) else start
    items: list[Value] = []
    while not (less(position, 0, budget) or less(length, position, budget)):
        budget.spend(_STEPS_PER_ITEM)
        if at_most(stop, position, budget) if stride > 0 else at_most(position, stop, budget):
            break
        items.append(property_of(value, position, budget))
        position = add(position, step, budget)
    return items


def _methods(value: Value) -> dict[str, Routine]:
    if isinstance(value, str):
        return STRING_METHODS
    if isinstance(value, list):
        return ARRAY_METHODS
    if isinstance(value, Pattern):
        return PATTERN_METHODS
    return NUMBER_METHODS if is_number(value) else {}
