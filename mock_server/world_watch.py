"""What happens in a world, told as it happens: requests, events of tasks, and what a hand changes."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from mock_server.clock import Milliseconds
from mock_server.journal import Entry, EntryQuery
from mock_server.task import Task, TaskEvents
from mock_server.world import World


@dataclass(frozen=True, slots=True)
class Happenings:
    """What has happened since the last time: whether the world was changed by a hand, entries of the journal and events
    of tasks."""

    altered: bool
    entries: tuple[Entry, ...]
    events: tuple[dict[str, object], ...]


class WorldWatch:
    """Watches a world from now on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._last_entry = world.journal.last_id
        self._told: dict[str, tuple[int, TaskEvents, int]] = {}
        self._hand = self._settings()
        self._clock_seen = world.clock.altered.version

    async def follow(self, tell: Callable[[Happenings], Awaitable[None]]) -> None:
        """Tell everything that happens, until the world ends."""
        world = self._world
        now = world.clock.now()
        for task in await world.store.all():
            events = TaskEvents(task)
            self._told[task.id] = task.version, events, _last_id(events, now, 0)
        await tell(Happenings(altered=True, entries=(), events=()))
        while not world.is_closed:
            signals = (world.store.altered, world.journal.grown, world.faults.altered, world.altered)
            seen = [(signal, signal.version) for signal in signals]
            due = await world.store.next_event_at()
            happenings = await self._happenings()
            if happenings.altered or happenings.entries or happenings.events:
                await tell(happenings)
            await world.clock.wait_for_any(due, [*seen, (world.clock.altered, self._clock_seen)])

    async def _happenings(self) -> Happenings:
        world, hand = self._world, self._settings()
        altered, self._hand, self._clock_seen = hand != self._hand, hand, world.clock.altered.version
        entries = world.journal.find(EntryQuery(after=self._last_entry))
        self._last_entry = world.journal.last_id
        tasks, now = await world.store.all(), world.clock.now()
        events = tuple(event for task in tasks for event in self._events(task, now))
        self._told = {task.id: self._told[task.id] for task in tasks}
        return Happenings(altered, tuple(entries), events)

    def _events(self, task: Task, now: Milliseconds) -> Iterator[dict[str, object]]:
        version, events, last = self._told.get(task.id, (None, None, 0))
        if events is None or version != task.version:
            events = TaskEvents(task)
        for event in events.between(last, now):
            last = event["id"]
            yield event
        self._told[task.id] = task.version, events, last

    def _settings(self) -> tuple[object, ...]:
        world = self._world
        clock = world.clock
        return world.scenario, clock.is_frozen, clock.speed, clock.altered.version, tuple(world.faults)


def _last_id(events: TaskEvents, now: Milliseconds, after: int) -> int:
    return max((event["id"] for event in events.between(after, now)), default=after)
