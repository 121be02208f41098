"""What a request costs: processor time of the mock server and of its peers, which answer the same, in turns."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from statistics import median
from types import MappingProxyType

from tests.benchmarks.load import Request, ask, load
from tests.benchmarks.npm_peers import PRISM, WIREMOCK
from tests.benchmarks.peers import MOCK, PEERS, STARLETTE, rotated, serving
from tests.benchmarks.process import Server
from tests.benchmarks.tables import Column, table
from tests.benchmarks.workloads import Workload

# Rounds that do not count: JavaScript and Java compile what has run often enough.
_WARMING = MappingProxyType({PRISM: 5, WIREMOCK: 20})
_COLUMNS = (
    Column("µs of CPU per request", 24),
    Column(MOCK, 11),
    Column("ratio", 7),
    *(Column(peer, width) for peer, width in zip(PEERS[1:], (10, 11, 8, 9), strict=True)),
)

Costs = dict[str, list[float]]


async def request_costs(workload: Workload, peers: Sequence[str], requests: int, rounds: int) -> Costs:
    """Microseconds of CPU per request, by peer, in each of the rounds in which the peers take turns."""
    count = max(1, requests // workload.weight)
    with ExitStack() as stack:
        mock = stack.enter_context(workload.mock())
        request = await workload.prepare(mock.url)
        answers = {workload.operation: await ask(mock.url, request)}
        servers = {peer: mock if peer == MOCK else stack.enter_context(serving(peer, answers)) for peer in peers}
        for peer, server in servers.items():
            await load(server.url, request, count * _WARMING.get(peer, 1))
        costs: Costs = {peer: [] for peer in peers}
        for turn in range(rounds):
            for peer in rotated(peers, turn):
                costs[peer].append(await cost(servers[peer], request, count))
    return costs


async def cost(server: Server, request: Request, count: int) -> float:
    """Microseconds of CPU per request."""
    before = server.cpu_seconds()
    await load(server.url, request, count)
    return (server.cpu_seconds() - before) * 1e6 / count


def request_table(costs: Sequence[tuple[Workload, Costs]]) -> Iterator[str]:
    """A row for each workload; the ratio is the mock server's to bare Starlette."""
    return table(_COLUMNS, [[workload.name, *_cells(taken)] for workload, taken in costs])


def _cells(taken: Costs) -> Iterator[str]:
    for peer in PEERS:
        yield f"{median(taken[peer]):.0f}" if peer in taken else "-"
        if peer == MOCK:
            yield f"{ratio(taken[MOCK], taken[STARLETTE]):.2f}" if STARLETTE in taken else "-"


def ratio(taken: Sequence[float], baseline: Sequence[float]) -> float:
    """How many times as much it is, by the rounds."""
    # Within a round, a neighbour on the machine slows all alike; between rounds it does not.
    return median(cost / base for cost, base in zip(taken, baseline, strict=True))
