"""Reading event streams over real sockets: every one ends, by its end or by a deadline, and closes its connection."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from contracts import stream_deadline, stream_reader, transport
from contracts.exchange import Exchange, TroubleKind
from contracts.session import Session
from contracts.sse import Ending
from contracts.stream_deadline import StreamDeadline
from contracts.target import Limits, Target

HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
LOG = b'event: log\ndata: {"type": "log", "id": 1}\n\n'
COMPLETION = b'event: completion\ndata: {"type": "completion", "id": 2}\n\n'
FOREVER = 30.0

Behave = Callable[[asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(autouse=True)
def short_graces(monkeypatch):
    monkeypatch.setattr(stream_reader, "CLOSING_GRACE", 0.3)
    monkeypatch.setattr(stream_deadline, "SECOND_LOOK", 0.05)


class Served:
    """A server for one behaviour, which knows how many of its connections are still open."""

    def __init__(self, behave: Behave) -> None:
        self._behave = behave
        self.open = 0
        self.all_closed = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.all_closed.clear()
        await reader.readuntil(b"\r\n\r\n")
        behaving = asyncio.ensure_future(self._behave(writer))
        leaving = asyncio.ensure_future(reader.read())
        await asyncio.wait([behaving, leaving], return_when=asyncio.FIRST_COMPLETED)
        behaving.cancel()
        await asyncio.gather(behaving, return_exceptions=True)
        writer.close()
        await asyncio.gather(leaving, return_exceptions=True)
        self.open -= 1
        if not self.open:
            self.all_closed.set()


@asynccontextmanager
async def serving(behave: Behave) -> AsyncIterator[tuple[Session, Served]]:
    served = Served(behave)
    server = await asyncio.start_server(served.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with Session(Target(f"http://127.0.0.1:{port}"), Limits(time_budget=5.0)) as session:
            yield session, served
            # The connection is closed when the reading is over, not when the session is.
            async with asyncio.timeout(5):
                await served.all_closed.wait()
    finally:
        server.close()
        await server.wait_closed()


def watch(behave: Behave, *, within: float = 5.0, silence: float = 5.0, stop_after: int | None = None) -> Exchange:
    async def watching() -> Exchange:
        async with serving(behave) as (session, _):
            deadline = StreamDeadline(session.now() + within, silence=silence)
            return await session.watch("task-1", deadline=deadline, stop_after=stop_after)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exchange = asyncio.run(asyncio.wait_for(watching(), 20))
        gc.collect()
    return exchange


def ending(exchange: Exchange) -> Ending:
    assert exchange.stream is not None
    return exchange.stream.ending


async def send(writer: asyncio.StreamWriter, *chunks: bytes) -> None:
    for chunk in chunks:
        writer.write(chunk)
        await writer.drain()


def test_a_stream_that_is_closed_after_its_completion():
    exchange = watch(lambda writer: send(writer, HEADERS, LOG, COMPLETION))
    assert ending(exchange) is Ending.CLOSED
    assert [frame.event for frame in exchange.stream.frames] == ["log", "completion"]
    assert exchange.told == ({"type": "log", "id": 1}, {"type": "completion", "id": 2})


def test_silence():
    async def behave(writer):
        await send(writer, HEADERS, LOG)
        await asyncio.sleep(FOREVER)

    exchange = watch(behave, silence=0.2)
    assert ending(exchange) is Ending.SILENT
    assert len(exchange.stream.frames) == 1


def test_a_stream_that_says_nothing_at_all():
    exchange = watch(lambda writer: asyncio.sleep(FOREVER), silence=0.2)
    assert (exchange.response, exchange.stream) == (None, None)
    assert exchange.trouble.kind is TroubleKind.TIMEOUT


def test_a_stream_of_comments_is_read_no_longer_than_its_time():
    async def behave(writer):
        await send(writer, HEADERS)
        while True:
            await send(writer, b": still there\n\n")
            await asyncio.sleep(0.02)

    exchange = watch(behave, within=0.4, silence=0.2)
    assert ending(exchange) is Ending.OVERDUE
    assert exchange.stream.comments > 5


def test_a_stream_that_is_not_closed_after_its_completion():
    async def behave(writer):
        await send(writer, HEADERS, COMPLETION)
        while True:
            await send(writer, b": still there\n\n")
            await asyncio.sleep(0.02)

    assert ending(watch(behave)) is Ending.LEFT_OPEN


def test_a_stream_that_is_broken_off_in_the_middle_of_a_chunk():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange = watch(lambda writer: send(writer, head, b"%x\r\n%s\r\nff\r\nevent: l" % (len(LOG), LOG)))
    assert ending(exchange) is Ending.BROKEN
    assert exchange.trouble.kind is TroubleKind.BROKEN
    assert len(exchange.stream.frames) == 1


def test_a_stream_that_is_closed_in_the_middle_of_a_frame():
    exchange = watch(lambda writer: send(writer, HEADERS, LOG, COMPLETION[:-10]))
    assert ending(exchange) is Ending.CLOSED
    assert exchange.stream.problems == ("the stream ends in the middle of a frame",)


def test_silence_is_counted_from_the_head():
    async def behave(writer):
        await asyncio.sleep(1.2)
        await send(writer, b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n")
        await asyncio.sleep(1.2)
        await send(writer, b"{}")

    exchange = watch(behave, silence=2.0)
    assert exchange.trouble is None
    assert exchange.json == {}


def test_an_endless_body_of_another_content_type():
    async def behave(writer):
        await send(writer, HEADERS.replace(b"event-stream", b"plain"))
        while True:
            await send(writer, b"x")
            await asyncio.sleep(0.02)

    exchange = watch(behave, within=0.4)
    assert exchange.stream is None
    assert exchange.response.media_type == "text/plain"
    assert exchange.trouble.kind is TroubleKind.TIMEOUT


def test_a_flood_of_another_content_type(monkeypatch):
    monkeypatch.setattr(transport, "LONGEST_BODY", 100_000)

    async def behave(writer):
        await send(writer, HEADERS.replace(b"event-stream", b"plain"))
        while True:
            await send(writer, b"x" * 10_000)

    exchange = watch(behave)
    assert exchange.trouble.kind is TroubleKind.TOO_LONG


def test_garbage():
    exchange = watch(lambda writer: send(writer, b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))
    assert (exchange.response, exchange.stream) == (None, None)
    assert exchange.trouble.kind is TroubleKind.GARBAGE


def test_a_flood_of_events(monkeypatch):
    monkeypatch.setattr(stream_reader, "MOST_FRAMES", 1000)

    async def behave(writer):
        await send(writer, HEADERS)
        while True:
            await send(writer, LOG * 100)

    assert ending(watch(behave)) is Ending.TOO_LONG


def test_a_flood_of_comments(monkeypatch):
    monkeypatch.setattr(stream_reader, "LONGEST_STREAM", 100_000)

    async def behave(writer):
        await send(writer, HEADERS)
        while True:
            await send(writer, b": x\n" * 1000)

    exchange = watch(behave)
    assert ending(exchange) is Ending.TOO_LONG
    assert exchange.stream.frames == ()


def test_a_reader_that_leaves():
    async def behave(writer):
        await send(writer, HEADERS)
        while True:
            await send(writer, LOG)
            await asyncio.sleep(0.01)

    exchange = watch(behave, stop_after=2)
    assert ending(exchange) is Ending.STOPPED
    assert len(exchange.stream.frames) >= 2


def test_what_a_cancelled_reader_has_read_is_kept():
    async def behave(writer):
        await send(writer, HEADERS, LOG)
        await asyncio.sleep(FOREVER)

    async def watching() -> list[Exchange]:
        async with serving(behave) as (session, _):
            watcher = asyncio.create_task(session.watch("task-1", deadline=StreamDeadline(session.now() + 5)))
            await asyncio.sleep(0.2)
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
            assert watcher.cancelled()
            return session.exchanges

    [exchange] = asyncio.run(watching())
    assert ending(exchange) is Ending.STOPPED
    assert len(exchange.stream.frames) == 1


def test_a_deadline_can_be_tightened_while_the_stream_is_read():
    async def behave(writer):
        await send(writer, HEADERS, LOG)
        await asyncio.sleep(FOREVER)

    async def watching() -> Exchange:
        async with serving(behave) as (session, _):
            deadline = StreamDeadline(session.now() + FOREVER)
            watcher = asyncio.create_task(session.watch("task-1", deadline=deadline))
            await asyncio.sleep(0.1)
            deadline.bear_silence(0.2, session.now())
            return await watcher

    exchange = asyncio.run(asyncio.wait_for(watching(), 20))
    assert ending(exchange) is Ending.SILENT
    assert exchange.ended - exchange.began < 5


def test_a_judge_that_was_kept_from_the_processor_reads_what_has_come_before_it_complains():
    import time

    async def behave(writer):
        await send(writer, HEADERS, LOG)
        await asyncio.sleep(0.1)
        await send(writer, COMPLETION)

    async def watching() -> Exchange:
        async with serving(behave) as (session, _):
            deadline = StreamDeadline(session.now() + 5, silence=0.3)
            watcher = asyncio.create_task(session.watch("task-1", deadline=deadline))
            await asyncio.sleep(0.15)
            time.sleep(0.5)  # noqa: ASYNC251
            return await watcher

    assert ending(asyncio.run(watching())) is Ending.CLOSED


def test_a_kept_connection_that_the_server_closes_under_the_request_is_no_fault():
    served = 0

    async def answer(reader, writer):
        nonlocal served
        served += 1
        await reader.readuntil(b"\r\n\r\n")
        if served == 1:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]")
            await reader.readuntil(b"\r\n\r\n")
        else:
            writer.write(HEADERS + LOG + COMPLETION)
        writer.close()

    async def watching() -> Exchange:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Session(Target(f"http://127.0.0.1:{port}"), Limits(time_budget=5.0)) as session:
            await session.call("listActions")
            return await session.watch("task-1", deadline=StreamDeadline(session.now() + 5))

    assert ending(asyncio.run(watching())) is Ending.CLOSED
    assert served == 2


async def test_an_answer_that_may_wait_is_left_and_that_is_no_hang():
    async def wait(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(FOREVER)

    async with serving(wait) as (session, _):
        left = await session.call("getTask", path={"taskId": "1"}, leave_after=0.2)
    assert left.trouble is not None
    assert left.trouble.kind is TroubleKind.LEFT


async def test_an_answer_that_may_wait_is_recorded_when_the_waiting_is_cancelled():
    asked = asyncio.Event()

    async def wait(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.sleep(FOREVER)

    async with serving(wait) as (session, _):
        waiting = asyncio.create_task(session.call("getTask", path={"taskId": "1"}, leave_after=FOREVER))
        await asked.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    (left,) = session.exchanges
    assert left.trouble is not None
    assert left.trouble.kind is TroubleKind.LEFT
