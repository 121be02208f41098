"""Worlds: isolated universes of tasks, so that parallel tests can share one server."""

import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mock_server.clock import Milliseconds, Signal, VirtualClock
from mock_server.faults.faults import Faults
from mock_server.journal import Journal
from mock_server.store import TaskStore
from mock_server.world_tokens import WorldTokens

DEFAULT_WORLD = "default"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class UnknownWorld(LookupError):
    """There is no world of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no world '{name}'")


class WorldExists(Exception):
    """A new world of a name that is taken."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a world '{name}' already")


class LastingWorld(Exception):
    """The default world is not to be deleted."""

    def __init__(self) -> None:
        super().__init__(f"The world '{DEFAULT_WORLD}' cannot be deleted, only reset")


class NothingToCome(Exception):
    """A step to the next event where there is none."""

    def __init__(self) -> None:
        super().__init__("No event is to come")


class InvalidWorldName(ValueError):
    """A name that no world can have."""

    def __init__(self) -> None:
        super().__init__("The name of a world is 1 to 64 letters, digits, '_' or '-'")


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a world starts where it does not start like the others: None stands for what all have."""

    scenario: str | None = None
    now: Milliseconds | None = None
    speed: float | None = None
    frozen: bool = False


AS_ALL = Beginning()


class World:
    """One universe: its tasks, its clock and the scenario that is active in it; what goes wrong in it, which tokens
    count there only, and what was asked.

    `uses` are how often a scenario was used with a template, `creates` how often a template was with any. `altered`
    fires when another scenario is active, `closing` once, when the world ends.
    """

    def __init__(self, name: str, clock: VirtualClock, store: TaskStore, scenario: str, faults: Faults) -> None:
        self.name = name
        self.clock = clock
        self.store = store
        self._scenario = scenario
        self.altered = Signal()
        self.faults = faults
        self.tokens = WorldTokens(clock)
        self.journal = Journal()
        self.closing = Signal()
        self.uses: Counter[tuple[str, str]] = Counter()
        self.creates: Counter[str] = Counter()

    @property
    def scenario(self) -> str:
        """The scenario that is active."""
        return self._scenario

    @scenario.setter
    def scenario(self, name: str) -> None:
        self._scenario = name
        self.altered.fire()

    def count_use(self, scenario: str, template_ref: str) -> int:
        """Count a use of a scenario with a template; returns its number, from 1."""
        self.uses[scenario, template_ref] += 1
        return self.uses[scenario, template_ref]

    def count_create(self, template_ref: str) -> int:
        """Count a task of a template; returns how many came before."""
        self.creates[template_ref] += 1
        return self.creates[template_ref] - 1

    @property
    def is_closed(self) -> bool:
        return self.closing.version > 0

    def close(self) -> None:
        """End every stream of the world."""
        self.closing.fire()
        self.journal.grown.fire()
        self.store.close()


class Worlds:
    """The worlds of a server, made when first asked for.

    Past `limit` goes the one that was asked for the longest ago, never the default one; its streams end.
    """

    def __init__(self, make: Callable[[str, Beginning], World], limit: int = 1_000) -> None:
        self._make = make
        self._limit = limit
        self._worlds: OrderedDict[str, World] = OrderedDict()
        self._beginnings: dict[str, Beginning] = {}
        self._is_closed = False

    def __iter__(self) -> Iterator[World]:
        return iter(self._worlds.values())

    def get(self, name: str) -> World:
        """The world of this name. Raises InvalidWorldName."""
        world = self._worlds.get(name)
        if world is None:
            return self.create(name)
        self._worlds.move_to_end(name)
        return world

    def peek(self, name: str) -> World | None:
        """The world of this name if there is one; that it was asked for does not count."""
        return self._worlds.get(name)

    def find(self, name: str) -> World:
        """The world of this name, if there is one. Raises UnknownWorld."""
        if name not in self._worlds:
            raise UnknownWorld(name)
        return self.get(name)

    def create(self, name: str, beginning: Beginning = AS_ALL) -> World:
        """A new world. Raises InvalidWorldName, WorldExists or UnknownScenario."""
        check_world_name(name)
        if name in self._worlds:
            raise WorldExists(name)
        world = self._make(name, beginning)
        self._put(world)
        if beginning != AS_ALL:
            self._beginnings[name] = beginning
        return world

    def reset(self, name: str) -> World:
        """Put a new world, as it was made, in the place of one. Raises UnknownWorld."""
        self.find(name)
        beginning = self._beginnings.get(name, AS_ALL)
        self._remove(name)
        return self.create(name, beginning)

    def replace(self, name: str, beginning: Beginning) -> World:
        """A world that starts like this in the place of the one of this name, if there is one; a reset does not bring
        this start back. Raises InvalidWorldName or UnknownScenario, and then changes nothing."""
        check_world_name(name)
        world, original = self._make(name, beginning), self._beginnings.get(name)
        if name in self._worlds:
            self._remove(name)
        self._put(world)
        if original is not None:
            self._beginnings[name] = original
        return world

    def delete(self, name: str) -> None:
        """Raises UnknownWorld or LastingWorld."""
        self.find(name)
        if name == DEFAULT_WORLD:
            raise LastingWorld
        self._remove(name)

    def _put(self, world: World) -> None:
        self._worlds[world.name] = world
        if self._is_closed:
            world.close()
        if len(self._worlds) > self._limit:
            self._remove(next(other for other in self._worlds if other not in {DEFAULT_WORLD, world.name}))

    def _remove(self, name: str) -> None:
        self._worlds.pop(name).close()
        self._beginnings.pop(name, None)

    def close(self) -> None:
        """Close all worlds, and those that are made from now on."""
        self._is_closed = True
        for world in self._worlds.values():
            world.close()


def check_world_name(name: str) -> None:
    """Raises InvalidWorldName."""
    if not _NAME.fullmatch(name):
        raise InvalidWorldName
