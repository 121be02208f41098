"""Filters that keep some elements of an array."""

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.filters.inputs import array_only, attribute_of, sequence
from mock_server.rendering.limits import Budget
from mock_server.rendering.predicates import check_test, holds
from mock_server.rendering.routines import Routine
from mock_server.rendering.values import Value, to_text, truthy


def _select(
    budget: Budget, value: Value, test: Value = UNDEFINED, first: Value = UNDEFINED, second: Value = UNDEFINED
) -> Value:
    return _kept(value, test, (first, second), True, budget)


def _reject(
    budget: Budget, value: Value, test: Value = UNDEFINED, first: Value = UNDEFINED, second: Value = UNDEFINED
) -> Value:
    return _kept(value, test, (first, second), False, budget)


def _kept(value: Value, test: Value, given: tuple[Value, ...], wanted: bool, budget: Budget) -> Value:
    name = "truthy" if test is UNDEFINED else to_text(test, budget)
    arguments = [argument for argument in given if argument is not UNDEFINED]
    # Of what has no items it is asked only whether there is such a test.
    check_test(name, len(arguments) if isinstance(value, (list, str)) else None)
    return [item for item in sequence(value, budget) if holds(name, item, arguments, budget) is wanted]


def _selectattr(budget: Budget, value: Value, attribute: Value = UNDEFINED) -> Value:
    return [item for item in array_only(value) if truthy(_attribute(item, attribute, budget))]


def _rejectattr(budget: Budget, value: Value, attribute: Value = UNDEFINED) -> Value:
    return [item for item in array_only(value) if not truthy(_attribute(item, attribute, budget))]


def _attribute(item: Value, attribute: Value, budget: Budget) -> Value:
    return attribute_of(item, attribute if truthy(attribute) else to_text(attribute, budget) or [""], budget)


SELECTION_FILTERS: dict[str, Routine] = {
    "reject": _reject,
    "rejectattr": _rejectattr,
    "select": _select,
    "selectattr": _selectattr,
}
