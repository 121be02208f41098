"""The judge's own time: seconds since the run began. Never compared with a time that the target tells."""

import asyncio
import time
from datetime import UTC, datetime


class Stopwatch:
    """Counts seconds from its making. `limit` is how many there are in all."""

    def __init__(self, limit: float = float("inf")) -> None:
        self._began = time.monotonic()
        self.limit = limit

    def now(self) -> float:
        return time.monotonic() - self._began

    def left(self) -> float:
        """Seconds until the limit, never less than none."""
        return max(0.0, self.limit - self.now())


async def pause(seconds: float) -> None:
    """Wait between two looks at the target."""
    await asyncio.sleep(seconds)


def now_in_utc() -> datetime:
    """The date and time for the reader of a report. Nothing is judged by it."""
    return datetime.now(UTC)
