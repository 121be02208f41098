"""Memory: of a server that has nothing to do, of each task that it keeps, and after very many requests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.benchmarks.load import Request, load
from tests.benchmarks.operations import AUTHORIZATION
from tests.benchmarks.peers import MOCK, serving
from tests.benchmarks.process import Memory
from tests.benchmarks.tables import Column, table
from tests.benchmarks.workloads import CREATE_FINISHED, LIST, created

# So many tasks a world keeps; more are created in further worlds.
TASKS_OF_A_WORLD = 10_000
LIST_OF = 10
_WARM = 10_000
_GETS_FOR_A_LIST = 9
_PIECE = 1_000
_COLUMNS = (Column("memory of the server", 50), Column("RSS", 15), Column("PSS", 15))

Row = tuple[str, str, str]


async def idle_memory(peers: Sequence[str]) -> list[Row]:
    """Of each peer, once it has answered a request."""
    rows: list[Row] = []
    for peer in peers:
        with serving(peer) as server:
            await load(server.url, LIST, 1)
            rows.append(_row(f"idle, {peer}", server.memory()))
    return rows


async def task_memory(tasks: int) -> Row:
    """Of each finished task of the mock server, created one by one in worlds that it keeps them in."""
    with serving(MOCK) as server:
        await created(server.url)
        before = server.memory()
        for first in range(0, tasks, TASKS_OF_A_WORLD):
            headers = (*CREATE_FINISHED.headers, f"x-mock-world: tasks-{first}")
            request = Request(CREATE_FINISHED.method, CREATE_FINISHED.path, CREATE_FINISHED.body, headers)
            await load(server.url, request, min(TASKS_OF_A_WORLD, tasks - first))
        after = server.memory()
    each = Memory((after.rss - before.rss) // tasks, (after.pss - before.pss) // tasks)
    return _row(f"each of {tasks:,} finished tasks", each)


async def request_memory(requests: int) -> Row:
    """How much the mock server has grown after so many requests: nine times a task, then the list of ten."""
    with serving(MOCK) as server:
        ids = await created(server.url, count=LIST_OF)
        get_task = Request("GET", f"/v2/tasks/{ids[0]}", None, (AUTHORIZATION,))
        sent = await _mixed(server.url, get_task, min(_WARM, requests))
        before = server.memory()
        await _mixed(server.url, get_task, requests - sent)
        after = server.memory()
    grown = Memory(after.rss - before.rss, after.pss - before.pss)
    return _row(f"growth from {sent:,} to {requests:,} requests", grown)


async def _mixed(url: str, get_task: Request, count: int) -> int:
    for first in range(0, count, _PIECE):
        piece = min(_PIECE, count - first)
        lists = piece // (_GETS_FOR_A_LIST + 1)
        await load(url, get_task, piece - lists)
        if lists:
            await load(url, LIST, lists)
    return count


@dataclass(frozen=True, slots=True)
class _Size:
    """Bytes, shown in the unit that they fill."""

    size: int

    def __str__(self) -> str:
        if abs(self.size) < 100 * 1024:
            return f"{self.size / 1024:.1f} KB"
        return f"{self.size / 1024 / 1024:.1f} MB"


def _row(name: str, memory: Memory) -> Row:
    return name, str(_Size(memory.rss)), str(_Size(memory.pss))


def memory_table(rows: Sequence[Row]) -> Iterator[str]:
    return table(_COLUMNS, rows)
