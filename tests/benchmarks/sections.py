"""The sections of the benchmarks, each the lines of a table."""

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import click

from tests.benchmarks.growth import growth, growth_table
from tests.benchmarks.memory import Row, idle_memory, memory_table, request_memory, task_memory
from tests.benchmarks.peers import MOCK, PEERS, STREAMING_PEERS, present
from tests.benchmarks.request_costs import request_costs, request_table
from tests.benchmarks.start_costs import start_costs, start_table
from tests.benchmarks.streams import stream_run, stream_table
from tests.benchmarks.suite_costs import ALONE, MODES, suite_run, suite_table
from tests.benchmarks.workloads import WORKLOADS, workloads


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything is measured."""

    peers: Sequence[str] = PEERS
    chosen: Sequence[str] = WORKLOADS
    requests: int = 1_000
    rounds: int = 7
    starts: int = 5
    streams: Sequence[int] = (100, 1_000, 3_000, 10_000)
    among: int = 100_000
    tasks: int = 20_000
    many_requests: int = 1_000_000
    growth: Sequence[int] = (100, 10_000, 100_000, 1_000_000)
    modes: Sequence[str] = (*MODES, ALONE)


async def requests_section(sizes: Sizes) -> Iterator[str]:
    """CPU per request, beside the peers."""
    peers, absent = present(sizes.peers)
    costs = []
    for workload in workloads(sizes.among):
        if workload.name not in sizes.chosen:
            continue
        click.echo(f"- {workload.name}", err=True)
        costs.append((workload, await request_costs(workload, peers, sizes.requests, sizes.rounds)))
    return _with_reasons(request_table(costs), absent)


async def start_section(sizes: Sizes) -> Iterator[str]:
    """The cold start, beside the peers."""
    peers, absent = present(sizes.peers)
    return _with_reasons(start_table(await start_costs(peers, sizes.starts)), absent)


async def streams_section(sizes: Sizes) -> Iterator[str]:
    """Concurrent event streams, beside the peers that have any."""
    runs = []
    for count in sizes.streams:
        for peer in STREAMING_PEERS:
            if peer in sizes.peers:
                click.echo(f"- {count:,} streams, {peer}", err=True)
                runs.append(await stream_run(peer, count))
    return stream_table(runs)


async def memory_section(sizes: Sizes) -> Iterator[str]:
    """Memory, idle and used."""
    peers, absent = present(sizes.peers)
    rows: list[Row] = await idle_memory(peers)
    rows += [(f"idle, {peer}", reason, "") for peer, reason in absent.items()]
    if MOCK in peers:
        rows += [await task_memory(sizes.tasks), await request_memory(sizes.many_requests)]
    return memory_table(rows)


async def growth_section(sizes: Sizes) -> Iterator[str]:
    """The cost per request by the number of tasks."""
    return growth_table(await growth(sizes.growth, sizes.requests, sizes.rounds))


async def suite_section(sizes: Sizes) -> Iterator[str]:
    """The contract suite on the mock server."""
    return suite_table([suite_run(mode) for mode in sizes.modes])


SECTIONS: Mapping[str, Callable[[Sizes], Coroutine[Any, Any, Iterator[str]]]] = MappingProxyType(
    {
        "requests": requests_section,
        "start": start_section,
        "streams": streams_section,
        "memory": memory_section,
        "growth": growth_section,
        "suite": suite_section,
    }
)


def _with_reasons(lines: Iterator[str], absent: Mapping[str, str]) -> Iterator[str]:
    yield from lines
    for peer, reason in absent.items():
        yield f"{peer}: not installed ({reason})"
