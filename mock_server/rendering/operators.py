"""The binary operators of expressions."""

import math
from collections.abc import Callable

from mock_server.javascript.numerals import double, normal
from mock_server.rendering.comparison import at_most, less, loosely_equal, strictly_equal
from mock_server.rendering.limits import Budget
from mock_server.rendering.values import Value, to_number, to_primitive, to_text

Operator = Callable[[Value, Value, Budget], Value]


def add(left: Value, right: Value, budget: Budget) -> Value:
    """The sum, or one text if either side is a text."""
    left, right = to_primitive(left, budget), to_primitive(right, budget)
    if isinstance(left, str) or isinstance(right, str):
        return concatenate(left, right, budget)
    return normal(to_number(left, budget) + to_number(right, budget))


def concatenate(left: Value, right: Value, budget: Budget) -> Value:
    """Both as one text."""
    first, second = to_text(left, budget), to_text(right, budget)
    budget.admit(len(first) + len(second))
    return first + second


def _subtract(left: Value, right: Value, budget: Budget) -> Value:
    return normal(to_number(left, budget) - to_number(right, budget))


def multiply(left: Value, right: Value, budget: Budget) -> Value:
    """The product."""
    return normal(to_number(left, budget) * to_number(right, budget))


def divide(left: Value, right: Value, budget: Budget) -> Value:
    """The quotient."""
    return normal(_quotient(to_number(left, budget), to_number(right, budget)))


def floor(value: Value, budget: Budget) -> Value:
    """The whole number that is not above a value."""
    number = double(to_number(value, budget))
    return normal(math.floor(number)) if math.isfinite(number) else number


def remainder(left: Value, right: Value, budget: Budget) -> Value:
    """What a division leaves, with the sign of the dividend."""
    dividend, divisor = double(to_number(left, budget)), double(to_number(right, budget))
    if not divisor or math.isinf(dividend):
        return math.nan
    return normal(math.fmod(dividend, divisor))


def power(left: Value, right: Value, budget: Budget) -> Value:
    """One to the power of the other."""
    base, exponent = double(to_number(left, budget)), double(to_number(right, budget))
    if abs(base) == 1 and math.isinf(exponent):
        return math.nan
    if math.isnan(exponent):
        return math.nan
    negative = base < 0 and math.fmod(exponent, 2) in (1, -1) if math.isfinite(exponent) else False
    try:
        return normal(math.pow(base, exponent))
    except OverflowError:
        return -math.inf if negative else math.inf
    except ValueError:
        return math.nan if base else math.inf


def _quotient(dividend: float, divisor: float) -> float:
    dividend, divisor = double(dividend), double(divisor)
    if divisor:
        return dividend / divisor
    return math.nan if not dividend or math.isnan(dividend) else math.copysign(math.inf, dividend)


def _differs_loosely(left: Value, right: Value, budget: Budget) -> Value:
    return not loosely_equal(left, right, budget)


def _differs_strictly(left: Value, right: Value, budget: Budget) -> Value:
    return not strictly_equal(left, right, budget)


def _more(left: Value, right: Value, budget: Budget) -> Value:
    return less(right, left, budget)


def _at_least(left: Value, right: Value, budget: Budget) -> Value:
    return at_most(right, left, budget)


EQUALITY, RELATION, SUM, PRODUCT = range(6, 10)

# How tightly each operator binds, and what it does; those that bind tighter are products.
# Equal ones group to the left, as in the JavaScript they stand for.
OPERATORS: dict[str, tuple[int, Operator]] = {
    "==": (EQUALITY, loosely_equal),
    "!=": (EQUALITY, _differs_loosely),
    "===": (EQUALITY, strictly_equal),
    "!==": (EQUALITY, _differs_strictly),
    "<": (RELATION, less),
    "<=": (RELATION, at_most),
    ">": (RELATION, _more),
    ">=": (RELATION, _at_least),
    "+": (SUM, add),
    "-": (SUM, _subtract),
    "~": (SUM, concatenate),
}
