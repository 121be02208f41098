"""The entities of a catalog, indexed once: which of them have a key, which a value, and in which order they come.

A set of entities is the bits of a number; bit n is the nth entity in the order of their uids.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_server.companions.catalog.search_rows import search_rows
from mock_server.entities import Entity, ref_of
from mock_server.javascript.keys import ordered

EntitySet = int
NOBODY: EntitySet = 0


@dataclass(slots=True)
class _Key:
    """Who has a key at all, who has it without a value, who with which, and how the values were written."""

    present: EntitySet = NOBODY
    valueless: EntitySet = NOBODY
    by_value: dict[str, EntitySet] = field(default_factory=dict)
    by_original: dict[str, EntitySet] = field(default_factory=dict)
    values: list[str] = field(default_factory=list)
    rows: list[tuple[str, int]] = field(default_factory=list)


class EntityIndex:
    """An immutable set of entities, and what is needed to search, order and count them."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self.entities = sorted(entities, key=lambda entity: str(entity["metadata"]["uid"]))
        self.uids = [str(entity["metadata"]["uid"]) for entity in self.entities]
        self.refs = [str(ref_of(entity)) for entity in self.entities]
        self.everybody: EntitySet = (1 << len(self.entities)) - 1
        self._positions = {ref: position for position, ref in enumerate(self.refs)}
        self._by_ref = sorted(range(len(self.refs)), key=self.refs.__getitem__)
        self._keys: dict[str, _Key] = {}
        for position, entity in enumerate(self.entities):
            self._add(position, entity)
        for key in self._keys.values():
            key.values = sorted(key.by_value)
            key.rows.sort()

    def _add(self, position: int, entity: Entity) -> None:
        bit = 1 << position
        for row in search_rows(entity):
            key = self._keys.setdefault(row.key, _Key())
            key.present |= bit
            if row.value is not None and row.original is not None:
                key.by_value[row.value] = key.by_value.get(row.value, NOBODY) | bit
                key.by_original[row.original] = key.by_original.get(row.original, NOBODY) | bit
                key.rows.append((row.value, position))
            else:
                key.valueless |= bit

    def by_ref(self, ref: str) -> int | None:
        """The position of the entity of a canonical reference."""
        return self._positions.get(ref)

    def in_order_of_refs(self, chosen: EntitySet) -> list[int]:
        return [position for position in self._by_ref if chosen >> position & 1]

    def having(self, key: str) -> EntitySet:
        """Who has this key, whatever its value."""
        found = self._keys.get(key)
        return NOBODY if found is None else found.present

    def having_value(self, key: str, value: str) -> EntitySet:
        found = self._keys.get(key)
        return NOBODY if found is None else found.by_value.get(value, NOBODY)

    def having_no_value(self, key: str) -> EntitySet:
        """Who has this key with null, or with something too long to search, whatever else they have of it."""
        found = self._keys.get(key)
        return NOBODY if found is None else found.valueless

    def having_some_value(self, key: str) -> EntitySet:
        """Who has a value of this key by which they can be put in order."""
        return self.united(of for _, of in self.values(key))

    def having_prefix(self, key: str, prefix: str) -> EntitySet:
        found = self._keys.get(key)
        if found is None:
            return NOBODY
        chosen = NOBODY
        for at in range(bisect_left(found.values, prefix), len(found.values)):
            if not found.values[at].startswith(prefix):
                break
            chosen |= found.by_value[found.values[at]]
        return chosen

    def values(self, key: str) -> Iterator[tuple[str, EntitySet]]:
        """Each value of a key, in lower case, and who has it."""
        found = self._keys.get(key)
        if found is not None:
            yield from ((value, found.by_value[value]) for value in found.values)

    def rows(self, key: str) -> list[tuple[str, int]]:
        """The values of a key and whose they are, in order; who has several comes several times."""
        found = self._keys.get(key)
        return [] if found is None else found.rows

    def originals(self, key: str) -> Mapping[str, EntitySet]:
        """The values of a key as they were written, and who has them."""
        found = self._keys.get(key)
        return {} if found is None else found.by_original

    @staticmethod
    def united(sets: Iterable[EntitySet]) -> EntitySet:
        chosen = NOBODY
        for one in sets:
            chosen |= one
        return chosen


def positions(chosen: EntitySet) -> Iterator[int]:
    """The positions of those who are in a set, in order."""
    while chosen:
        lowest = chosen & -chosen
        yield lowest.bit_length() - 1
        chosen ^= lowest


def facets(index: EntityIndex, names: Iterable[str], chosen: EntitySet) -> dict[str, list[dict[str, Any]]]:
    """How many of the chosen entities have which value of each key, as it was written and in the order of its bytes."""
    counted = {name: _counted(index.originals(name.lower()), chosen) for name in names}
    return dict(ordered(counted))


def _counted(originals: Mapping[str, EntitySet], chosen: EntitySet) -> list[dict[str, Any]]:
    counts = ((value, (of & chosen).bit_count()) for value, of in sorted(originals.items()))
    return [{"value": value, "count": count} for value, count in counts if count]
