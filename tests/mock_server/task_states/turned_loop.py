"""An event loop whose time is a number: nothing that waits in it ever sleeps."""

import asyncio
import math
import selectors
from collections.abc import Mapping

# Sums of such fractions of a second are exact.
_GRAIN = 2**20


class Wall:
    """The clock on the wall, in the hand of a test; it moves as if somebody had waited."""

    def __init__(self) -> None:
        self._seconds = 1024.0

    def __call__(self) -> float:
        return self._seconds

    def wait(self, seconds: float) -> None:
        self._seconds += math.ceil(seconds * _GRAIN) / _GRAIN


class _Selector(selectors.BaseSelector):
    """Looks at files without waiting for them, and turns the clock on the wall instead."""

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._files = selectors.DefaultSelector()

    def register(self, fileobj, events, data=None) -> selectors.SelectorKey:
        return self._files.register(fileobj, events, data)

    def unregister(self, fileobj) -> selectors.SelectorKey:
        return self._files.unregister(fileobj)

    def get_map(self) -> Mapping:
        return self._files.get_map()

    def close(self) -> None:
        self._files.close()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._files.select(0)
        if not ready and timeout is None:
            raise RuntimeError("nothing is left to wait for")
        if not ready and timeout is not None and timeout > 0:
            self._wall.wait(timeout)
        return ready


class TurnedLoop(asyncio.SelectorEventLoop):
    """Runs by a clock on the wall that is turned as far as the next one who waits."""

    def __init__(self, wall: Wall) -> None:
        super().__init__(_Selector(wall))
        self._wall = wall

    def time(self) -> float:
        return self._wall()
