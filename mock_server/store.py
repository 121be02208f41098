"""Where tasks are kept: the protocol, and the store in memory."""

import heapq
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakValueDictionary

from mock_server.alterations import Alterations, Listeners
from mock_server.clock import Clock, Milliseconds, Signal, give_way
from mock_server.due_events import DueEvents
from mock_server.retained import BYTES_PER_TASK, WORLDS_KEPT, Retained, bytes_of
from mock_server.task import Task, TaskEvents
from mock_server.task_index import TaskIndex, TaskQuery

# Due events are looked at so many at a time; others have their turn in between.
_AT_ONCE = 200


class UnknownTask(LookupError):
    """No task of this id is kept; the message is the real server's."""

    def __init__(self, task_id: str) -> None:
        super().__init__(f"No task with id '{task_id}' found")


class VersionConflict(Exception):
    """The task was replaced by somebody else since it was read."""


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some of the tasks that a query finds, and how many it finds in all."""

    tasks: Sequence[Task]
    total: int


class TaskStore(Protocol):
    """What the simulator needs of a store. Every method may be asked by many at once."""

    async def create(self, task: Task) -> None: ...

    async def create_all(self, tasks: Iterable[Task]) -> None:
        """Keep tasks that were created in the past. Among the others they stand where they belong by that time."""
        ...

    async def get(self, task_id: str) -> Task:
        """Raises UnknownTask."""
        ...

    async def find(self, query: TaskQuery) -> TaskPage:
        """The tasks that fit, as they are now. A page of them costs little, however many there are."""
        ...

    async def replace(self, task: Task, *, expected_version: int) -> None:
        """Put a task in the place of the version that was read. Raises UnknownTask or VersionConflict."""
        ...

    async def allot_event_ids(self, count: int) -> int:
        """The first of so many event ids, greater than all that were allotted before."""
        ...

    async def next_event_id(self) -> int:
        """The first of the ids that nobody was allotted yet."""
        ...

    async def next_event_at(self) -> Milliseconds | None:
        """When the next event of any task is due, or None if none is to come."""
        ...

    async def count(self) -> int:
        """How many tasks are kept."""
        ...

    async def all(self) -> Sequence[Task]:
        """Every task, the oldest first."""
        ...

    @property
    def altered(self) -> Signal:
        """Fires whenever any task is new, replaced or no longer kept."""
        ...

    def alterations(self) -> Alterations:
        """Which tasks are altered from now on; they are noted before `altered` fires."""
        ...

    def changed(self, task_id: str) -> Signal:
        """Fires when the task is replaced or no longer kept, and when the store is closed."""
        ...

    def close(self) -> None: ...


class InMemoryTaskStore:
    """Keeps at most `limit` tasks: the first to have finished goes first, and without a finished one the oldest.

    Of their bytes it keeps no more than `retained` says, alone and with the other stores that share it.
    """

    def __init__(self, clock: Clock, limit: int, retained: Retained | None = None) -> None:
        self._clock = clock
        self._limit = limit
        self._bytes = 0
        self._most_bytes = limit * BYTES_PER_TASK
        self._retained = retained or Retained(WORLDS_KEPT * self._most_bytes)
        self._is_closed = False
        self._tasks: dict[str, Task] = {}
        self._index = TaskIndex(self._tasks)
        # What ends at one instant, as in a world whose time stands still, goes in the order in which it came.
        self._finishing: list[tuple[Milliseconds, int, str, int]] = []
        self._numbers = itertools.count()
        self._due = DueEvents(self._is_current)
        self._next_event_id = 1
        self._signals: WeakValueDictionary[str, Signal] = WeakValueDictionary()
        self.altered = Signal()
        self._listeners = Listeners()

    async def create(self, task: Task) -> None:
        # Before there is the new one: whoever creates a task is to find it, even if it ends at once.
        size = bytes_of(task)
        self._make_room(1, size)
        self._tasks[task.id] = task
        now = self._clock.now()
        self._index.add(task, now)
        self._note(task, now)
        self.altered.fire()
        self._count(size)

    async def create_all(self, tasks: Iterable[Task]) -> None:
        now, size = self._clock.now(), 0
        for task in tasks:
            self._tasks[task.id] = task
            self._note(task, now)
            size += bytes_of(task)
        ordered = sorted(self._tasks.values(), key=lambda task: task.created_at)
        self._tasks = {task.id: task for task in ordered}
        self._index = TaskIndex(self._tasks)
        for task in ordered:
            self._index.add(task, now)
        self.altered.fire()
        self._count(size)
        self._make_room()

    async def get(self, task_id: str) -> Task:
        try:
            return self._tasks[task_id]
        except KeyError:
            raise UnknownTask(task_id) from None

    async def find(self, query: TaskQuery) -> TaskPage:
        ids, total = self._index.find(query, self._clock.now())
        return TaskPage([self._tasks[id] for id in ids], total)

    async def replace(self, task: Task, *, expected_version: int) -> None:
        replaced = await self.get(task.id)
        if replaced.version != expected_version:
            raise VersionConflict
        self._tasks[task.id] = task
        now = self._clock.now()
        self._index.replace(task, now)
        self._note(task, now)
        self._fire(task.id)
        self._count(bytes_of(task) - bytes_of(replaced))
        self._make_room()

    async def allot_event_ids(self, count: int) -> int:
        first, self._next_event_id = self._next_event_id, self._next_event_id + count
        return first

    async def next_event_id(self) -> int:
        return self._next_event_id

    async def next_event_at(self) -> Milliseconds | None:
        now, looked_at = self._clock.now(), 0
        while (task_id := self._due.take(now)) is not None:
            task = self._tasks[task_id]
            at = TaskEvents(task).next_at(now)
            if at is not None:
                self._due.note(task_id, task.version, at)
            looked_at += 1
            if looked_at % _AT_ONCE == 0:
                await give_way()
        return self._due.next_at()

    async def count(self) -> int:
        return len(self._tasks)

    async def all(self) -> Sequence[Task]:
        return list(self._tasks.values())

    def alterations(self) -> Alterations:
        return self._listeners.add()

    def changed(self, task_id: str) -> Signal:
        return self._signals.setdefault(task_id, Signal())

    def give(self) -> bool:
        """Let go of the task that is needed least; whether there was any."""
        if self._tasks:
            self._forget(self._least_needed())
        return bool(self._tasks)

    def close(self) -> None:
        self._is_closed = True
        self._retained.forget(self, self._bytes)
        for signal in list(self._signals.values()):
            signal.fire()

    def _note(self, task: Task, now: Milliseconds) -> None:
        # What is next of it is found out when somebody asks: few do, and it costs more than the rest of a create here.
        self._due.note(task.id, task.version, now)
        self._listeners.note(task.id)
        if task.ends_at is None:
            return
        heapq.heappush(self._finishing, (task.ends_at, next(self._numbers), task.id, task.version))
        if len(self._finishing) > 2 * self._limit + 100:
            # Entries of tasks that were replaced or forgotten lie where nobody looks; leave them behind.
            self._finishing = [entry for entry in self._finishing if self._is_current(*entry[2:])]
            heapq.heapify(self._finishing)

    def _is_current(self, task_id: str, version: int) -> bool:
        task = self._tasks.get(task_id)
        return task is not None and task.version == version

    def _least_needed(self) -> Task:
        while self._finishing:
            ends_at, _, task_id, _ = entry = self._finishing[0]
            if self._is_current(*entry[2:]):
                if ends_at > self._clock.now():
                    break
                return self._tasks[task_id]
            heapq.heappop(self._finishing)
        return next(iter(self._tasks.values()))

    def _make_room(self, tasks: int = 0, size: int = 0) -> None:
        """Let go of tasks until there is room for so many more of this size; one is kept however large it is."""
        while len(self._tasks) + tasks > max(1, self._limit) or (
            self._bytes + size > self._most_bytes and len(self._tasks) + tasks > 1
        ):
            self._forget(self._least_needed())

    def _count(self, size: int) -> None:
        self._bytes += size
        # Of a world that has ended nothing counts any more, though somebody may still be creating a task there.
        if not self._is_closed:
            self._retained.take(self, size)

    def _forget(self, task: Task) -> None:
        del self._tasks[task.id]
        self._count(-bytes_of(task))
        self._index.remove(task)
        self._listeners.note(task.id)
        self._fire(task.id)

    def _fire(self, task_id: str) -> None:
        self.altered.fire()
        signal = self._signals.get(task_id)
        if signal is not None:
            signal.fire()
