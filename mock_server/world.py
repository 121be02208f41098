"""Worlds: isolated universes of tasks, so that parallel tests can share one server."""

import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator

from mock_server.clock import VirtualClock
from mock_server.store import TaskStore

DEFAULT_WORLD = "default"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class InvalidWorldName(ValueError):
    """A name that no world can have."""

    def __init__(self) -> None:
        super().__init__("The name of a world is 1 to 64 letters, digits, '_' or '-'")


class World:
    """One universe: its tasks, its clock, the scenario that is active in it and what was used how often."""

    def __init__(self, name: str, clock: VirtualClock, store: TaskStore, scenario: str) -> None:
        self.name = name
        self.clock = clock
        self.store = store
        self.scenario = scenario
        self.is_closed = False
        self._uses: Counter[tuple[str, str]] = Counter()
        self._creates: Counter[str] = Counter()

    def count_use(self, scenario: str, template_ref: str) -> int:
        """Count a use of a scenario with a template; returns its number, from 1."""
        self._uses[scenario, template_ref] += 1
        return self._uses[scenario, template_ref]

    def count_create(self, template_ref: str) -> int:
        """Count a task of a template; returns how many came before."""
        self._creates[template_ref] += 1
        return self._creates[template_ref] - 1

    def close(self) -> None:
        """End every stream of the world."""
        self.is_closed = True
        self.store.close()


class Worlds:
    """The worlds of a server, made when first asked for.

    Past `limit` goes the one that was asked for the longest ago, never the default one; its streams end.
    """

    def __init__(self, make: Callable[[str], World], limit: int = 1_000) -> None:
        self._make = make
        self._limit = limit
        self._worlds: OrderedDict[str, World] = OrderedDict()

    def __iter__(self) -> Iterator[World]:
        return iter(self._worlds.values())

    def get(self, name: str) -> World:
        """The world of this name. Raises InvalidWorldName."""
        world = self._worlds.get(name)
        if world is None:
            check_world_name(name)
            world = self._worlds[name] = self._make(name)
            if len(self._worlds) > self._limit:
                idlest = next(other for other in self._worlds if other not in {DEFAULT_WORLD, name})
                self._worlds.pop(idlest).close()
        self._worlds.move_to_end(name)
        return world

    def close(self) -> None:
        for world in self._worlds.values():
            world.close()


def check_world_name(name: str) -> None:
    """Raises InvalidWorldName."""
    if not _NAME.fullmatch(name):
        raise InvalidWorldName
