"""The fuzzer: bounded, careful with the target, reproducible, and stopped when it hangs."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from contracts import fuzzing
from contracts.contract import contract_of
from contracts.evidence import FuzzReport
from contracts.exchange import Exchange, Purpose, TroubleKind
from contracts.fuzz_examples import MOST_TASKS
from contracts.fuzz_order import FuzzOrder
from contracts.fuzz_transcript import Transcript
from contracts.fuzzer import MOST_WAITS
from contracts.profile import Profile
from contracts.session import Session
from contracts.sse import Ending
from contracts.target import Limits, Target, TemplateChoice, Templates
from tests.contracts.making import completion, event, task

TOKEN = "a-token-of-the-tests"
REF = "template:default/only-one"
FEW = Limits(max_examples=3)


class Stub(ThreadingHTTPServer):
    """A server whose answers depend on nothing but the requests so far. `asked` is what it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), StubHandler)
        self.asked: list[tuple[str, str, bytes, str]] = []
        self.tasks = 0
        self.retries = 0
        self.lets_wait = False
        self.heard = threading.Event()
        self.silent = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/scaffolder"

    def handle_error(self, request, client_address) -> None:
        """A client that went away is no error here."""


class StubHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024
    server: Stub

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.removeprefix("/api/scaffolder")
        self.server.asked.append((self.command, path, body, self.headers.get("Authorization") or ""))
        self.server.heard.set()
        if self.server.silent.is_set():
            time.sleep(30)
        status, kind, content = self.answer(self.command, path.partition("?")[0], body)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        parts = path.split("/")[2:]
        known = len(parts) > 1 and parts[1].isdecimal() and 0 < int(parts[1]) <= self.server.tasks
        match method, parts[0], len(parts):
            case "POST", "tasks", 1:
                return self.create(body)
            case "GET", "tasks", 1:
                return found({"tasks": [task(id=str(id + 1)) for id in range(self.server.tasks)]})
            case "GET", "tasks", 2 if known:
                return found(task(id=parts[1]))
            case "GET", "tasks", 3 if known and parts[2] != "eventstream":
                time.sleep(1.6 if self.server.lets_wait and parts[2] == "events" else 0.0)
                return found([event(1), completion(2)])
            case "GET", "tasks", 3 if known:
                return 200, "text/event-stream", f"data: {json.dumps(completion(2))}\n\n".encode()
            case "POST", "tasks", 3 if known:
                return self.change(parts[1], parts[2])
            case "GET", "templating-extensions", 1:
                return found({"filters": {}, "globals": {"functions": {}, "values": {}}})
            case "GET", "actions", 1:
                return found([{"id": "a"}])
            case "GET", "templates", 5 if parts[3] == "only-one":
                return found({})
            case "POST", "dry-run", 1:
                return found({"log": [], "directoryContents": [], "steps": [], "output": {}})
        return refused(404)

    def create(self, body: bytes) -> tuple[int, str, bytes]:
        try:
            ref = json.loads(body)["templateRef"]
        except (ValueError, KeyError, TypeError):
            return refused(400)
        if ref != REF:
            return refused(404)
        self.server.tasks += 1
        return found({"id": str(self.server.tasks)}, 201)

    def change(self, task_id: str, how: str) -> tuple[int, str, bytes]:
        if how == "cancel":
            return found({"status": "cancelled"})
        self.server.retries += 1
        return found({"id": task_id}, 201)


def found(body: object, status: int = 200) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(body).encode()


def refused(status: int) -> tuple[int, str, bytes]:
    return found({"error": {"name": "Refused", "message": "no"}}, status)


@contextmanager
def stub() -> Iterator[Stub]:
    server = Stub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


async def fuzzed(
    server: Stub,
    limits: Limits = FEW,
    seconds: float = 60.0,
    *,
    token: str | None = TOKEN,
    profile: Profile = Profile.PUBLISHED,
) -> tuple[FuzzReport, Session]:
    async with Session(Target(server.url, token=token, profile=profile), limits) as session:
        session.templates = Templates(ordinary=TemplateChoice(REF, {"name": "it"}))
        return await fuzzing.fuzz(session, seconds), session


@pytest.fixture(scope="module")
def run() -> tuple[Stub, FuzzReport, Session]:
    with stub() as server:
        report, session = asyncio.run(fuzzed(server))
        return server, report, session


def test_a_run_goes_through_without_errors_of_its_own(run):
    _, report, _ = run
    assert report.completed
    assert report.errors == ()
    assert report.hung == ()


def test_every_operation_is_fuzzed_and_reached(run):
    _, _, session = run
    reached = {exchange.operation for exchange in session.exchanges if exchange.status in {200, 201}}
    assert reached >= contract_of(Profile.PUBLISHED).operations.keys()


