"""Clients of event streams, thousands in one process: they count frames and note when each came, and no more."""

import asyncio
import gc
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import cast
from urllib.parse import urlsplit

_AT_ONCE = 200
_CREATED_AT = re.compile(rb'"createdAt":"([^"]+)"')
_LAST_CHUNK = b"0\r\n\r\n"


class StreamClient(asyncio.Protocol):
    """One client of one stream. `arrivals` are instants of `time.time`, one for each frame that came.

    `opened` is done when the answer has begun, `closed` when the stream or its connection has ended.
    """

    __slots__ = ("_head", "_last", "_request", "arrivals", "closed", "is_ended", "opened")

    def __init__(self, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self.arrivals: list[float] = []
        self.is_ended = False
        self._request = request
        self._head = self._last = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        arrived = time.time()
        if not self.arrivals:
            self._head += data
            if not self.opened.done():
                self.opened.set_result(None)
        # Two line ends between frames, of which one may have come before.
        self.arrivals += [arrived] * (self._last + data).count(b"\n\n")
        self._last = data[-1:]
        if data.endswith(_LAST_CHUNK):
            self.is_ended = True
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish()

    def _finish(self) -> None:
        for future in (self.opened, self.closed):
            if not future.done():
                future.set_result(None)

    def first_event_at(self) -> float:
        """When the first event happened, in seconds since the epoch as the server has them."""
        found = _CREATED_AT.search(self._head)
        return datetime.fromisoformat(found[1].decode()).timestamp() if found else float("-inf")


async def open_streams(url: str, requests: Sequence[bytes]) -> list[StreamClient]:
    """Open a stream with each of the requests, some hundreds at a time."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    free = asyncio.Semaphore(_AT_ONCE)

    async def opened(request: bytes) -> StreamClient:
        async with free:
            connecting = loop.create_connection(lambda: StreamClient(request), parts.hostname or "", parts.port or 80)
            client = (await connecting)[1]
            await client.opened
            return client

    return await asyncio.gather(*map(opened, requests))


@contextmanager
def undisturbed() -> Iterator[None]:
    """Collect no garbage meanwhile: the clients must not be late themselves."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
