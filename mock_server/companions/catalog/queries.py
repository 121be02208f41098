"""Queries of entities in pages: what is asked for, and the page that answers it, with cursors back and forth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.companions.catalog.cursors import Cursor, encode_cursor, old_filter_as_predicate
from mock_server.companions.catalog.entity_index import EntityIndex, EntitySet, positions
from mock_server.companions.catalog.full_text import Term
from mock_server.companions.catalog.predicates import Predicate, chosen_by
from mock_server.entities import Entity
from mock_server.request import InvalidRequest

DEFAULT_LIMIT = 200

# What a page is ordered by: the value of the key, if there is one, and the position of the entity.
_Row = tuple[str | None, int]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of entities, how many there are in all, and the cursors of its neighbours."""

    entities: Sequence[Entity]
    total: float
    next_cursor: str | None
    previous_cursor: str | None

    def to_json(self, items: Sequence[Any]) -> dict[str, Any]:
        cursors = {"nextCursor": self.next_cursor, "prevCursor": self.previous_cursor}
        told = {name: cursor for name, cursor in cursors.items() if cursor is not None}
        return {"items": items, "totalItems": self.total, "pageInfo": told}


def first_cursor(
    predicate: Predicate | None, order: Sequence[Mapping[str, str]], full_text: Mapping[str, Any] | None
) -> Cursor:
    """The cursor of a query that begins."""
    cursor: dict[str, Any] = {"orderFields": list(order), "isPrevious": False}
    if predicate is not None:
        cursor["query"] = predicate
    if full_text is not None:
        cursor["fullTextFilter"] = full_text
    return cursor


def page_of(
    index: EntityIndex, cursor: Cursor, limit: int = DEFAULT_LIMIT, *, offset: int = 0, counts: bool = True
) -> Page:
    """The page that a cursor names. Raises InvalidRequest for a cursor that fits no query."""
    query = _Query(index, {"orderFields": [], "isPrevious": False, **cursor})
    backwards = query.cursor["isPrevious"]
    total = cursor.get("totalItems", query.count() if counts else 0)
    rows = query.rows()[offset:] if limit else []
    more = bool(limit) and (backwards or len(rows) > limit)
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    ends = [query.order_values(rows[at]) if rows else query.order_values(None) for at in (0, -1)]
    first = cursor.get("firstSortFieldValues", ends[0])
    onward = {**query.cursor, "orderFieldValues": ends[1], "firstSortFieldValues": first}
    back = {**query.cursor, "orderFieldValues": ends[0], "firstSortFieldValues": first}
    is_first = "firstSortFieldValues" not in cursor or not rows or ends[0] == first
    return Page(
        [index.entities[position] for _, position in rows],
        total,
        encode_cursor({**onward, "isPrevious": False, "totalItems": total}) if more else None,
        None if is_first else encode_cursor({**back, "isPrevious": True, "totalItems": total}),
    )


class _Query:
    """What a cursor asks for, apart from where in it a page begins."""

    def __init__(self, index: EntityIndex, cursor: Cursor) -> None:
        self._index = index
        self.cursor = cursor
        orders = cursor["orderFields"]
        self._key: str | None = orders[0]["field"].lower() if orders else None
        self._descends = bool(orders) and orders[0].get("order") == "desc"
        full_text = cursor.get("fullTextFilter") or {}
        self._term = Term(full_text.get("term", ""))
        self._searched: list[str] = full_text.get("fields", [self._key or "metadata.uid"])
        self._chosen = self._chosen_by_predicates()

    def _chosen_by_predicates(self) -> EntitySet:
        chosen = self._index.everybody
        if "filter" in self.cursor:
            chosen &= chosen_by(old_filter_as_predicate(self.cursor["filter"]), self._index)
        if "query" in self.cursor:
            chosen &= chosen_by(self.cursor["query"], self._index)
        return chosen

    def count(self) -> int:
        """How many entities there are in all pages together."""
        chosen = self._chosen
        if self._key is not None:
            chosen &= self._index.having_some_value(self._key)
        if self._term:
            chosen &= self._term.found(self._index, self._searched)
        return chosen.bit_count()

    def rows(self) -> list[_Row]:
        """The rows behind the cursor, in the direction in which it goes."""
        rows = [row for row in self._all_rows() if self._is_behind(row)]
        descends = self._descends != self.cursor["isPrevious"]
        return rows[::-1] if descends else rows

    def _all_rows(self) -> list[_Row]:
        chosen = self._chosen
        searches_rows = self._searched == [self._key]
        if self._term and not searches_rows:
            chosen &= self._term.found(self._index, self._searched)
        if self._key is None:
            return [(None, position) for position in positions(chosen)]
        found = [row for row in self._index.rows(self._key) if chosen >> row[1] & 1]
        return [row for row in found if self._term.is_in(row[0])] if self._term and searches_rows else [*found]

    def _is_behind(self, row: _Row) -> bool:
        values: Sequence[str | None] = self.cursor.get("orderFieldValues", ())
        if len(values) not in {1, 2}:
            return True
        first, last = values[0], values[-1]
        if first is None or last is None:
            return False
        uid = self._index.uids[row[1]]
        if len(values) == 1:
            return uid < first if self.cursor["isPrevious"] else uid > first
        if self._key is None:
            raise InvalidRequest("Malformed cursor: it goes by the value of a field, and names none")
        at, behind = (row[0] or "", uid), (first, last)
        return at < behind if self.cursor["isPrevious"] != self._descends else at > behind

    def order_values(self, row: _Row | None) -> list[str | None]:
        """By what a row is found again."""
        if row is None:
            return [None] if self._key is None else [None, None]
        uid = self._index.uids[row[1]]
        return [uid] if self._key is None else [row[0], uid]
