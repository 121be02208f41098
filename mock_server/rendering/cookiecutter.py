"""What templates written for cookiecutter may use besides: some of Python's names, methods and filters."""

from mock_server.javascript.keys import ordered
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.array_methods import Array, insist_on_own
from mock_server.rendering.comparison import strictly_equal
from mock_server.rendering.limits import Budget
from mock_server.rendering.members import property_of
from mock_server.rendering.routines import Routine, bind
from mock_server.rendering.values import Value, to_integer, to_text

PYTHON_CONSTANTS: dict[str, bool | None] = {"True": True, "False": False, "None": None}
FILTER_NAMES = {"jsonify": "dump"}


def member_of(value: Value, key: Value, budget: Budget) -> Value:
    """`value[key]` as `property_of` gives it, or else a method as Python calls it."""
    name = to_text(key, budget) if isinstance(value, list | dict) else ""
    if isinstance(value, list) and name in ARRAY_METHODS:
        return bind(name, ARRAY_METHODS[name], value)
    if isinstance(value, dict) and name not in value and name in OBJECT_METHODS:
        return bind(name, OBJECT_METHODS[name], value)
    return property_of(value, key, budget)


def _append(budget: Budget, array: Array, item: Value) -> Value:
    insist_on_own(budget)
    array.append(item)
    return len(array)


def _insert(budget: Budget, array: Array, index: Value, item: Value) -> Value:
    insist_on_own(budget)
    array.insert(to_integer(index, budget), item)
    return []


def _remove(budget: Budget, array: Array, item: Value) -> Value:
    insist_on_own(budget)
    index = _index(budget, array, item)
    return [array.pop(index)] if index >= 0 else []


def _pop(budget: Budget, array: Array, index: Value = UNDEFINED) -> Value:
    insist_on_own(budget)
    position = -1 if index is UNDEFINED else to_integer(index, budget)
    return array.pop(position) if -len(array) <= position < len(array) else UNDEFINED


def _count(budget: Budget, array: Array, wanted: Value) -> Value:
    return sum(strictly_equal(item, wanted, budget) for item in array)


def _index(budget: Budget, array: Array, wanted: Value) -> int:
    return next((index for index, item in enumerate(array) if strictly_equal(item, wanted, budget)), -1)


def _get(budget: Budget, members: dict[str, Value], key: Value, default: Value = UNDEFINED) -> Value:
    return members.get(to_text(key, budget), default)


def _has_key(budget: Budget, members: dict[str, Value], key: Value) -> Value:
    return to_text(key, budget) in members


def _items(_budget: Budget, members: dict[str, Value]) -> Value:
    return [list(member) for member in ordered(members)]


def _keys(_budget: Budget, members: dict[str, Value]) -> Value:
    return [key for key, _ in ordered(members)]


def _values(_budget: Budget, members: dict[str, Value]) -> Value:
    return [item for _, item in ordered(members)]


ARRAY_METHODS: dict[str, Routine] = {
    "append": _append,
    "count": _count,
    "find": _index,
    "index": _index,
    "insert": _insert,
    "pop": _pop,
    "remove": _remove,
}
OBJECT_METHODS: dict[str, Routine] = {
    "get": _get,
    "has_key": _has_key,
    "items": _items,
    "keys": _keys,
    "values": _values,
}
