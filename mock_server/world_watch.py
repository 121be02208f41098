"""What happens in a world, told as it happens: requests, events of tasks, and what a hand changes."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from mock_server.clock import Milliseconds, give_way
from mock_server.due_events import DueEvents
from mock_server.journal import Entry, EntryQuery
from mock_server.store import UnknownTask
from mock_server.task import Task, TaskEvents
from mock_server.world import World

# Others have their turn after so many tasks that are looked at, and after so many events that are told.
_TASKS_AT_ONCE = 200
_EVENTS_AT_ONCE = 200

Event = dict[str, object]


@dataclass(frozen=True, slots=True)
class Happenings:
    """What has happened since the last time: whether the world was changed by a hand, entries of the journal and events
    of tasks."""

    altered: bool
    entries: Sequence[Entry]
    events: Sequence[Event]


class WorldWatch:
    """Watches a world from now on. What it costs is what happens, however many tasks there are."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._last_entry = world.journal.last_id
        self._alterations = world.store.alterations()
        # Of each task, its version and the id of the last event that was told, or had happened before.
        self._told: dict[str, tuple[int, int]] = {}
        self._due = DueEvents(self._is_current)
        self._hand = self._settings()
        self._clock_seen = world.clock.altered.version

    async def follow(self, tell: Callable[[Happenings], Awaitable[None]]) -> None:
        """Tell everything that happens, until the world ends."""
        world = self._world
        now = world.clock.now()
        for number, task in enumerate(await world.store.all(), start=1):
            events = TaskEvents(task)
            self._keep(task, events, events.newest_id(now), now)
            if number % _TASKS_AT_ONCE == 0:
                await give_way()
        await tell(Happenings(altered=True, entries=(), events=()))
        while not world.is_closed:
            signals = (world.store.altered, world.journal.grown, world.faults.altered, world.altered)
            seen = [(signal, signal.version) for signal in signals]
            await self._tell_all(tell)
            await world.clock.wait_for_any(self._due.next_at(), [*seen, (world.clock.altered, self._clock_seen)])

    async def _tell_all(self, tell: Callable[[Happenings], Awaitable[None]]) -> None:
        world, hand = self._world, self._settings()
        altered, self._hand, self._clock_seen = hand != self._hand, hand, world.clock.altered.version
        entries = world.journal.find(EntryQuery(after=self._last_entry))
        self._last_entry = world.journal.last_id
        now = world.clock.now()
        events: list[Event] = []
        for task_id, is_due in self._concerned(now):
            try:
                task = await world.store.get(task_id)
            except UnknownTask:
                self._told.pop(task_id, None)
                continue
            if not is_due and self._is_current(task_id, task.version):
                # It was altered while its events were told, and those are of this version.
                continue
            coming = self._events(task, now)
            while piece := list(islice(coming, _EVENTS_AT_ONCE - len(events))):
                events += piece
                if len(events) == _EVENTS_AT_ONCE:
                    await tell(Happenings(altered, entries, events))
                    altered, entries, events = False, [], []
                    await give_way()
        if altered or entries or events:
            await tell(Happenings(altered, entries, events))

    def _concerned(self, now: Milliseconds) -> Iterator[tuple[str, bool]]:
        """The tasks that were altered, and those with an event that is due, which is said of them."""
        for task_id in self._alterations.take():
            yield task_id, False
        while (due := self._due.take(now)) is not None:
            yield due, True

    def _events(self, task: Task, now: Milliseconds) -> Iterator[Event]:
        events = TaskEvents(task)
        _, last = self._told.get(task.id, (None, 0))
        for event in events.between(last, now):
            last = event["id"]
            yield event
        self._keep(task, events, last, now)

    def _keep(self, task: Task, events: TaskEvents, last: int, now: Milliseconds) -> None:
        self._told[task.id] = task.version, last
        at = events.next_at(now)
        if at is not None:
            self._due.note(task.id, task.version, at)

    def _is_current(self, task_id: str, version: int) -> bool:
        told = self._told.get(task_id)
        return told is not None and told[0] == version

    def _settings(self) -> tuple[object, ...]:
        world = self._world
        clock = world.clock
        return world.scenario, clock.is_frozen, clock.speed, clock.altered.version, tuple(world.faults)