def test_every_request_that_went_out_is_recorded(run):
    server, report, session = run
    assert len(session.exchanges) == len(server.asked)
    assert report.cases == len([found for found in session.exchanges if found.purpose is Purpose.FUZZED])
    assert [found.number for found in session.exchanges] == list(range(1, len(session.exchanges) + 1))


def test_exchanges_tell_what_was_sent(run):
    server, _, session = run
    for exchange, (method, path, body, _) in zip(session.exchanges, server.asked, strict=True):
        assert exchange.request.method == method
        assert exchange.request.path == path.partition("?")[0]
        assert (exchange.request.body or b"") == body


def test_exchanges_hold_no_token(run):
    server, _, session = run
    assert {authorization for *_, authorization in server.asked} == {f"Bearer {TOKEN}"}
    assert not any(TOKEN in repr(exchange) for exchange in session.exchanges)


def test_streams_are_read_as_streams(run):
    _, _, session = run
    streams = [found for found in session.exchanges if found.operation == "getTaskEventStream" and found.status == 200]
    assert streams
    assert all(found.stream and found.stream.ending is Ending.CLOSED for found in streams)


def test_few_tasks_are_created_and_all_are_marked(run):
    server, _, session = run
    created = [
        json.loads(body)
        for method, path, body, _ in server.asked
        if (method, path) == ("POST", "/v2/tasks") and REF.encode() in body
    ]
    real = [body for body in created if body.get("templateRef") == REF]
    assert 0 < server.tasks <= MOST_TASKS + 1
    assert len(session.created) == server.tasks
    assert session.tasks_left == session.limits.max_tasks - server.tasks
    assert {json.dumps(body["values"], sort_keys=True) for body in real} == {
        json.dumps({"name": "it", "contractTests": session.marker}, sort_keys=True)
    }


def test_only_tasks_of_this_run_are_cancelled(run):
    server, _, session = run
    cancelled = {path.split("/")[3] for method, path, *_ in server.asked if method == "POST" and "/cancel" in path}
    assert {id for id in cancelled if not id.endswith("-no-such-one")} <= set(session.created)


def test_the_walk_from_create_leads_to_every_view(run):
    _, _, session = run
    new = session.created[-1]
    walked = {
        found.operation for found in session.exchanges if found.path_parameters.get("taskId") in session.created[1:]
    }
    assert new
    assert len(walked) >= 2


def test_what_the_overlay_adds_is_fuzzed_within_the_same_bounds():
    with stub() as server:
        report, session = asyncio.run(fuzzed(server, profile=Profile.BACKSTAGE))
    reached = {exchange.operation for exchange in session.exchanges if exchange.status in {200, 201}}
    assert report.completed
    assert reached >= contract_of(Profile.BACKSTAGE).operations.keys() - {"autocomplete"}
    assert server.retries > 0
    assert server.tasks + server.retries <= MOST_TASKS + 1
    assert session.tasks_left == session.limits.max_tasks - server.tasks - server.retries
    # The first one is what the fuzzer is given to look at.
    assert ("POST", "/v2/tasks/1/retry") not in {(method, path.partition("?")[0]) for method, path, *_ in server.asked}


def test_an_answer_that_waits_is_left_and_not_often_asked_for():
    with stub() as server:
        server.lets_wait = True
        report, session = asyncio.run(fuzzed(server, profile=Profile.BACKSTAGE))
    waited = [
        path for method, path, *_ in server.asked if (method, path.partition("?")[0]) == ("GET", "/v2/tasks/1/events")
    ]
    assert report.completed
    assert report.hung == ()
    assert 0 < len(waited) <= MOST_WAITS
    assert not [found for found in session.exchanges if found.operation == "getTaskEvents" and found.trouble]


def test_the_same_seed_sends_the_same_requests(run):
    first, *_ = run
    with stub() as second:
        asyncio.run(fuzzed(second))
    assert without_marker(first) == without_marker(second)


def without_marker(server: Stub) -> list[tuple[str, str, bytes]]:
    """The requests, but for the creations, whose marker is another one in every run."""
    return [(method, path, body) for method, path, body, _ in server.asked if b"contractTests" not in body]


def test_a_read_only_run_changes_nothing_and_needs_no_token():
    with stub() as server:
        server.tasks = 1
        report, _ = asyncio.run(fuzzed(server, Limits(max_examples=2, read_only=True), token=None))
        assert report.completed
        assert report.errors == ()
        assert {method for method, *_ in server.asked} == {"GET"}


def test_nothing_of_the_place_it_runs_in_counts(tmp_path, monkeypatch):
    (tmp_path / "schemathesis.toml").write_text("this is no TOML", encoding="utf-8")
    (tmp_path / "hooks.py").write_text("raise SystemExit(3)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCHEMATHESIS_HOOKS", "hooks")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with stub() as server:
        server.tasks = 1
        report, _ = asyncio.run(fuzzed(server, Limits(max_examples=1, read_only=True)))
    assert report.completed
    assert {path.name for path in tmp_path.iterdir()} == {"schemathesis.toml", "hooks.py"}


