"""Plain lists of entities: from an offset, in the order of any number of fields."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mock_server.companions.catalog.cursors import encode_cursor
from mock_server.companions.catalog.entity_index import EntityIndex, EntitySet, positions
from mock_server.entities import Entity
from mock_server.request import InvalidRequest

MAX_ORDERS = 30
MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Order:
    """A key to go by, in the letters in which it was given."""

    key: str
    descends: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a list, and where the next part begins, if there is one."""

    entities: Sequence[Entity]
    after: str | None


def stretch_of(
    index: EntityIndex, chosen: EntitySet, orders: Sequence[Order], *, limit: int | None, offset: int
) -> Stretch:
    """The chosen entities from an offset on, at most `limit` of them. Raises InvalidRequest.

    Without an order they come in that of their references. An entity with several values of a key that is gone by
    comes several times.
    """
    if not orders:
        rows = index.in_order_of_refs(chosen)
    elif len(orders) == 1:
        rows = _by_one(index, chosen, orders[0])
    else:
        rows = _by_several(index, chosen, orders)
    rows = rows[offset:]
    if limit is None or len(rows) <= limit:
        return Stretch([index.entities[at] for at in rows], None)
    after = encode_cursor({"limit": limit, "offset": offset + limit})
    return Stretch([index.entities[at] for at in rows[:limit]], after)


def _by_one(index: EntityIndex, chosen: EntitySet, order: Order) -> list[int]:
    # The keys of the index are in lower case; like the real catalog, this finds no other.
    rows = [row for row in index.rows(order.key) if chosen >> row[1] & 1]
    rows.sort(key=lambda row: row[0], reverse=order.descends)
    return [at for _, at in rows] + list(positions(chosen & ~index.having_some_value(order.key)))


def _by_several(index: EntityIndex, chosen: EntitySet, orders: Sequence[Order]) -> list[int]:
    if len(orders) > MAX_ORDERS:
        raise InvalidRequest(f"More than {MAX_ORDERS} orders are asked for")
    values = {order.key: _values(index, order.key) for order in orders}
    counts = (math.prod(len(of.get(at, _NONE)) for of in (values[o.key] for o in orders)) for at in positions(chosen))
    if sum(counts) > MAX_ROWS:
        raise InvalidRequest(f"In this order there are more than {MAX_ROWS} rows")
    rows: list[tuple[int, tuple[str | None, ...]]] = [(at, ()) for at in positions(chosen)]
    for order in orders:
        of = values[order.key]
        rows = [(at, (*row, value)) for at, row in rows for value in of.get(at, _NONE)]
    for place, order in reversed(list(enumerate(orders))):
        _sort(rows, place, descends=order.descends)
    return [at for at, _ in rows]


_NONE: tuple[str | None, ...] = (None,)


def _values(index: EntityIndex, key: str) -> dict[int, list[str | None]]:
    values: dict[int, list[str | None]] = {at: [None] for at in positions(index.having_no_value(key))}
    for value, at in index.rows(key):
        values.setdefault(at, []).append(value)
    return values


def _sort(rows: list[tuple[int, tuple[str | None, ...]]], place: int, *, descends: bool) -> None:
    rows.sort(key=lambda row: row[1][place] or "", reverse=descends)
    rows.sort(key=lambda row: row[1][place] is None)
