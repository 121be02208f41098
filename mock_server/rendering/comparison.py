"""Equality, order and membership as JavaScript defines them."""

import math

from mock_server.javascript.numerals import is_number
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.limits import Budget
from mock_server.rendering.values import Value, to_number, to_primitive, to_text


def strictly_equal(left: Value, right: Value, budget: Budget) -> bool:
    """`===`: the same primitive, or the very same array or object."""
    if is_number(left) and is_number(right):
        return to_number(left, budget) == to_number(right, budget)
    if isinstance(left, str) and isinstance(right, str):
        return _same_text(left, right, budget)
    return left is right


def loosely_equal(left: Value, right: Value, budget: Budget) -> bool:
    """`==`: equal after the conversions of JavaScript."""
    if _is_nothing(left) or _is_nothing(right):
        return _is_nothing(left) and _is_nothing(right)
    if not _is_primitive(left) and not _is_primitive(right):
        return left is right
    left, right = to_primitive(left, budget), to_primitive(right, budget)
    if isinstance(left, str) and isinstance(right, str):
        return _same_text(left, right, budget)
    return to_number(left, budget) == to_number(right, budget)


def less(left: Value, right: Value, budget: Budget) -> bool:
    """`<`: texts by code units, everything else as numbers."""
    left, right = to_primitive(left, budget), to_primitive(right, budget)
    if isinstance(left, str) and isinstance(right, str):
        budget.charge((left, right))
        return code_units(left) < code_units(right)
    return to_number(left, budget) < to_number(right, budget)


def at_most(left: Value, right: Value, budget: Budget) -> bool:
    """`<=`, which is not the contrary of `>`: neither holds for NaN."""
    left, right = to_primitive(left, budget), to_primitive(right, budget)
    if isinstance(left, str) and isinstance(right, str):
        budget.charge((left, right))
        return code_units(left) <= code_units(right)
    return to_number(left, budget) <= to_number(right, budget)


def contains(container: Value, member: Value, budget: Budget) -> bool:
    """`member in container`: an element of an array, a key of an object, a part of a text."""
    budget.charge((container,))
    if isinstance(container, list):
        return any(strictly_equal(item, member, budget) for item in container)
    if isinstance(container, dict):
        return to_text(member, budget) in container
    if isinstance(container, str):
        part = to_text(member, budget)
        budget.charge((part,))
        budget.charge_search(container, part)
        return part in container
    raise EvaluationError("only an array, an object or a text has members")


def same_value_zero(left: Value, right: Value, budget: Budget) -> bool:
    """Strict equality in which NaN equals itself."""
    both_nan = all(isinstance(value, float) and math.isnan(value) for value in (left, right))
    return both_nan or strictly_equal(left, right, budget)


def code_units(text: str) -> bytes:
    """A key that orders texts by UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def _same_text(left: str, right: str, budget: Budget) -> bool:
    if len(left) != len(right):
        return False
    budget.charge((left,))
    return left == right


def _is_nothing(value: Value) -> bool:
    return value is None or value is UNDEFINED


def _is_primitive(value: Value) -> bool:
    return value is None or isinstance(value, (str, int, float))
