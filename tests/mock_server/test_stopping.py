"""A stop in the middle of everything: what has begun ends, and nothing is half answered."""

import asyncio
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import asynccontextmanager

import pytest

from mock_server.app import MockServer, Options
from mock_server.control_client import Control
from mock_server.serving import Protocol, Server
from tests.server_process import running_server
from tests.soak.connection import Connection, NoAnswer

USER = {"authorization": "Bearer mock-user-token"}
# After so many seconds a task that never ends has said more than a connection holds.
_VERY_LONG = 500_000
API = "/api/scaffolder/v2"
HELLO = {"templateRef": "template:default/hello-world", "values": {}}
DRY_RUN = {
    "template": {
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "kind": "Template",
        "metadata": {"name": "t"},
        "spec": {"owner": "o", "type": "t", "steps": [{"action": "fetch:template", "input": {"url": "./skeleton"}}]},
    },
    "values": {},
    "directoryContents": [{"path": f"skeleton/{n}.txt", "base64Content": "SGkK"} for n in range(30)],
}


async def create(connection: Connection, scenario: str, world: str = "default") -> str:
    headers = {**USER, "prefer": f"scenario={scenario}", "x-mock-world": world}
    return (await connection.ask("POST", f"{API}/tasks", HELLO, headers, expected=(201,))).json["id"]


async def again_and_again(host: str, port: int, told: Counter[str], what: str, *request: object) -> None:
    """Ask the same until there is nobody to ask. Fails with CutAnswer for an answer that is not whole."""
    while True:
        # Now and then over a new connection, which may still wait to be accepted when the server stops.
        async with Connection(host, port) as connection:
            for _ in range(5):
                try:
                    await connection.ask(*request, expected=(200, 201))
                except (NoAnswer, ConnectionRefusedError):
                    return
                told[what] += 1


async def to_the_end(host: str, port: int, told: Counter[str], what: str, path: str) -> None:
    """Follow a stream to its end. Fails with CutAnswer for one that does not end properly."""
    async with Connection(host, port) as connection:
        async for _ in await connection.open_stream(path, USER):
            told[f"an event of {what}"] += 1
    told[what] += 1


async def once(host: str, port: int, told: Counter[str], what: str, path: str, world: str = "default") -> None:
    async with Connection(host, port) as connection:
        answer = await connection.ask("GET", path, None, {**USER, "x-mock-world": world})
    told[what] += 1
    told[f"{what}, {answer.headers.get('connection', 'kept alive')}"] += 1


async def test_a_stop_under_load_loses_no_answer_that_has_begun():
    with running_server("--scenario", "never-ending", "--speed", "50") as running:
        origin = running.url.removesuffix("/api/scaffolder")
        host, port = origin.removeprefix("http://").split(":")
        with Control(origin) as control:
            control.create_world("large").seed_tasks(500)
            control.create_world("late", frozen=True).fault("latency", seconds=3_600, operation="getTask")
        told: Counter[str] = Counter()
        async with Connection(host, int(port)) as connection:
            endless = await create(connection, "never-ending")
            stuck = await create(connection, "stuck-in-queue")
            late = await create(connection, "instant", "late")
        at = host, int(port), told
        clients = [
            *(again_and_again(*at, "reads", "GET", f"{API}/tasks?limit=20", None, USER) for _ in range(3)),
            *(again_and_again(*at, "creates", "POST", f"{API}/tasks", HELLO, USER) for _ in range(2)),
            again_and_again(*at, "dry runs", "POST", f"{API}/dry-run", DRY_RUN, USER),
            again_and_again(*at, "snapshots", "GET", "/_mock/v1/worlds/large/snapshot"),
            *(to_the_end(*at, "streams", f"{API}/tasks/{endless}/eventstream") for _ in range(5)),
            to_the_end(*at, "world streams", "/_mock/v1/worlds/default/stream"),
            *(once(*at, "polls", f"{API}/tasks/{stuck}/events") for _ in range(3)),
            once(*at, "late answers", f"{API}/tasks/{late}", "late"),
        ]
        loading = asyncio.gather(*clients)
        expected = {"reads", "creates", "dry runs", "snapshots", "an event of streams", "an event of world streams"}
        async with asyncio.timeout(60):
            while not expected <= {what for what, count in told.items() if count > 1}:
                await asyncio.sleep(0.05)
                assert not loading.done(), loading.exception()
        assert not {"polls", "streams", "late answers"} & set(told)
        running.process.terminate()
        async with asyncio.timeout(20):
            await loading
            assert await asyncio.to_thread(running.process.wait) == 0
        ended = {what: told[what] for what in ("streams", "world streams", "polls, close", "late answers, close")}
        assert ended == {"streams": 5, "world streams": 1, "polls, close": 3, "late answers, close": 1}
        assert running.process.communicate()[1] == ""


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_at_once(second):
    with running_server() as running:
        host, port = running.url.split("/")[2].split(":")
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect((host, int(port)))
            deaf.sendall(large_stream(running.url, host))
            time.sleep(0.3)
            running.process.terminate()
            time.sleep(0.5)
            assert running.process.poll() is None
            assert running.stop(by=second) == -second


