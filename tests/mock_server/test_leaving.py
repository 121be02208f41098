"""Work ends with its client, whether the server shows the connection or only tells of its end."""

import asyncio

import pytest

from mock_server.leaving import ClientLeft, unless_client_leaves


class Line:
    """A connection that is lost when a test says so."""

    def __init__(self) -> None:
        self.is_lost = False
        self.tell = None
        self.gone = asyncio.Event()

    def when_lost(self, tell) -> None:
        self.tell = tell

    def lose(self) -> None:
        self.is_lost = True
        self.gone.set()
        if self.tell is not None:
            self.tell()

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}


@pytest.fixture
async def line() -> Line:
    return Line()


@pytest.fixture(params=["shown", "told"])
def doing(request, line):
    """Does work for the client of the line."""
    connection = line if request.param == "shown" else None
    return lambda work: unless_client_leaves(work, line.receive, connection)


async def test_the_result_of_the_work_is_given(doing, line):
    async def work():
        await asyncio.sleep(0)
        return "done"

    assert await doing(work()) == "done"
    assert line.tell is None


async def test_what_the_work_raises_is_raised(doing, line):
    async def work():
        await asyncio.sleep(0)
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        await doing(work())
    assert line.tell is None


async def test_the_work_ends_when_the_client_leaves(doing, line):
    ended = asyncio.Event()

    async def work():
        try:
            await asyncio.sleep(3_600)
        finally:
            ended.set()

    asyncio.get_running_loop().call_soon(line.lose)
    with pytest.raises(ClientLeft):
        await doing(work())
    assert ended.is_set()
    # Nothing of it is left behind in the task that waited.
    await asyncio.sleep(0)
    assert asyncio.current_task().cancelling() == 0


async def test_work_for_a_client_that_is_gone_is_not_begun_or_ended_at_once(doing, line):
    line.lose()
    with pytest.raises(ClientLeft):
        await doing(asyncio.sleep(3_600))


async def test_who_is_cancelled_from_elsewhere_is_cancelled(doing):
    waiting = asyncio.create_task(doing(asyncio.sleep(3_600)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_who_is_cancelled_while_the_client_leaves_is_cancelled(line):
    waiting = asyncio.create_task(unless_client_leaves(asyncio.sleep(3_600), line.receive, line))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    line.lose()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
