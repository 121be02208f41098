"""Growth: what a request costs in a world of a hundred tasks, and in one of a million."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.load import Request
from tests.benchmarks.process import Server
from tests.benchmarks.request_costs import cost
from tests.benchmarks.tables import Column, table
from tests.benchmarks.workloads import CREATE_FINISHED, PAGE, filled, get_task, list_of_creator, page, stream_of_task

_PROBES = 5


@dataclass(frozen=True, slots=True)
class Growth:
    """Microseconds of CPU per request by what is asked, for each number of tasks, and the bytes in memory there."""

    sizes: Sequence[int]
    costs: dict[str, dict[int, float]]
    memory: dict[int, int]


def _requests(task: Request, tasks: int) -> dict[str, Request]:
    return {
        "GET task": task,
        f"GET the first {PAGE}": page(),
        f"GET {PAGE} in the middle": page(tasks // 2),
        f"GET {PAGE} of a creator": list_of_creator(),
        "finished event stream": stream_of_task(task),
        # The last one: what is created takes the place of the task that the others ask for.
        "POST task": CREATE_FINISHED,
    }


async def growth(sizes: Sequence[int], requests: int, rounds: int) -> Growth:
    """Servers with so many finished tasks each, measured in turns. Every world is full: a new task forgets one."""
    with ExitStack() as stack:
        servers = {size: stack.enter_context(filled(size)) for size in sizes}
        memory = {size: server.memory().rss for size, server in servers.items()}
        asked = {size: _requests(await get_task(server.url), size) for size, server in servers.items()}
        taken: dict[str, dict[int, list[float]]] = {}
        for name in asked[sizes[0]]:
            taken[name] = {size: [] for size in sizes}
            for _ in range(rounds):
                for size, server in servers.items():
                    request = asked[size][name]
                    taken[name][size].append(await cost(server, request, await _affordable(server, request, requests)))
    costs = {name: {size: median(costs) for size, costs in by_size.items()} for name, by_size in taken.items()}
    return Growth(sizes, costs, memory)


async def _affordable(server: Server, request: Request, requests: int) -> int:
    """So many requests, or fewer if each costs much more than it should."""
    probed = await cost(server, request, min(_PROBES, requests))
    return requests if probed < 10_000 else min(_PROBES, requests)


def growth_table(grown: Growth) -> Iterator[str]:
    """A row for each request, a column for each number of tasks."""
    columns = (Column("µs of CPU, with tasks", 28), *(Column(f"{size:,}", 13) for size in grown.sizes))
    rows = [[name, *(f"{by_size[size]:.0f}" for size in grown.sizes)] for name, by_size in grown.costs.items()]
    rows.append(["memory, MB", *(f"{grown.memory[size] / 1024 / 1024:.0f}" for size in grown.sizes)])
    rows.append(["KB of each further task", *(_each(grown, size) for size in grown.sizes)])
    return table(columns, rows)


def _each(grown: Growth, size: int) -> str:
    least = min(grown.sizes)
    if size == least:
        return "-"
    return f"{(grown.memory[size] - grown.memory[least]) / (size - least) / 1024:.1f}"