def large_stream(url: str, host: str) -> bytes:
    """A request for a stream that is more than a connection holds."""

    async def task() -> str:
        async with Connection(host, int(url.split("/")[2].split(":")[1])) as connection:
            task_id = await create(connection, "never-ending")
            await connection.ask("POST", "/_mock/v1/worlds/default/clock/advance", {"seconds": _VERY_LONG})
            return task_id

    path = f"{API}/tasks/{asyncio.run(task())}/eventstream"
    return f"GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer mock-user-token\r\n\r\n".encode()


@asynccontextmanager
async def serving(grace: float = 8.0):
    """A server in this process, and where it listens; it is stopped at the end if it is not yet."""
    server = Server(MockServer(Options(reload=False)), grace)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server.serve([listener]))
        await until(lambda: server.started)
        try:
            yield server, listener.getsockname()
        finally:
            server.should_exit = True
            async with asyncio.timeout(10):
                await running


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 (the server is not ours)
            await asyncio.sleep(0.01)


async def test_what_its_client_does_not_read_is_cut_after_a_while_and_told(capsys):
    async with serving(grace=0.2) as (server, address), Connection(*address) as connection:
        task_id = await create(connection, "never-ending")
        server._mock.simulator.worlds.get("default").clock.advance(_VERY_LONG * 1000)
        loop, deaf = asyncio.get_running_loop(), socket.socket()
        with deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.setblocking(False)
            await loop.sock_connect(deaf, address)
            head = f"GET {API}/tasks/{task_id}/eventstream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer mock-user-token"
            await loop.sock_sendall(deaf, f"{head}\r\n\r\n".encode())
            await until(lambda: any(each.flow.write_paused for each in server.server_state.connections))
            server.should_exit = True
            await until(lambda: not server.server_state.tasks and not server.server_state.connections)
    assert "answers that took too long are cut: 1" in capsys.readouterr().err


async def test_a_body_that_is_on_its_way_when_it_stops_is_answered():
    async with serving() as (server, address), Connection(*address) as connection:
        body = b'{"templateRef": "template:default/hello-world", "values": {}}'
        headers = {**USER, "content-type": "application/json"}
        await connection.begin("POST", f"{API}/tasks", headers, len(body), body[:10])
        await until(lambda: any(each.cycle for each in server.server_state.connections))
        server.should_exit = True
        await until(lambda: server._mock.simulator.worlds.get("default").is_closed)
        status, received = await connection.finish(body[10:])
    assert (status, received["connection"]) == (201, "close")


async def test_a_connection_that_is_kept_alive_without_a_request_is_closed():
    async with serving() as (server, address), Connection(*address) as connection:
        await connection.ask("GET", f"{API}/actions", None, USER)
        server.should_exit = True
        await until(lambda: not server.server_state.connections)
        with pytest.raises((NoAnswer, ConnectionRefusedError)):
            await connection.ask("GET", f"{API}/actions", None, USER)


async def test_nothing_is_kept_of_a_connection_that_was_reset_between_requests():
    async with serving() as (server, address), Connection(*address) as connection:
        await connection.ask("GET", f"{API}/actions", None, USER)
        (protocol,) = server.server_state.connections
        assert isinstance(protocol, Protocol)
        assert protocol.timeout_keep_alive_task is not None
        connection.reset()
        await until(lambda: not server.server_state.connections)
        assert protocol.timeout_keep_alive_task is None
