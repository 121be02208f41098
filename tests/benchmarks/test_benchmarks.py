import sys
from itertools import product
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tests.benchmarks.__main__ import CONNEXION, MOCK, PEERS, STARLETTE, TASKS, command, main
from tests.benchmarks.measuring import Request, UnusableAnswer, load, running
from tests.benchmarks.servers import ANSWERS, APPS, MOUNT

pytestmark = pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="reads Linux's /proc")

BURN = "import time\nwhile time.process_time() < 0.1: pass\n"
OPERATIONS = ("GET task", f"GET list of {TASKS}", "POST task")


def test_the_table_has_a_row_for_each_operation_of_each_peer() -> None:
    result = CliRunner().invoke(main, ["--requests", "10", "--rounds", "1"], catch_exceptions=False)
    lines = result.output.splitlines()
    rows = [*product(OPERATIONS, PEERS), ("cold start", CONNEXION), ("cold start", MOCK)]
    assert [line[:34] for line in lines if line[-1:].isdigit() and line[16:34].strip() in PEERS] == [
        f"{operation:16}{peer:18}" for operation, peer in rows
    ]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("name", APPS)
async def test_a_peer_answers_what_it_is_given(name: str) -> None:
    transport = httpx.ASGITransport(APPS[name](ANSWERS))
    headers = {"authorization": "Bearer mock-user-token"}
    async with httpx.AsyncClient(transport=transport, base_url=f"http://peer{MOUNT}", headers=headers) as client:
        assert (await client.get("/v2/tasks/0")).json() == ANSWERS["getTask"]
        assert (await client.get("/v2/tasks")).json() == ANSWERS["listTasks"]
        created = await client.post("/v2/tasks", json={"templateRef": "a", "values": {}})
        assert (created.status_code, created.json()) == (201, ANSWERS["createTask"])


async def test_plain_connexion_checks_what_bare_starlette_does_not() -> None:
    transport = httpx.ASGITransport(APPS["connexion"](ANSWERS))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://peer{MOUNT}") as client:
        assert (await client.get("/v2/tasks")).status_code == 401
        client.headers["authorization"] = "Bearer mock-user-token"
        assert (await client.post("/v2/tasks", json={"templateRef": "a"})).status_code == 400


async def test_only_a_success_counts_as_an_answer() -> None:
    with running(command(STARLETTE)) as server, pytest.raises(UnusableAnswer, match="404"):
        await load(server, Request("GET", "/nothing"), 1)


def test_a_server_that_does_not_start_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"), running([sys.executable, "-c", "raise SystemExit(3)"]):
        pass


@pytest.mark.parametrize("wait", ["child.stdout.read(1)", "child.communicate()"], ids=["living", "ended"])
def test_the_cpu_of_a_child_counts(wait: str) -> None:
    child = BURN + "print(1, flush=True)\n" + ("input()" if "read" in wait else "")
    parent = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdin=-1, stdout=-1)\n"
        f"{wait}\nprint('http://ready', flush=True)\ninput()"
    )
    with running([sys.executable, "-c", parent]) as server:
        assert server.cpu_seconds() >= 0.09
