"""The event streams of the peers: they are open until somebody says when to begin, then each chunk goes when due."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

INTERVAL = 0.5
_BETWEEN_LOOKS = 0.05


class Beginning:
    """The instant at which all streams begin, in seconds since the epoch: a file holds it as soon as it is known."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._instant = 0.0

    async def instant(self) -> float:
        if self._looking is None:
            # One looks for all the others.
            self._looking = asyncio.create_task(self._look())
        await self._known.wait()
        return self._instant

    async def _look(self) -> None:
        while not self._file.exists():  # noqa: ASYNC110 (another process makes it)
            await asyncio.sleep(_BETWEEN_LOOKS)
        self._instant = float(self._file.read_text())
        self._known.set()


async def event_chunks(beginning: Beginning, task_id: str, chunks: Sequence[str]) -> AsyncIterator[str]:
    """The first chunk so many milliseconds behind the beginning as the id says, the others behind it."""
    starts_at = await beginning.instant() + int(task_id) / 1_000
    for number, chunk in enumerate(chunks):
        await asyncio.sleep(max(0.0, starts_at + number * INTERVAL - time.time()))
        yield chunk
