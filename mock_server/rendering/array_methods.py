"""The methods of arrays."""

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.comparison import code_units, same_value_zero, strictly_equal
from mock_server.rendering.errors import ContextWouldChange
from mock_server.rendering.limits import CHARACTERS_PER_STEP, Budget
from mock_server.rendering.routines import Routine
from mock_server.rendering.values import Value, joined, to_integer, to_text

Array = list[Value]


def _at(budget: Budget, array: Array, index: Value) -> Value:
    position = to_integer(index, budget)
    return array[position] if -len(array) <= position < len(array) else UNDEFINED


def _concat(budget: Budget, array: Array, *others: Value) -> Value:
    result = list(array)
    for other in others:
        result.extend(other if isinstance(other, list) else [other])
    budget.spend(len(result))
    return result


def _flat(budget: Budget, array: Array, depth: Value = UNDEFINED) -> Value:
    return _flattened(array, to_integer(depth, budget, 1), budget)


def _flattened(array: Array, depth: int, budget: Budget) -> Array:
    result: Array = []
    for item in array:
        budget.spend()
        result.extend(_flattened(item, depth - 1, budget) if isinstance(item, list) and depth > 0 else [item])
    return result


def _includes(budget: Budget, array: Array, wanted: Value, start: Value = UNDEFINED) -> Value:
    first = _position(start, array, budget)
    return any(same_value_zero(item, wanted, budget) for item in array[first:])


def _index_of(budget: Budget, array: Array, wanted: Value, start: Value = UNDEFINED) -> Value:
    first = _position(start, array, budget)
    positions = range(first, len(array))
    return next((index for index in positions if strictly_equal(array[index], wanted, budget)), -1)


def _last_index_of(budget: Budget, array: Array, wanted: Value, start: Value = UNDEFINED) -> Value:
    last = to_integer(start, budget, len(array) - 1)
    last = min(last + len(array) if last < 0 else last, len(array) - 1)
    return next((index for index in range(last, -1, -1) if strictly_equal(array[index], wanted, budget)), -1)


def _join(budget: Budget, array: Array, separator: Value = UNDEFINED) -> Value:
    return joined(array, "," if separator is UNDEFINED else to_text(separator, budget), budget)


def _slice(budget: Budget, array: Array, start: Value = UNDEFINED, end: Value = UNDEFINED) -> Value:
    return array[to_integer(start, budget) : to_integer(end, budget, len(array))]


def _push(budget: Budget, array: Array, *items: Value) -> Value:
    insist_on_own(budget)
    array.extend(items)
    return len(array)


def _pop(budget: Budget, array: Array) -> Value:
    insist_on_own(budget)
    return array.pop() if array else UNDEFINED


def _shift(budget: Budget, array: Array) -> Value:
    insist_on_own(budget)
    return array.pop(0) if array else UNDEFINED


def _unshift(budget: Budget, array: Array, *items: Value) -> Value:
    insist_on_own(budget)
    array[:0] = items
    return len(array)


def _splice(budget: Budget, array: Array, start: Value = UNDEFINED, count: Value = UNDEFINED, *items: Value) -> Value:
    insist_on_own(budget)
    first = _position(start, array, budget)
    last = first + max(0, to_integer(count, budget, 0 if start is UNDEFINED else len(array)))
    removed = array[first:last]
    array[first:last] = items
    return removed


def _reverse(budget: Budget, array: Array) -> Value:
    insist_on_own(budget)
    array.reverse()
    return array


def _sort(budget: Budget, array: Array) -> Value:
    insist_on_own(budget)
    texts = [to_text(item, budget) for item in array]
    # An element takes part in about as many comparisons as their number has binary digits.
    budget.spend(2 * len(array))
    budget.spend(sum(map(len, texts)) * len(array).bit_length() // CHARACTERS_PER_STEP)
    keys = [(item is UNDEFINED, code_units(text)) for item, text in zip(array, texts, strict=True)]
    array[:] = [array[index] for index in sorted(range(len(array)), key=keys.__getitem__)]
    return array


def _fill(budget: Budget, array: Array, value: Value, start: Value = UNDEFINED, end: Value = UNDEFINED) -> Value:
    insist_on_own(budget)
    last = _position(end, array, budget, len(array))
    for index in range(_position(start, array, budget), last):
        array[index] = value
    return array


def _copy_within(
    budget: Budget, array: Array, target: Value, start: Value = UNDEFINED, end: Value = UNDEFINED
) -> Value:
    insist_on_own(budget)
    first, last = _position(start, array, budget), _position(end, array, budget, len(array))
    to = _position(target, array, budget)
    moved = array[first:last][: len(array) - to]
    array[to : to + len(moved)] = moved
    return array


def insist_on_own(budget: Budget) -> None:
    if not budget.owns_context:
        raise ContextWouldChange("an array of the context would change")


def _position(index: Value, array: Array, budget: Budget, default: int = 0) -> int:
    position = to_integer(index, budget, default)
    return min(max(0, position + len(array) if position < 0 else position), len(array))


ARRAY_METHODS: dict[str, Routine] = {
    "at": _at,
    "concat": _concat,
    "copyWithin": _copy_within,
    "fill": _fill,
    "flat": _flat,
    "includes": _includes,
    "indexOf": _index_of,
    "join": _join,
    "lastIndexOf": _last_index_of,
    "pop": _pop,
    "push": _push,
    "reverse": _reverse,
    "shift": _shift,
    "slice": _slice,
    "sort": _sort,
    "splice": _splice,
    "unshift": _unshift,
}
