"""The one module that asks for the time and sleeps.

Virtual time is what a world's tasks live in: it can run faster than the wall clock, stand still and be moved.
It is counted in whole milliseconds since the epoch, the resolution of every timestamp on the wire, so two views
of one instant never differ by a rounding.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol, TypeAlias

Milliseconds: TypeAlias = int

SECOND: Milliseconds = 1000
LAST_INSTANT: Milliseconds = 253_402_300_799_999


async def give_way() -> None:
    """Let others have their turn, in the middle of much work."""
    await asyncio.sleep(0)


class ImpossibleTime(Exception):
    """An instant to which no clock can be moved."""


class Signal:
    """Wakes whoever waits for a change. A waiter names the `version` it has seen, so no change is missed."""

    __slots__ = ("__weakref__", "_waiters", "version")

    def __init__(self) -> None:
        self.version = 0
        self._waiters: set[asyncio.Future[None]] = set()

    @property
    def waited_for(self) -> bool:
        return bool(self._waiters)

    def fire(self) -> None:
        self.version += 1
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, seen: int) -> None:
        """Return once it has moved past version `seen`."""
        if self.version == seen:
            await _first_of((self,), None)

    def subscribe(self, waiter: asyncio.Future[None]) -> None:
        self._waiters.add(waiter)

    def unsubscribe(self, waiter: asyncio.Future[None]) -> None:
        self._waiters.discard(waiter)


class Clock(Protocol):
    """What the simulation needs of time."""

    def now(self) -> Milliseconds: ...

    async def wait(self, until: Milliseconds | None, changed: Signal, seen: int) -> None:
        """Return once `now() >= until`, or `changed` has moved past version `seen`. `None` is never due."""
        ...


class VirtualClock:
    """A clock that runs at `speed` times the wall clock, stands still while it is frozen, and can be moved ahead.

    Continuous across changes of speed: virtual time never jumps unless `advance` says so. `altered` fires whenever
    somebody moves it or changes how it runs.
    """

    __slots__ = ("_anchor", "_rate", "_speed", "_wall", "_wall_anchor", "altered")

    def __init__(
        self,
        *,
        speed: float = 1.0,
        start: Milliseconds | None = None,
        frozen: bool = False,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ImpossibleTime for a start beyond all dates."""
        self._wall = wall
        self._speed = speed
        self._rate = 0.0 if frozen else speed
        self._wall_anchor = wall()
        self._anchor = int(time.time() * SECOND) if start is None else _checked(start)
        self.altered = Signal()

    @property
    def speed(self) -> float:
        """How fast it runs, or ran before it was frozen."""
        return self._speed

    @property
    def is_frozen(self) -> bool:
        return self._rate == 0

    def now(self) -> Milliseconds:
        if self._rate == 0:
            return self._anchor
        return self._anchor + int((self._wall() - self._wall_anchor) * self._rate * SECOND)

    def run(self, speed: float | None = None) -> None:
        """Go on from the present instant at another speed, or as fast as before."""
        self._speed = self._speed if speed is None else speed
        self._go_on_at(self._speed)

    def freeze(self) -> None:
        """Stand still until it runs again or is moved."""
        self._go_on_at(0.0)

    def advance(self, milliseconds: Milliseconds) -> None:
        """Move ahead at once. Raises ImpossibleTime for a negative duration, or one that leads beyond all dates."""
        self._move(self.now() + milliseconds, milliseconds)

    def advance_to(self, instant: Milliseconds) -> None:
        """Move ahead at once to an instant. Raises ImpossibleTime for one that is past, or beyond all dates."""
        self._move(instant, instant - self.now())

    def set(self, instant: Milliseconds) -> None:
        """Be at an instant, past or to come: for a world in which nothing has happened. Raises ImpossibleTime."""
        self._move(instant, max(0, instant - self.now()))

    def _move(self, target: Milliseconds, by: Milliseconds) -> None:
        if by < 0:
            raise ImpossibleTime("Time cannot go backwards")
        self._anchor, self._wall_anchor = _checked(target), self._wall()
        self.altered.fire()

    def _go_on_at(self, rate: float) -> None:
        self._anchor = self.now()
        self._wall_anchor = self._wall()
        self._rate = rate
        self.altered.fire()

    async def wait(self, until: Milliseconds | None, changed: Signal, seen: int) -> None:
        has_waited = False
        while changed.version == seen:
            remaining = None if until is None else until - self.now()
            if remaining is not None and remaining <= 0:
                # Time may run so fast that something is due again already: others have their turn all the same. Who
                # has waited gave it to them, and ten thousand streams that wait for every event had better not twice.
                if not has_waited:
                    await asyncio.sleep(0)
                return
            await _first_of((changed, self.altered), self._wall_seconds(remaining))
            has_waited = True

    async def wait_for_any(self, until: Milliseconds | None, signals: Sequence[tuple[Signal, int]]) -> None:
        """Return once `now() >= until`, or one of the signals has moved past the version beside it."""
        remaining = None if until is None else until - self.now()
        if (remaining is not None and remaining <= 0) or any(signal.version != seen for signal, seen in signals):
            # Others have their turn all the same.
            await asyncio.sleep(0)
            return
        await _first_of([signal for signal, _ in signals], self._wall_seconds(remaining))

    def _wall_seconds(self, remaining: Milliseconds | None) -> float | None:
        return None if remaining is None or self._rate == 0 else remaining / self._rate / SECOND


def _checked(instant: Milliseconds) -> Milliseconds:
    if not 0 <= instant <= LAST_INSTANT:
        raise ImpossibleTime("There are no dates before 1970 or beyond the year 9999")
    return instant


async def _first_of(signals: Sequence[Signal], seconds: float | None) -> None:
    # One future and at most one timer for each waiter: ten thousand streams wait here at once.
    loop = asyncio.get_running_loop()
    waiter = loop.create_future()
    timer = None if seconds is None else loop.call_later(seconds, _settle, waiter)
    for signal in signals:
        signal.subscribe(waiter)
    try:
        await waiter
    finally:
        for signal in signals:
            signal.unsubscribe(waiter)
        if timer is not None:
            timer.cancel()


def _settle(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def deadline(seconds: float) -> asyncio.Timeout:
    """A context that raises TimeoutError after so many wall-clock seconds."""
    return asyncio.timeout(seconds)


async def pause(seconds: float) -> None:
    """Let so many wall-clock seconds go by."""
    await asyncio.sleep(seconds)


def wall_seconds() -> int:
    """Seconds since the epoch by the clock on the wall, whatever the worlds make of time."""
    return int(time.time())


def parse_timestamp(text: str) -> Milliseconds:
    """An instant of a text in the form of RFC 3339. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset from UTC")
    return (instant - _EPOCH) // timedelta(milliseconds=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def timestamp(instant: Milliseconds) -> str:
    """An instant as on the wire: `2026-11-22T00:49:41.000Z`."""
    seconds, milliseconds = divmod(instant, SECOND)
    return f"{_second(seconds)}.{milliseconds:03d}Z"


# The events of a task, and the tasks of a page, share their seconds; formatting one is what an answer costs most.
@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
