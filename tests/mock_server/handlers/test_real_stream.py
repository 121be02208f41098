"""getTaskEventStream with the habits of the real server that show on the wire; the rest of them in ../test_sse.py."""

import pytest

from mock_server.quirks import Quirk
from tests.conformance import MOUNT
from tests.mock_server.conftest import USER, Stream, settle


@pytest.fixture
def quirky(make_api):
    return lambda *quirks: make_api(quirks=frozenset(quirks))


def stream_of(api, task_id, query):
    return Stream(api.server, f"{MOUNT}/v2/tasks/{task_id}/eventstream", query, USER)


async def test_late_headers_come_with_the_first_event(quirky):
    api = quirky(Quirk.LATE_HEADERS)
    task_id = await api.create()
    async with api.stream(task_id) as stream:
        assert await stream.pending() == []
        await api.finish(task_id)
        assert (await stream.opened())["status"] == 200
        assert await stream.rest() == await api.logs(task_id)


async def test_late_headers_come_with_the_end_if_there_is_no_event(quirky):
    api = quirky(Quirk.LATE_HEADERS)
    task_id = await api.create()
    await api.finish(task_id)
    async with api.stream(task_id, after=1_000_000) as stream:
        await stream.opened()
        assert await stream.next_event() is None


async def test_who_leaves_before_the_late_headers_gets_nothing(quirky):
    api = quirky(Quirk.LATE_HEADERS)
    task_id = await api.create()
    async with api.stream(task_id) as stream:
        await settle()
        stream.leave()
        await settle()
        assert not stream.is_running
        assert stream._sent.empty()


async def test_a_head_request_does_not_wait_for_late_headers(quirky):
    api = quirky(Quirk.LATE_HEADERS)
    assert (await api.http.head(f"/v2/tasks/{await api.create()}/eventstream")).status_code == 200


@pytest.mark.parametrize("query", ["after=abc", "after=1&after=2", "after[x]=1", "after=Infinity", "after=NaN"])
async def test_an_unchecked_stream_takes_what_is_no_number_and_sends_the_completion_only(quirky, query):
    api = quirky(Quirk.UNCHECKED_STREAM)
    task_id = await api.create()
    await api.finish(task_id)
    async with stream_of(api, task_id, query) as stream:
        await stream.opened()
        assert await stream.rest() == (await api.logs(task_id))[-1:]


@pytest.mark.parametrize("query", ["", "after=", "after=%20", "foo=1", "taskId=other", "after=-1.5", "after=0.5&foo"])
async def test_an_unchecked_stream_minds_no_other_parameter(quirky, query):
    api = quirky(Quirk.UNCHECKED_STREAM)
    task_id = await api.create()
    await api.finish(task_id)
    async with stream_of(api, task_id, query) as stream:
        await stream.opened()
        assert await stream.rest() == await api.logs(task_id)


@pytest.mark.parametrize("form", ["after={}", "after=%20{}.0", "after[]={}", "after={}.9", "after=+{}"])
async def test_an_unchecked_stream_reads_numbers_as_javascript_does(quirky, form):
    api = quirky(Quirk.UNCHECKED_STREAM)
    task_id = await api.create()
    await api.finish(task_id)
    events = await api.logs(task_id)
    async with stream_of(api, task_id, form.format(events[2]["id"])) as stream:
        await stream.opened()
        assert await stream.rest() == events[3:]


async def test_only_the_stream_is_unchecked(quirky):
    api = quirky(Quirk.UNCHECKED_STREAM)
    task_id = await api.create()
    assert (await api.get(f"/v2/tasks/{task_id}/logs?after=abc")).status_code == 400


@pytest.mark.parametrize("quirks", [(), tuple(Quirk)])
async def test_the_last_event_id_of_a_browser_is_ignored(quirky, quirks):
    api = quirky(*quirks)
    task_id = await api.create()
    await api.finish(task_id)
    async with api.stream(task_id, **{"last-event-id": "1000000"}) as stream:
        await stream.opened()
        message = await stream.next_message()
        assert b"Starting up task" in message["body"]
