"""Clients that send too slowly, not at all or never read, against a server that has a second for each."""

import resource
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.hostile.connections import BODY, CHUNKED, HOST, TASKS, UPGRADE, USER, get, post
from tests.hostile.impatient import CONNECTIONS
from tests.hostile.wire import DEADLINE, Connection
from tests.server_process import RunningServer, running_server

HALF_OPEN = 3_000
UPGRADING = get(headers=UPGRADE)


@pytest.fixture(scope="module")
def impatient() -> Iterator[RunningServer]:
    with running_server("--speed", "1000", module="tests.hostile.impatient") as running:
        yield running
        running.process.terminate()
        assert running.process.communicate(timeout=15)[1] == ""


@pytest.fixture
def open_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and hard < HALF_OPEN + 500:
        pytest.skip("too few open files are allowed here")


def address_of(server: RunningServer) -> tuple[str, int]:
    parts = urlsplit(server.url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def is_served(server: RunningServer) -> bool:
    with Connection(address_of(server)) as connection:
        connection.send(get())
        reply = connection.reply()
    return reply is not None and reply.status == 200


def trickle(connection: Connection, pieces: Iterator[bytes], every: float = 0.1) -> None:
    """Send piece after piece until the server has ended the connection."""
    give_up_at = time.monotonic() + DEADLINE
    connection.socket.settimeout(every)
    with suppress(ConnectionError):
        while time.monotonic() < give_up_at:
            connection.socket.sendall(next(pieces))
            with suppress(TimeoutError):
                if connection.socket.recv(1, socket.MSG_PEEK) is not None:
                    break
    connection.socket.settimeout(DEADLINE)


def read_to_the_end(connection: Connection) -> int:
    """How many bytes come before the connection ends."""
    received = 0
    with suppress(ConnectionError):
        while piece := connection.socket.recv(1 << 20):
            received += len(piece)
    return received


def repeated(piece: bytes) -> Iterator[bytes]:
    while True:
        yield piece


def nothing_is_sent(server: RunningServer) -> None:
    with Connection(address_of(server)) as connection:
        assert connection.has_ended()


def a_head_does_not_end(begun: bytes, server: RunningServer) -> None:
    with Connection(address_of(server)) as connection:
        connection.send(begun)
        replies = [connection.reply() for _ in range(1 + begun.count(b"\r\n\r\n"))]
        last = replies[-1]
        assert last is not None
        assert (last.status, b"head took too long" in last.body) == (400, True)
        assert connection.has_ended()


def a_head_comes_line_by_line(server: RunningServer) -> None:
    with Connection(address_of(server)) as connection:
        connection.send(b"GET / HTTP/1.1\r\nhost: a\r\n")
        trickle(connection, repeated(b"a: b\r\n"))
        reply = connection.reply()
        assert reply is not None
        assert (reply.status, b"head took too long" in reply.body) == (400, True)


def a_body_does_not_come(framing: bytes, server: RunningServer) -> None:
    with Connection(address_of(server)) as connection:
        connection.send(post(framing, b""))
        reply = connection.reply()
        assert reply is not None
        assert (reply.status, b"body took too long" in reply.body) == (400, True)
        assert connection.has_ended()


def a_body_comes_byte_by_byte(begun: bytes, piece: bytes, server: RunningServer) -> None:
    with Connection(address_of(server)) as connection:
        connection.send(begun)
        trickle(connection, repeated(piece))
        reply = connection.reply()
        assert reply is not None
        assert (reply.status, b"body took too long" in reply.body) == (400, True)


def a_body_that_nobody_waits_for_does_not_come(server: RunningServer) -> None:
    with Connection(address_of(server)) as connection:
        connection.send(get(headers=b"content-length: 1000\r\n"))
        reply = connection.reply()
        assert reply is not None
        assert reply.status == 200
        assert connection.has_ended()


def an_idle_connection_is_kept(server: RunningServer) -> None:
    with Connection(address_of(server)) as connection:
        for _ in range(2):
            connection.send(get())
            reply = connection.reply()
            assert reply is not None
            assert reply.status == 200
            time.sleep(3)


def a_silent_stream_is_kept(server: RunningServer) -> None:
    with Connection(address_of(server)) as connection:
        connection.send(get(headers=b"x-mock-world: quiet\r\n"), get(b"GET /_mock/v1/worlds/quiet/stream HTTP/1.1"))
        _, reply = connection.reply(), connection.reply()
        assert reply is not None
        assert reply.status == 200
        connection.socket.settimeout(4)
        with pytest.raises(TimeoutError):
            read_to_the_end(connection)


def an_answer_is_not_read(server: RunningServer) -> None:
    with Connection(address_of(server)) as connection:
        body = b'{"templateRef":"hello-world","values":{"text":"' + b"x" * 9_000_000 + b'"}}'
        connection.send(post(b"x-mock-world: large\r\ncontent-length: %d\r\n" % len(body), body))
        created = connection.reply()
        assert created is not None
        task = TASKS + b"/" + created.json()["id"].encode()
        connection.send(get(b"GET " + task + b" HTTP/1.1", b"x-mock-world: large\r\n"))
        time.sleep(5)
        assert read_to_the_end(connection) < len(body)


UNENDED = (b"G", b"GET / HT", get()[:-2], b"\r\n", get() + b"GET", UPGRADING[:-2])
PIECES = (
    (post(b"content-length: 1000\r\n", b""), b"x"),
    (post(CHUNKED, b""), b"1\r\nx\r\n"),
    (post(CHUNKED, b"29\r\n" + BODY + b"\r\n0\r\n"), b"a: b\r\n"),
)
SLOW: dict[str, Callable[[RunningServer], None]] = {
    "nothing is sent": nothing_is_sent,
    **{f"a head does not end: {begun[-20:]!r}": partial(a_head_does_not_end, begun) for begun in UNENDED},
    "a head comes line by line": a_head_comes_line_by_line,
    "a body does not come": partial(a_body_does_not_come, b"content-length: 41\r\n"),
    "chunks do not come": partial(a_body_does_not_come, CHUNKED),
    "a body comes byte by byte": partial(a_body_comes_byte_by_byte, *PIECES[0]),
    "chunks come byte by byte": partial(a_body_comes_byte_by_byte, *PIECES[1]),
    "trailers come line by line": partial(a_body_comes_byte_by_byte, *PIECES[2]),
    "a body that nobody waits for does not come": a_body_that_nobody_waits_for_does_not_come,
    "an idle connection is kept": an_idle_connection_is_kept,
    "a silent stream is kept": a_silent_stream_is_kept,
    "an answer is not read": an_answer_is_not_read,
}


@pytest.fixture(scope="module")
def outcomes(impatient: RunningServer) -> dict[str, Future[None]]:
    """All at once, since they do nothing but wait; meanwhile the server serves others."""
    with ThreadPoolExecutor(len(SLOW)) as threads:
        outcomes = {name: threads.submit(slow, impatient) for name, slow in SLOW.items()}
        assert is_served(impatient)
    return outcomes


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_client_gets_what_it_deserves(outcomes, name):
    outcomes[name].result()


def test_slow_clients_leave_nothing_behind(outcomes, impatient):
    assert is_served(impatient)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_streams_that_nobody_reads_take_no_more_room_than_their_buffers(server, address):
    with ExitStack() as opened:
        first = opened.enter_context(Connection(address))
        first.send(
            get(
                b"POST " + TASKS + b"?__scenario=chatty HTTP/1.1",
                b"content-type: application/json\r\ncontent-length: 41\r\n",
            )
            + BODY
        )
        created = first.reply()
        assert created is not None
        stream = get(b"GET %b/%b/eventstream HTTP/1.1" % (TASKS, created.json()["id"].encode()))
        before = resident(server)
        for _ in range(50):
            connection = opened.enter_context(Connection(address))
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            connection.send(stream)
        # They are served in turn, so once this is, all have had theirs.
        for _ in range(20):
            first.send(get())
            assert first.reply() is not None
        # A whole stream is about three megabytes.
        assert resident(server) - before < 40_000_000


def resident(server: RunningServer) -> int:
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.usefixtures("open_files")
def test_thousands_of_half_open_connections_hold_up_nobody(server, address):
    with ExitStack() as opened:
        for number in range(HALF_OPEN):
            connection = opened.enter_context(socket.create_connection(address, DEADLINE))
            if number % 2:
                connection.sendall(b"POST " + TASKS + b" HTTP/1.1\r\n" + HOST + USER)
        for _ in range(3):
            assert is_served(server)
    assert is_served(server)


@pytest.mark.usefixtures("open_files")
def test_a_crowd_makes_room_for_who_has_something_to_ask(impatient):
    with ExitStack() as opened:
        for _ in range(4):
            for _ in range(CONNECTIONS):
                opened.enter_context(socket.create_connection(address_of(impatient), DEADLINE))
            assert is_served(impatient)
        if sys.platform.startswith("linux"):
            assert len(list(Path(f"/proc/{impatient.process.pid}/fd").iterdir())) < 1.2 * CONNECTIONS + 50


def test_clients_that_ask_and_leave_hold_up_nobody(server, address):
    for number in range(300):
        with socket.create_connection(address, DEADLINE) as connection:
            connection.sendall(
                [get(), post(b"content-length: 41\r\n"), get()[:-1], post(CHUNKED, b"29\r\n{")][number % 4]
            )
    assert is_served(server)
