"""The methods of numbers."""

from mock_server.javascript.numerals import double, exponential, fixed, in_radix, number_to_text, significant
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.limits import Budget
from mock_server.rendering.routines import Routine
from mock_server.rendering.values import Value, to_integer


def _to_fixed(budget: Budget, number: float, digits: Value = UNDEFINED) -> Value:
    return fixed(double(number), _within(to_integer(digits, budget), 0, 100))


def _to_precision(budget: Budget, number: float, digits: Value = UNDEFINED) -> Value:
    if digits is UNDEFINED:
        return number_to_text(number)
    return significant(double(number), _within(to_integer(digits, budget), 1, 100))


def _to_exponential(budget: Budget, number: float, digits: Value = UNDEFINED) -> Value:
    count = None if digits is UNDEFINED else _within(to_integer(digits, budget), 0, 100)
    return exponential(double(number), count)


def _to_string(budget: Budget, number: float, radix: Value = UNDEFINED) -> Value:
    text = in_radix(double(number), _within(to_integer(radix, budget, 10), 2, 36))
    # It is made digit by digit.
    budget.spend(len(text) // 8)
    return text


def _within(number: int, least: int, most: int) -> int:
    if not least <= number <= most:
        raise EvaluationError(f"the number of digits or the radix is not between {least} and {most}")
    return number


NUMBER_METHODS: dict[str, Routine] = {
    "toFixed": _to_fixed,
    "toPrecision": _to_precision,
    "toExponential": _to_exponential,
    "toString": _to_string,
}
