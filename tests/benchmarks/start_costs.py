"""What a start costs: from the spawn to the first answer that is a success."""

import time
from collections.abc import Iterator, Sequence
from statistics import median

from tests.benchmarks.load import load
from tests.benchmarks.peers import CONNEXION, serving
from tests.benchmarks.request_costs import ratio
from tests.benchmarks.tables import Column, table
from tests.benchmarks.workloads import LIST

_COLUMNS = (Column("cold start", 24), Column("CPU seconds", 16), Column("wall seconds", 16), Column("CPU ratio", 16))

StartCosts = dict[str, list[tuple[float, float]]]


async def start_costs(peers: Sequence[str], starts: int) -> StartCosts:
    """Seconds of CPU and of wall time, for so many starts in turns.

    One more start of each goes before and does not count: it may compile modules.
    """
    costs: StartCosts = {peer: [] for peer in peers}
    for _ in range(starts + 1):
        for peer, taken in costs.items():
            with serving(peer) as server:
                await load(server.url, LIST, 1)
                taken.append((server.cpu_seconds(), time.perf_counter() - server.spawned_at))
    return {peer: taken[1:] for peer, taken in costs.items()}


def start_table(costs: StartCosts) -> Iterator[str]:
    """A row for each peer; the ratio is that to plain Connexion."""
    cpu = {peer: [cpu for cpu, _ in taken] for peer, taken in costs.items()}
    return table(
        _COLUMNS,
        [
            [
                peer,
                f"{median(cpu[peer]):.2f}",
                f"{median(wall for _, wall in taken):.2f}",
                f"{ratio(cpu[peer], cpu[CONNEXION]):.2f}" if CONNEXION in cpu else "-",
            ]
            for peer, taken in costs.items()
        ],
    )
