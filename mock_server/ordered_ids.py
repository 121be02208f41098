"""Ids in the order in which they were added, of which a page in the middle costs what the first one costs."""

from itertools import chain, islice

_TOGETHER = 1_000


class OrderedIds:
    """Ids with ascending numbers, `numbers` by the id.

    They lie together by thousands: to a page in the middle of a million leads a look at how many each thousand has.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._thousands: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, id: str, number: int) -> None:
        """The number is greater than all that were added before."""
        self.numbers[id] = number
        ids = self._thousands.get(number // _TOGETHER)
        if ids is None:
            self._thousands[number // _TOGETHER] = [id]
        else:
            ids.append(id)

    def remove(self, id: str) -> None:
        thousand = self.numbers.pop(id) // _TOGETHER
        ids = self._thousands[thousand]
        ids.remove(id)
        if not ids:
            del self._thousands[thousand]

    def page(self, offset: int, count: int, *, newest_first: bool) -> list[str]:
        """So many ids behind the first `offset` in their order, or against it."""
        count = min(count, len(self) - offset)
        thousands = reversed(self._thousands.values()) if newest_first else iter(self._thousands.values())
        for ids in thousands:
            if offset < len(ids):
                rest = chain([ids], thousands)
                walk = chain.from_iterable(map(reversed, rest) if newest_first else rest)
                return list(islice(walk, offset, offset + count))
            offset -= len(ids)
        return []
