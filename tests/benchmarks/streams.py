"""Concurrent event streams: whether they are complete, how late their events are, and what they cost.

Lateness is the time between the instant at which an event is due and its arrival. Clients and server are on one machine
and share its clock.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from tests.benchmarks.event_chunks import INTERVAL
from tests.benchmarks.process import Server, allow_open_files
from tests.benchmarks.stream_clients import StreamClient, open_streams, undisturbed
from tests.benchmarks.stream_courses import FRAMES, Course, streaming
from tests.benchmarks.tables import Column, table

_SETTLING = 0.5
_PATIENCE = 90.0
_OTHER_FILES = 200
_COLUMNS = (
    Column("streams", 8),
    Column("", 13),
    Column("complete", 10),
    Column("p50 ms", 9),
    Column("p99 ms", 9),
    Column("max ms", 9),
    Column("KB each", 9),
    Column("µs per event", 13),
)


class TooManyStreams(Exception):
    """The system lets a process have fewer files open."""


@dataclass(frozen=True, slots=True)
class StreamRun:
    """What became of so many streams of a peer: how many were complete, how late each event was, in seconds, the bytes
    of memory of each and the seconds of CPU for an event."""

    peer: str
    streams: int
    complete: int
    lateness: Sequence[float] = field(repr=False)
    bytes_each: float
    cpu_each_event: float

    def percentile(self, share: float) -> float:
        """So many seconds late at most was this share of the events; infinite if none came."""
        if not self.lateness:
            return float("inf")
        return self.lateness[min(len(self.lateness) - 1, int(share * len(self.lateness)))]


async def stream_run(peer: str, count: int) -> StreamRun:
    """Open so many streams and read them to their ends. Raises TooManyStreams."""
    if not allow_open_files(count + _OTHER_FILES):
        raise TooManyStreams(f"{count} streams need as many open files: see `ulimit -Hn`")
    with streaming(peer, count) as (server, course):
        requests = [request.encode(server.url) for request in await course.requests(count)]
        await asyncio.sleep(_SETTLING)
        before = server.memory().rss
        with undisturbed():
            clients = await open_streams(server.url, requests)
            await asyncio.sleep(_SETTLING)
            opened = server.memory().rss
            cpu = await _follow(server, course, clients)
    lateness = sorted(chain.from_iterable(_lateness(course, *numbered) for numbered in enumerate(clients)))
    return StreamRun(
        peer,
        streams=count,
        complete=sum(client.is_ended and len(client.arrivals) == len(FRAMES) for client in clients),
        lateness=lateness,
        bytes_each=(opened - before) / count,
        cpu_each_event=cpu / max(1, len(lateness)),
    )


async def _follow(server: Server, course: Course, clients: Sequence[StreamClient]) -> float:
    """Wait for the ends of all; returns the seconds of CPU from shortly before the first event."""
    first_at = await course.begin()
    await asyncio.sleep(max(0.0, first_at - time.time() - _SETTLING))
    before = server.cpu_seconds()
    await asyncio.wait([client.closed for client in clients], timeout=_PATIENCE)
    return server.cpu_seconds() - before


def _lateness(course: Course, number: int, client: StreamClient) -> Iterator[float]:
    due = course.due(number, client)
    return (arrived - due - instant * INTERVAL for arrived, instant in zip(client.arrivals, FRAMES, strict=False))


def stream_table(runs: Sequence[StreamRun]) -> Iterator[str]:
    return table(_COLUMNS, [_cells(run) for run in runs])


def _cells(run: StreamRun) -> list[str]:
    complete = "all" if run.complete == run.streams else f"{run.complete:,}"
    late = [f"{max(0.0, 1_000 * run.percentile(share)):,.0f}" for share in (0.5, 0.99, 1.0)]
    costs = [f"{run.bytes_each / 1024:.1f}", f"{1e6 * run.cpu_each_event:.0f}"]
    return [f"{run.streams:,}", run.peer, complete, *late, *costs]
