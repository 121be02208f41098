"""Which tasks have an event next, and when."""

import heapq
from collections.abc import Callable

from mock_server.clock import Milliseconds

_ROOM = 100


class DueEvents:
    """Tasks by the instant of the next event of each. Asking costs what has happened since, however many tasks wait.

    A version of a task is noted when it is new and after each of its events; `is_current` tells whether it still is the
    present one.
    """

    def __init__(self, is_current: Callable[[str, int], bool]) -> None:
        self._is_current = is_current
        self._entries: list[tuple[Milliseconds, str, int]] = []
        self._room = _ROOM

    def note(self, task_id: str, version: int, at: Milliseconds) -> None:
        """Its next event is due at this instant, or later."""
        heapq.heappush(self._entries, (at, task_id, version))
        if len(self._entries) > self._room:
            # Entries of tasks that were replaced or forgotten lie where nobody looks; leave them behind.
            self._entries = [entry for entry in self._entries if self._is_current(*entry[1:])]
            heapq.heapify(self._entries)
            self._room = 2 * len(self._entries) + _ROOM

    def take(self, now: Milliseconds) -> str | None:
        """A task that was due by now and is so no longer, until it is noted again; None if there is none."""
        while self._entries and self._entries[0][0] <= now:
            _, task_id, version = heapq.heappop(self._entries)
            if self._is_current(task_id, version):
                return task_id
        return None

    def next_at(self) -> Milliseconds | None:
        """When the first task is due, or None if there is none."""
        while self._entries and not self._is_current(*self._entries[0][1:]):
            heapq.heappop(self._entries)
        return self._entries[0][0] if self._entries else None
