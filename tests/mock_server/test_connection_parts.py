import asyncio

from mock_server.connection_parts import LazyEvent, LazyFlowControl, Pipeline


class Transport:
    """A transport that nobody reads from."""


async def test_whoever_waits_for_an_event_goes_on_when_it_is_set():
    event = LazyEvent()
    waiting = [asyncio.create_task(event.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in waiting)
    event.set()
    assert await asyncio.gather(*waiting) == [True, True, True]
    event.clear()
    again = asyncio.create_task(event.wait())
    await asyncio.sleep(0)
    assert not again.done()
    event.set()
    assert await again


async def test_an_event_that_is_set_already_is_not_waited_for():
    event = LazyEvent()
    event.set()
    assert await asyncio.wait_for(event.wait(), 1)


async def test_who_writes_waits_while_writing_is_paused():
    flow = LazyFlowControl(Transport())
    await asyncio.wait_for(flow.drain(), 1)
    flow.pause_writing()
    draining = asyncio.create_task(flow.drain())
    await asyncio.sleep(0)
    assert not draining.done()
    flow.resume_writing()
    await draining


def test_requests_are_served_in_the_order_in_which_they_came():
    pipeline = Pipeline()
    assert not pipeline
    for request in "abc":
        pipeline.appendleft(request)
    assert pipeline[0] == "c"
    assert pipeline.popleft() == "c"
    assert [pipeline.pop(), pipeline.pop()] == ["a", "b"]
