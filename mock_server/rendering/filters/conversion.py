"""Filters that turn a value into another kind: numbers, lengths, JSON, defaults."""

import math

from mock_server.javascript.numerals import double, is_number, leading_integer, leading_number, normal
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.json_text import json_text
from mock_server.rendering.limits import Budget
from mock_server.rendering.routines import Routine
from mock_server.rendering.values import Value, to_integer, to_number, to_text, truthy

LARGEST_POWER = 308


def _abs(budget: Budget, value: Value) -> Value:
    return abs(to_number(value, budget))


def _default(_budget: Budget, value: Value, default: Value = UNDEFINED, falsy: Value = UNDEFINED) -> Value:
    missing = not truthy(value) if truthy(falsy) else value is UNDEFINED
    return default if missing else value


def _dump(budget: Budget, value: Value, indent: Value = UNDEFINED) -> Value:
    unit = ""
    if is_number(indent):
        unit = " " * max(0, min(10, to_integer(indent, budget)))
    elif isinstance(indent, str):
        unit = indent[:10]
    return UNDEFINED if value is UNDEFINED else json_text(value, unit, budget)


def _float(budget: Budget, value: Value, default: Value = UNDEFINED) -> Value:
    number = leading_number(to_text(value, budget))
    return default if math.isnan(number) else number


def _int(budget: Budget, value: Value, default: Value = UNDEFINED, base: Value = UNDEFINED) -> Value:
    radix = to_integer(base, budget, 10) or 10
    if not 2 <= radix <= 36:
        return default
    number = leading_integer(to_text(value, budget), radix)
    return default if math.isnan(number) else number


def _length(_budget: Budget, value: Value) -> Value:
    if value is None or value is UNDEFINED or value is False:
        return 0
    return len(value) if isinstance(value, (str, list, dict)) else UNDEFINED


def _round(budget: Budget, value: Value, precision: Value = UNDEFINED, method: Value = UNDEFINED) -> Value:
    number = double(to_number(value, budget))
    if truthy(precision) and math.isnan(to_number(precision, budget)):
        return math.nan
    power = to_integer(precision, budget)
    factor = 10.0**power if power <= LARGEST_POWER else math.inf
    scaled = number * factor
    if not math.isfinite(scaled) or not factor:
        return math.nan
    whole = math.ceil(scaled) if method == "ceil" else math.floor(scaled if method == "floor" else scaled + 0.5)
    return normal(double(whole) / factor)


CONVERSION_FILTERS: dict[str, Routine] = {
    "abs": _abs,
    "d": _default,
    "default": _default,
    "dump": _dump,
    "float": _float,
    "int": _int,
    "length": _length,
    "round": _round,
}
