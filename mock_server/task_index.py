"""Finds tasks by creator and status, in any order and page by page, without looking at every one of them."""

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter
from typing import Any, Literal

from mock_server.clock import Milliseconds
from mock_server.lifecycle import TERMINAL, TaskStatus
from mock_server.ordered_ids import OrderedIds
from mock_server.task import Task

Field = Literal["created_at", "status", "created_by"]


@dataclass(frozen=True, slots=True)
class Ordering:
    """Sort by a field of tasks."""

    field: Field
    descending: bool


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """Which tasks are asked for. A filter that is None lets every task through, `limit` None every one to the end.

    Without an ordering the newest task comes first; what an ordering leaves open comes as it was created.
    """

    creators: frozenset[str] | None = None
    statuses: frozenset[str] | None = None
    order: tuple[Ordering, ...] = ()
    offset: int = 0
    limit: int | None = None


class TaskIndex:
    """The ids of the tasks in a mapping, which its owner keeps in step with `add`, `replace` and `remove`.

    The status of a task follows from the time: whoever asks says how late it is, and it never gets earlier.
    """

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        self._tasks = tasks
        self._added = 0
        self._by_creator: dict[str, OrderedIds] = {}
        # Each maps the ids to when they were added.
        self._by_status: dict[TaskStatus, dict[str, int]] = {status: {} for status in TaskStatus}
        self._all = OrderedIds()
        self._status: dict[str, TaskStatus] = {}
        # Few clients ever ask by status; until the first one does, nobody keeps track of any.
        self._knows_statuses = False
        self._changes: list[tuple[Milliseconds, str, int]] = []

    def add(self, task: Task, now: Milliseconds) -> None:
        self._added += 1
        self._all.add(task.id, self._added)
        if task.created_by is not None:
            if task.created_by not in self._by_creator:
                self._by_creator[task.created_by] = OrderedIds()
            self._by_creator[task.created_by].add(task.id, self._added)
        if self._knows_statuses:
            # Little by little, so that who asks next need not wait for all of it.
            self._settle(now)
            self._note_status(task, now)

    def replace(self, task: Task, now: Milliseconds) -> None:
        if not self._knows_statuses:
            return
        del self._by_status[self._status[task.id]][task.id]
        self._note_status(task, now)

    def remove(self, task: Task) -> None:
        self._all.remove(task.id)
        if self._knows_statuses:
            del self._by_status[self._status.pop(task.id)][task.id]
        if task.created_by is not None:
            self._by_creator[task.created_by].remove(task.id)
            if not self._by_creator[task.created_by]:
                del self._by_creator[task.created_by]

    def find(self, query: TaskQuery, now: Milliseconds) -> tuple[list[str], int]:
        """The ids on the page that the query asks for, and how many there are on all pages."""
        if query.statuses is not None or any(ordering.field == "status" for ordering in query.order):
            self._settle(now)
        is_newest_first = not query.order or query.order[0] == Ordering("created_at", descending=True)
        as_added = self._as_added(query)
        if as_added is not None:
            count = len(as_added) if query.limit is None else query.limit
            return as_added.page(query.offset, count, newest_first=is_newest_first), len(as_added)
        among = self._created_by(query.creators)
        groups = self._with_status(query.statuses)
        total = len(among) if groups is None else self._common(groups, among)
        wanted = total if query.limit is None else min(total, query.offset + query.limit)
        ids: Iterable[str]
        if len(query.order) > 1 or (query.order and query.order[0].field != "created_at"):
            ids = self._sorted(self._matching(among, groups), query.order)
        elif groups is None or wanted * len(among) <= total * total:
            # As dense as they are, this many steps find them: at most as many as there are to be sorted otherwise.
            walk = reversed(among) if is_newest_first else iter(among)
            ids = walk if groups is None else (id for id in walk if any(id in group for group in groups))
        else:
            ids = sorted(self._matching(among, groups), key=among.__getitem__, reverse=is_newest_first)
        return list(islice(ids, query.offset, wanted)) if wanted > query.offset else [], total

    def _as_added(self, query: TaskQuery) -> OrderedIds | None:
        """All ids that the query asks for, if nothing but when they were added orders them."""
        if query.statuses is not None or any(ordering.field != "created_at" for ordering in query.order):
            return None
        if query.creators is None:
            return self._all
        return self._by_creator.get(next(iter(query.creators))) if len(query.creators) == 1 else None

    def _created_by(self, creators: frozenset[str] | None) -> dict[str, int]:
        if creators is None:
            return self._all.numbers
        groups = [self._by_creator[creator].numbers for creator in creators if creator in self._by_creator]
        if len(groups) == 1:
            return groups[0]
        return dict(sorted(chain.from_iterable(group.items() for group in groups), key=itemgetter(1)))

    def _with_status(self, statuses: frozenset[str] | None) -> list[dict[str, int]] | None:
        return None if statuses is None else [self._by_status[status] for status in TaskStatus if status in statuses]

    def _matching(self, among: dict[str, int], groups: list[dict[str, int]] | None) -> list[str]:
        if groups is None:
            return list(among)
        return [id for group in groups for id in group if id in among]

    def _sorted(self, ids: list[str], order: Iterable[Ordering]) -> list[str]:
        ids.sort(key=self._all.numbers.__getitem__)
        # A second ordering of the same field finds nothing left to order.
        first: dict[Field, Ordering] = {}
        for ordering in order:
            first.setdefault(ordering.field, ordering)
        for ordering in reversed(first.values()):
            ids.sort(key=self._key(ordering.field), reverse=ordering.descending)
        return ids

    def _key(self, field: Field) -> Callable[[str], Any]:
        match field:
            case "created_at":
                return lambda id: self._tasks[id].created_at
            case "status":
                return self._status.__getitem__
            case "created_by":
                return lambda id: self._tasks[id].created_by or ""

    def _settle(self, now: Milliseconds) -> None:
        """Catch up with the tasks whose status has changed by now."""
        if not self._knows_statuses:
            self._knows_statuses = True
            for kept in self._tasks.values():
                self._note_status(kept, now)
        while self._changes and self._changes[0][0] <= now:
            _, id, version = heapq.heappop(self._changes)
            task = self._tasks.get(id)
            if task is not None and task.version == version:
                self.replace(task, now)

    def _note_status(self, task: Task, now: Milliseconds) -> None:
        status = self._status[task.id] = task.status(now)
        self._by_status[status][task.id] = self._all.numbers[task.id]
        changes_at = None if status in TERMINAL else task.next_status_at(now)
        if changes_at is not None:
            heapq.heappush(self._changes, (changes_at, task.id, task.version))
            if len(self._changes) > 2 * len(self._all) + 100:
                current = {(id, kept.version) for id, kept in self._tasks.items()}
                self._changes = [entry for entry in self._changes if entry[1:] in current]
                heapq.heapify(self._changes)

    def _common(self, groups: list[dict[str, int]], among: dict[str, int]) -> int:
        """How many ids of the groups, which have none in common, are among the others."""
        size = sum(map(len, groups))
        if among is self._all.numbers:
            return size
        if size > len(among):
            return sum(any(id in group for group in groups) for id in among)
        return sum(id in among for group in groups for id in group)
