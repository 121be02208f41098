"""How long the judge goes on reading a stream."""

import asyncio

from contracts.sse import Ending

# How soon a deadline that has come is looked at again before it counts, and how often one is looked at in any case.
SECOND_LOOK = 0.2
LONGEST_NAP = 3600.0


class StreamDeadline:
    """How long a stream may still be read: until the second `at` of the session's clock, and no longer than `silence`
    seconds without a byte. Whoever knows that its task has ended tightens it."""

    def __init__(self, at: float, *, silence: float = float("inf")) -> None:
        self._at = at
        self._silence = silence
        self._heard = 0.0
        self._at_ending = Ending.OVERDUE
        self._scope: asyncio.Timeout | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._offset = 0.0

    @property
    def at(self) -> float:
        return self._at

    @property
    def ending(self) -> Ending:
        """What it means when the deadline comes."""
        return self._at_ending if self._at <= self._heard + self._silence else Ending.SILENT

    def close_by(self, at: float) -> None:
        """The last event has come: the server has until then to close the stream."""
        if at < self._at:
            self._at, self._at_ending = at, Ending.LEFT_OPEN
            self._set_alarm()

    def bear_silence(self, seconds: float, now: float) -> None:
        """From now on, give up after so many seconds without a byte."""
        self._silence = min(self._silence, seconds)
        self._heard = max(self._heard, now)
        self._set_alarm()

    def hear(self, now: float) -> None:
        """Bytes came."""
        self._heard = now

    def guard(self, scope: asyncio.Timeout, now: float) -> None:
        """Let this scope end at the deadline; `now` is the second of the session's clock."""
        self._scope = scope
        self._heard = now
        self._offset = asyncio.get_running_loop().time() - now
        self._set_alarm()

    def release(self) -> None:
        """The reading is over."""
        self._scope = None
        if self._alarm is not None:
            self._alarm.cancel()

    @property
    def _due(self) -> float:
        return min(self._at, self._heard + self._silence) + self._offset

    def _set_alarm(self) -> None:
        if self._scope is None:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_at(min(self._due, loop.time() + LONGEST_NAP), self._look)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._due:
            self._set_alarm()
        else:
            # This process may have been kept from the processor: what has come meanwhile is read first.
            self._alarm = loop.call_later(SECOND_LOOK, self._look_again)

    def _look_again(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._due:
            self._set_alarm()
        elif self._scope is not None:
            self._scope.reschedule(now)