def test_the_environment_of_the_fuzzer_holds_no_token(monkeypatch):
    monkeypatch.setenv("CONTRACT_TESTS_TOKEN", TOKEN)
    assert TOKEN not in repr(fuzzing._environment("/nowhere"))


def test_it_ends_when_its_time_is_over():
    with stub() as server:
        server.tasks = 1
        server.silent.set()
        began = time.monotonic()
        report, _ = asyncio.run(fuzzed(server, Limits(max_examples=1, read_only=True), seconds=4.0))
        assert time.monotonic() - began < 10
        assert not report.completed
        assert report.hung == ()


def test_an_interrupted_run_leaves_no_process_behind():
    async def interrupt() -> None:
        with stub() as server:
            server.silent.set()
            running = asyncio.create_task(fuzzed(server, Limits(read_only=True)))
            await asyncio.to_thread(server.heard.wait, 30)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running

    asyncio.run(interrupt())
    children = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=False).stdout
    ours = [line for line in children.splitlines() if line.split()[0] == str(os.getpid())]
    assert not [line for line in ours if fuzzing.PROGRAM in line]


def test_a_fuzzer_that_breaks_down_is_an_error_of_the_suite(monkeypatch):
    monkeypatch.setattr(fuzzing, "PROGRAM", "contracts.no_such_program")
    with stub() as server:
        report, _ = asyncio.run(fuzzed(server))
    (error,) = report.errors
    assert "no_such_program" in error
    assert not report.completed


def told(kind: str, **rest: object) -> bytes:
    return json.dumps({"kind": kind, **rest}).encode() + b"\n"


def started(operation: str | None, *, at: float, path: str = "/v2/tasks/1", method: str = "GET") -> bytes:
    url = f"http://target/api/scaffolder{path}"
    return told(
        "started", number=1, at=at, operation=operation, label="", method=method, url=url, headers=[], body=None
    )


def transcript() -> Transcript:
    return Transcript("http://target/api/scaffolder", contract_of(Profile.PUBLISHED), 0.0)


def test_an_operation_that_hangs_is_named():
    async def follow() -> tuple[str, ...]:
        async with Session(Target("http://target"), Limits()) as session:
            lines = asyncio.StreamReader()
            lines.feed_data(started("getTask", at=session.now() - 20))
            return await fuzzing._follow(session, lines, transcript(), end=session.now() + 60)

    assert asyncio.run(follow()) == ("getTask",)


def exchange_of(*lines: bytes) -> Exchange | None:
    notes = transcript()
    return [notes.take(line, 1) for line in lines][-1]


def test_an_answer_that_did_not_come_is_trouble():
    made = exchange_of(started("getTask", at=1.0), told("ended", at=11.0, trouble="TIMEOUT", detail="no answer"))
    assert made is not None
    assert made.trouble is not None
    assert made.trouble.kind is TroubleKind.TIMEOUT
    assert (made.began, made.ended, made.path_parameters) == (1.0, 11.0, {"taskId": "1"})


@pytest.mark.parametrize(("operation", "view"), [("getTaskEventStream", "eventstream"), ("getTaskEvents", "events")])
def test_what_may_be_silent_and_was_says_nothing(operation, view):
    line = started(operation, at=1.0, path=f"/v2/tasks/1/{view}")
    assert exchange_of(line, told("ended", at=2.0, trouble="TIMEOUT", detail="")) is None


@pytest.mark.parametrize("path", ["/v2/tasks/", "/v2/tasks/..", "/v2/tasks/."])
def test_a_path_that_says_something_else_once_it_is_tidied_up_is_of_no_operation(path):
    line = started("getTask", at=1.0, path=path)
    made = exchange_of(line, told("ended", at=2.0, status=200, headers=[], body=None, cut=False))
    assert made is not None
    assert made.operation is None


def test_another_method_is_of_no_operation():
    line = started(None, at=1.0, method="PUT")
    made = exchange_of(line, told("ended", at=2.0, status=405, headers=[], body=None, cut=False))
    assert made is not None
    assert (made.operation, made.request.path) == (None, "/v2/tasks/1")


def test_an_order_comes_out_of_json_as_it_went_in():
    order = FuzzOrder("http://target", {"openapi": "3.1.0"}, {"A": "é"}, False, 7, 5, 2, {"values": {}}, ("1",), False)
    assert FuzzOrder.from_json(order.to_json()) == order


def test_the_suite_itself_does_not_load_the_fuzzing_library():
    probe = "import sys, contracts.runner; sys.exit('schemathesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
