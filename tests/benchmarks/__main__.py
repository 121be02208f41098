"""`python -m tests.benchmarks`: the CPU time of the mock server beside that of its peers, all in one run."""

import asyncio
import json
import platform
import re
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from os import cpu_count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import click
import uvloop

from tests.benchmarks.measuring import CONNECTIONS, Request, Server, load, running
from tests.server_process import PROGRAM

MOCK, STARLETTE, CONNEXION = "mock server", "bare Starlette", "plain Connexion"
PEERS = (STARLETTE, MOCK, CONNEXION)
WIDTH = 80
TASKS = 10
STARTS = 5
_LIBRARIES = ("connexion", "starlette", "uvicorn", "uvloop", "httptools")

_TOKEN = "authorization: Bearer mock-user-token"
_HELLO = {"templateRef": "template:default/hello-world", "values": {}}
_LIST = Request("GET", "/v2/tasks", headers=(_TOKEN,))
# In a world of its own, so that the list stays as it is.
_CREATE = Request("POST", "/v2/tasks", _HELLO, (_TOKEN, "x-mock-world: created"))
_CREATE_FINISHED = Request("POST", "/v2/tasks", _HELLO, (_TOKEN, "prefer: scenario=instant"))

RequestCosts = dict[tuple[str, str], list[float]]
StartCosts = dict[str, list[tuple[float, float]]]


def command(peer: str, answers: Path | None = None) -> list[str | Path]:
    if peer == MOCK:
        return [PROGRAM, "--port", "0"]
    name = "starlette" if peer == STARLETTE else "connexion"
    given: list[str | Path] = [] if answers is None else ["--answers", answers]
    return [sys.executable, "-m", "tests.benchmarks.servers", name, "--port", "0", *given]


async def request_costs(requests: int, rounds: int) -> RequestCosts:
    """Microseconds of CPU per request, by operation and peer, in each of the rounds in which the peers take turns."""
    with ExitStack() as stack:
        mock = stack.enter_context(running(command(MOCK)))
        created = [json.loads(await load(mock, _CREATE_FINISHED, 1))["id"] for _ in range(TASKS)]
        operations = {
            "GET task": Request("GET", f"/v2/tasks/{created[0]}", headers=(_TOKEN,)),
            f"GET list of {TASKS}": _LIST,
            "POST task": _CREATE,
        }
        bodies = [json.loads(await load(mock, request, 1)) for request in operations.values()]
        answers = dict(zip(("getTask", "listTasks", "createTask"), bodies, strict=True))
        servers = {MOCK: mock, **_start_peers(stack, answers)}
        costs: RequestCosts = {(operation, peer): [] for operation in operations for peer in PEERS}
        for operation, request in operations.items():
            for server in servers.values():
                await load(server, request, min(requests, 1_000))
            for turn in range(rounds):
                for peer in _rotated(PEERS, turn):
                    costs[operation, peer].append(await _cost(servers[peer], request, requests))
    return costs


def _start_peers(stack: ExitStack, answers: Mapping[str, Any]) -> dict[str, Server]:
    path = Path(stack.enter_context(TemporaryDirectory()), "answers.json")
    path.write_text(json.dumps(answers))
    return {peer: stack.enter_context(running(command(peer, path))) for peer in PEERS if peer != MOCK}


async def _cost(server: Server, request: Request, count: int) -> float:
    before = server.cpu_seconds()
    await load(server, request, count)
    return (server.cpu_seconds() - before) * 1e6 / count


def _rotated(peers: Sequence[str], turn: int) -> Sequence[str]:
    first = turn % len(peers)
    return [*peers[first:], *peers[:first]]


async def start_costs(starts: int) -> StartCosts:
    """Seconds of CPU and of wall time from the spawn to the first 200, for so many starts in turns.

    One more start of each goes before and does not count: it may compile modules.
    """
    costs: StartCosts = {CONNEXION: [], MOCK: []}
    for _ in range(starts + 1):
        for peer, taken in costs.items():
            with running(command(peer)) as server:
                await load(server, _LIST, 1)
                taken.append((server.cpu_seconds(), time.perf_counter() - server.spawned_at))
    return {peer: taken[1:] for peer, taken in costs.items()}


def machine() -> str:
    """What the numbers were taken on."""
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    model = platform.machine() if found is None else found[1]
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"{model}, {cpu_count()} cores; Python {platform.python_version()}, {libraries}"


def request_rows(costs: RequestCosts) -> Iterator[str]:
    yield f"{'operation':16}{'peer':18}{'µs per request':>20}{'ratio to Starlette':>26}"
    for (operation, peer), taken in costs.items():
        yield f"{operation:16}{peer:18}{median(taken):20.1f}{_ratio(taken, costs[operation, STARLETTE]):26.2f}"


def start_rows(costs: StartCosts) -> Iterator[str]:
    yield f"{'operation':16}{'peer':18}{'CPU seconds':>12}{'wall seconds':>14}{'ratio to Connexion':>20}"
    baseline = [cpu for cpu, _ in costs[CONNEXION]]
    for peer, taken in costs.items():
        cpu, wall = [cpu for cpu, _ in taken], [wall for _, wall in taken]
        yield f"{'cold start':16}{peer:18}{median(cpu):12.3f}{median(wall):14.3f}{_ratio(cpu, baseline):20.2f}"


def _ratio(taken: Sequence[float], baseline: Sequence[float]) -> float:
    # Within a round, a neighbour on the machine slows all alike; between rounds it does not.
    return median(cost / base for cost, base in zip(taken, baseline, strict=True))


@click.command()
@click.option("--requests", default=1_000, type=click.IntRange(1, 100_000), help="How many, each round.")
@click.option("--rounds", default=15, type=click.IntRange(1, 100), help="How often each server is measured.")
def main(requests: int, rounds: int) -> None:
    """Measure the server's CPU time (user and system, all its processes), not the wall clock. Linux only."""
    how = f"Medians of {rounds} rounds of {requests} requests on {CONNECTIONS} connections; server CPU, one worker."
    click.echo(f"{textwrap.fill(machine(), WIDTH)}\n{textwrap.fill(how, WIDTH)}\n")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        click.echo("\n".join(request_rows(runner.run(request_costs(requests, rounds)))))
        click.echo("\n" + "\n".join(start_rows(runner.run(start_costs(min(rounds, STARTS))))))


if __name__ == "__main__":
    main()
