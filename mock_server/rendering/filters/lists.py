"""Filters that rearrange arrays."""

from collections.abc import Callable
from functools import cmp_to_key

from mock_server.javascript.keys import ordered
from mock_server.javascript.numerals import SAFE_INTEGER
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.comparison import less, strictly_equal
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.filters.inputs import array_only, array_or_text, attribute_of, elements, sequence
from mock_server.rendering.limits import Budget
from mock_server.rendering.operators import add
from mock_server.rendering.routines import Routine
from mock_server.rendering.tokens import RESERVED_NAMES
from mock_server.rendering.values import Value, joined, to_integer, to_number, to_text, truthy

Order = Callable[[Value, Value, Budget], int]


def _batch(budget: Budget, value: Value, size: Value = UNDEFINED, filler: Value = UNDEFINED) -> Value:
    items, width = sequence(value, budget), _positive(size, budget)
    rows: list[Value] = []
    for start in range(0, len(items), width):
        row = items[start : start + width]
        if truthy(filler) and len(row) < width:
            budget.spend(width)
            row = [*row, *[filler] * (width - len(row))]
        rows.append(row)
    return rows


def _slice(budget: Budget, value: Value, count: Value = UNDEFINED, filler: Value = UNDEFINED) -> Value:
    if not isinstance(value, (str, list)):
        raise EvaluationError("the filter needs an array or a text")
    if isinstance(value, str) and truthy(filler):
        raise EvaluationError("nothing can be appended to a part of a text")
    items, columns = elements(value, budget), _positive(count, budget)
    budget.spend(columns)
    least, surplus = divmod(len(items), columns)
    result: list[Value] = []
    start = 0
    for column in range(columns):
        end = start + least + (column < surplus)
        part = items[start:end]
        if truthy(filler) and column >= surplus:
            part = [*part, filler]
        result.append("".join(map(str, part)) if isinstance(value, str) else part)
        start = end
    return result


def _dictsort(budget: Budget, value: Value, case_sensitive: Value = UNDEFINED, by: Value = UNDEFINED) -> Value:
    if not isinstance(value, dict) or by not in (UNDEFINED, "key", "value"):
        raise EvaluationError("dictsort sorts an object by key or by value")
    pairs: list[tuple[Value, Value]] = [(item if by == "value" else key, [key, item]) for key, item in value.items()]
    return _ordered(pairs, truthy(case_sensitive), _dictionary_order, budget)


def _sort(
    budget: Budget,
    value: Value,
    reverse: Value = UNDEFINED,
    case_sensitive: Value = UNDEFINED,
    attribute: Value = UNDEFINED,
) -> Value:
    items = elements(value, budget)
    if len(items) < 2:
        return list(items)
    pairs = [(attribute_of(item, attribute, budget), item) for item in items if item is not UNDEFINED]
    ordered = _ordered(pairs, truthy(case_sensitive), _order, budget, -1 if truthy(reverse) else 1)
    # JavaScript sorts what is undefined behind everything else, without asking.
    return [*ordered, *(item for item in items if item is UNDEFINED)]


def _order(one: Value, other: Value, budget: Budget) -> int:
    return less(other, one, budget) - less(one, other, budget)


def _dictionary_order(one: Value, other: Value, budget: Budget) -> int:
    # Unlike above, what cannot be compared comes before.
    return 1 if less(other, one, budget) else 0 if strictly_equal(one, other, budget) else -1


def _ordered(
    pairs: list[tuple[Value, Value]], case_sensitive: bool, order: Order, budget: Budget, direction: int = 1
) -> list[Value]:
    def compare(one: tuple[Value, Value], other: tuple[Value, Value]) -> int:
        budget.charge((one[0], other[0]))
        budget.spend(3)
        return direction * order(one[0], other[0], budget)

    if not case_sensitive:
        budget.charge(tuple(key for key, _ in pairs if isinstance(key, str)))
        pairs = [(key.lower() if isinstance(key, str) else key, item) for key, item in pairs]
    return [item for _, item in sorted(pairs, key=cmp_to_key(compare))]


def _first(_budget: Budget, value: Value) -> Value:
    return next(iter(array_or_text(value)), UNDEFINED)


def _last(_budget: Budget, value: Value) -> Value:
    items = array_or_text(value)
    return items[-1] if items else UNDEFINED


def _groupby(budget: Budget, value: Value, attribute: Value = UNDEFINED) -> Value:
    groups: dict[str, Value] = {}
    for item in sequence(value, budget):
        key = to_text(attribute_of(item, attribute, budget), budget)
        budget.charge((key,))
        if key in RESERVED_NAMES:
            raise EvaluationError(f"the name {key} is reserved")
        group = groups.setdefault(key, [])
        if isinstance(group, list):
            group.append(item)
    return dict(ordered(groups))


def _join(budget: Budget, value: Value, separator: Value = UNDEFINED, attribute: Value = UNDEFINED) -> Value:
    items = [attribute_of(item, attribute, budget) for item in _summands(value, attribute, budget)]
    return joined(items, to_text(separator, budget) if truthy(separator) else "", budget)


def _list(budget: Budget, value: Value) -> Value:
    if isinstance(value, str):
        return elements(value, budget)
    if isinstance(value, dict):
        return [{"key": key, "value": item} for key, item in ordered(value)]
    return array_only(value)


def _random(_budget: Budget, value: Value) -> Value:
    items = array_or_text(value)
    # Any choice is random enough, and this one makes renderings repeatable.
    return items[len(items) // 2] if items else UNDEFINED


def _reverse(_budget: Budget, value: Value) -> Value:
    if isinstance(value, str):
        return value[::-1]
    return value[::-1] if isinstance(value, list) else []


def _sum(budget: Budget, value: Value, attribute: Value = UNDEFINED, start: Value = UNDEFINED) -> Value:
    total: Value = 0
    for item in _summands(value, attribute, budget):
        total = add(total, attribute_of(item, attribute, budget), budget)
    return add(0 if start is UNDEFINED else start, total, budget)


def _summands(value: Value, attribute: Value, budget: Budget) -> list[Value]:
    return elements(value, budget) if truthy(attribute) else array_only(value)


def _positive(value: Value, budget: Budget) -> int:
    size = to_integer(value, budget)
    if not 0 < size < SAFE_INTEGER or to_number(value, budget) != size:
        raise EvaluationError("the filter needs a positive whole number")
    return size


LIST_FILTERS: dict[str, Routine] = {
    "batch": _batch,
    "dictsort": _dictsort,
    "first": _first,
    "groupby": _groupby,
    "join": _join,
    "last": _last,
    "list": _list,
    "random": _random,
    "reverse": _reverse,
    "slice": _slice,
    "sort": _sort,
    "sum": _sum,
}
