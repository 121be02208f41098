"""Filters that keep some elements of an array."""

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.filters.inputs import array_only, attribute_of, sequence
from mock_server.rendering.limits import Budget
from mock_server.rendering.predicates import holds
from mock_server.rendering.routines import Routine
from mock_server.rendering.values import Value, to_text, truthy


def _select(budget: Budget, value: Value, test: Value = UNDEFINED, argument: Value = UNDEFINED) -> Value:
    return _kept(value, test, argument, True, budget)


def _reject(budget: Budget, value: Value, test: Value = UNDEFINED, argument: Value = UNDEFINED) -> Value:
    return _kept(value, test, argument, False, budget)


def _kept(value: Value, test: Value, argument: Value, wanted: bool, budget: Budget) -> Value:
    name = "truthy" if test is UNDEFINED else to_text(test, budget)
    arguments = [] if argument is UNDEFINED else [argument]
    return [item for item in sequence(value, budget) if holds(name, item, arguments, budget) is wanted]


def _selectattr(budget: Budget, value: Value, attribute: Value = UNDEFINED) -> Value:
    return [item for item in array_only(value) if truthy(attribute_of(item, attribute, budget))]


def _rejectattr(budget: Budget, value: Value, attribute: Value = UNDEFINED) -> Value:
    return [item for item in array_only(value) if not truthy(attribute_of(item, attribute, budget))]


SELECTION_FILTERS: dict[str, Routine] = {
    "reject": _reject,
    "rejectattr": _rejectattr,
    "select": _select,
    "selectattr": _selectattr,
}
