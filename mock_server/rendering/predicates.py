"""The tests that follow `is`."""

import math
from collections.abc import Sequence

from mock_server.javascript.numerals import double, is_number
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.comparison import at_most, less, strictly_equal
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.limits import Budget
from mock_server.rendering.patterns.pattern import Pattern
from mock_server.rendering.routines import Routine, apply, arity, require
from mock_server.rendering.suggestions import unknown
from mock_server.rendering.values import Function, SafeText, Value, to_number, truthy


def holds(name: str, value: Value, arguments: Sequence[Value], budget: Budget) -> bool:
    """Whether the value passes the test called `name`."""
    routine = PREDICATES.get(name)
    if routine is None:
        raise EvaluationError(unknown("test", name, PREDICATES))
    require(name, routine, arguments)
    return bool(apply(routine, budget, value, arguments))


def check_test(name: str, arguments: int | None) -> None:
    """Refuse a test that is not known, or takes another number of arguments."""
    routine = PREDICATES.get(name)
    if routine is None or arguments not in (None, arity(routine)):
        raise EvaluationError(f"there is no test {name} of so many arguments")


def _callable(_budget: Budget, value: Value) -> bool:
    return isinstance(value, Function)


def _defined(_budget: Budget, value: Value) -> bool:
    return value is not UNDEFINED


def _undefined(_budget: Budget, value: Value) -> bool:
    return value is UNDEFINED


def _divisible_by(budget: Budget, value: Value, divisor: Value) -> bool:
    return _remainder(value, double(to_number(divisor, budget)), budget) == 0


def _even(budget: Budget, value: Value) -> bool:
    return _remainder(value, 2, budget) == 0


def _odd(budget: Budget, value: Value) -> bool:
    return _remainder(value, 2, budget) == 1


def _remainder(value: Value, divisor: float, budget: Budget) -> float:
    number = double(to_number(value, budget))
    return math.fmod(number, divisor) if divisor and math.isfinite(number) else math.nan


def _escaped(_budget: Budget, value: Value) -> bool:
    return isinstance(value, SafeText)


def _same(budget: Budget, value: Value, other: Value) -> bool:
    return strictly_equal(value, other, budget)


def _different(budget: Budget, value: Value, other: Value) -> bool:
    return not strictly_equal(value, other, budget)


def _less(budget: Budget, value: Value, other: Value) -> bool:
    return less(value, other, budget)


def _at_most(budget: Budget, value: Value, other: Value) -> bool:
    return at_most(value, other, budget)


def _more(budget: Budget, value: Value, other: Value) -> bool:
    return less(other, value, budget)


def _at_least(budget: Budget, value: Value, other: Value) -> bool:
    return at_most(other, value, budget)


def _falsy(_budget: Budget, value: Value) -> bool:
    return not truthy(value)


def _truthy(_budget: Budget, value: Value) -> bool:
    return truthy(value)


def _iterable(_budget: Budget, value: Value) -> bool:
    if value is None or value is UNDEFINED:
        raise EvaluationError("the test iterable needs a value")
    return isinstance(value, (str, list))


def _mapping(_budget: Budget, value: Value) -> bool:
    return isinstance(value, (dict, Pattern))


def _null(_budget: Budget, value: Value) -> bool:
    return value is None


def _number(_budget: Budget, value: Value) -> bool:
    return is_number(value)


def _string(_budget: Budget, value: Value) -> bool:
    return isinstance(value, str) and not isinstance(value, SafeText)


def _lower(_budget: Budget, value: Value) -> bool:
    return _text(value).lower() == value


def _upper(_budget: Budget, value: Value) -> bool:
    return _text(value).upper() == value


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise EvaluationError("the test needs a text")
    return value


PREDICATES: dict[str, Routine] = {
    "callable": _callable,
    "defined": _defined,
    "divisibleby": _divisible_by,
    "eq": _same,
    "equalto": _same,
    "escaped": _escaped,
    "even": _even,
    "falsy": _falsy,
    "ge": _at_least,
    "greaterthan": _more,
    "gt": _more,
    "iterable": _iterable,
    "le": _at_most,
    "lessthan": _less,
    "lower": _lower,
    "lt": _less,
    "mapping": _mapping,
    "ne": _different,
    "none": _null,
    "null": _null,
    "number": _number,
    "odd": _odd,
    "sameas": _same,
    "string": _string,
    "truthy": _truthy,
    "undefined": _undefined,
    "upper": _upper,
}
