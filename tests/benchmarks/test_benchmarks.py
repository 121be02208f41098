import re
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from mock_server.app import MockServer, Options
from tests.benchmarks.__main__ import main
from tests.benchmarks.event_chunks import Beginning
from tests.benchmarks.filled import TasksForgotten, fill
from tests.benchmarks.load import Request, UnusableAnswer, load
from tests.benchmarks.operations import ANSWERS, EVENT_STREAM, MOUNT, OPERATIONS
from tests.benchmarks.peers import MOCK, STARLETTE, serving
from tests.benchmarks.process import running
from tests.benchmarks.servers import APPS
from tests.benchmarks.stream_clients import StreamClient

pytestmark = pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="reads Linux's /proc")

HEADERS = {"authorization": "Bearer mock-user-token"}
BODY = {"templateRef": "a", "template": {}, "values": {}}
BURN = "import time\nwhile time.process_time() < 0.1: pass\n"
TINY = (
    *("--requests", "5", "--rounds", "1", "--starts", "1", "--streams", "5", "--among", "20"),
    *("--tasks", "10", "--many-requests", "20", "--growth", "20,40"),
)
BESIDE_STARLETTE = ("--peer", MOCK, "--peer", STARLETTE)


def rows(*arguments: str) -> list[list[str]]:
    """The cells of the tables that a run of the command shows."""
    result = CliRunner().invoke(main, [*arguments, *TINY], catch_exceptions=False)
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    return [re.split(r"\s{2,}", line) for line in lines[lines.index("") + 1 :]]


@pytest.fixture(params=APPS)
def peer(request, tmp_path):
    app = APPS[request.param](ANSWERS, Beginning(tmp_path / "begin"))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://peer{MOUNT}", headers=HEADERS)


def test_requests_have_a_row_for_each_of_them_with_a_figure_for_each_peer() -> None:
    asked = ("--request", "GET 10 of a creator", "--request", "POST dry run, 10 files")
    found = rows("--only", "requests", *asked, *BESIDE_STARLETTE)[1:]
    assert [row[0] for row in found] == [*asked[1::2]]
    assert [[cell.isdigit() for cell in row[1:]] for row in found] == [[True, False, True, False, False, False]] * 2


def test_starts_have_a_row_for_each_peer() -> None:
    assert [row[0] for row in rows("--only", "start", *BESIDE_STARLETTE)[1:]] == [MOCK, STARLETTE]


def test_streams_are_complete_and_have_a_row_for_each_peer() -> None:
    found = rows("--only", "streams", *BESIDE_STARLETTE)[1:]
    assert [row[:3] for row in found] == [["5", peer, "all"] for peer in (MOCK, STARLETTE)]


def test_memory_has_rows_for_what_takes_it() -> None:
    names = [row[0] for row in rows("--only", "memory", "--peer", MOCK)[1:]]
    assert names == ["idle, mock server", "each of 10 finished tasks", "growth from 20 to 20 requests"]


def test_growth_has_a_column_for_each_number_of_tasks() -> None:
    head, *found = rows("--only", "growth")
    assert head[-2:] == ["20", "40"]
    assert all(len(row) == len(head) for row in found)


def test_a_report_is_what_is_shown(tmp_path) -> None:
    report = tmp_path / "report.txt"
    arguments = ["--only", "start", "--peer", STARLETTE, "--report", str(report), *TINY]
    shown = CliRunner().invoke(main, arguments, catch_exceptions=False).stdout
    assert report.read_text(encoding="utf-8") == shown


async def test_a_peer_answers_what_it_is_given(peer) -> None:
    async with peer:
        for id, operation in OPERATIONS.items():
            path = operation.path.replace("{taskId}", "0")
            body = {"json": BODY} if operation.method == "POST" else {}
            answer = await peer.request(operation.method, path, **body)
            assert (answer.status_code, answer.json()) == (operation.status, ANSWERS[id])


async def test_a_peer_begins_its_streams_when_it_is_told_to(peer, tmp_path) -> None:
    (tmp_path / "begin").write_text("0")
    async with peer:
        answer = await peer.get("/v2/tasks/0/eventstream")
    assert answer.text == "".join(ANSWERS[EVENT_STREAM])
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_plain_connexion_checks_what_bare_starlette_does_not(tmp_path) -> None:
    transport = httpx.ASGITransport(APPS["connexion"](ANSWERS, Beginning(tmp_path / "begin")))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://peer{MOUNT}") as client:
        assert (await client.get("/v2/tasks")).status_code == 401
        client.headers.update(HEADERS)
        assert (await client.post("/v2/tasks", json={"templateRef": "a"})).status_code == 400


async def test_frames_are_counted_however_they_are_cut() -> None:
    client = StreamClient(b"")
    for piece in (b"HTTP/1.1 200 OK\r\n\r\n9\r\ndata: 1\n", b"\n\r\n12\r\ndata: 2\n\ndata: 3\n\n\r\n", b"0\r\n\r\n"):
        client.data_received(piece)
    assert (len(client.arrivals), client.is_ended) == (3, True)


async def test_only_a_success_counts_as_an_answer() -> None:
    with serving(STARLETTE) as server, pytest.raises(UnusableAnswer, match="404"):
        await load(server.url, Request("GET", "/nothing"), 1)


def test_a_server_that_does_not_start_is_an_error() -> None:
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    with pytest.raises(RuntimeError, match="ended with 3"), running(command):
        pass
    with pytest.raises(RuntimeError, match="ended with 3"), running(command, "http://127.0.0.1:1"):
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


def test_a_run_of_the_suite_says_what_it_took() -> None:
    ((name, *figures),) = rows("--only", "suite", "--mode", "quick")[1:]
    assert name == "run-contract-tests --quick"
    assert all(float(figure) > 0 for figure in figures)


async def test_a_world_is_filled_up_to_its_limit_and_no_further() -> None:
    app = MockServer(Options(kept_tasks=3))
    await fill(app, 3)
    with pytest.raises(TasksForgotten):
        await fill(app, 1)
