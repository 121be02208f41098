"""What faults of streams do without a socket."""

import pytest

from mock_server.faults import buffer
from tests.mock_server.conftest import settle


async def test_what_needs_the_connection_is_refused_where_there_is_none(api):
    refused = await api.http.get("/v2/actions", headers={"prefer": "fault=latency; seconds=0"})
    assert refused.status_code == 200
    with pytest.raises(AssertionError, match="NotImplementedError"):
        await api.http.get("/v2/actions", headers={"prefer": "fault=reset"})


async def test_a_proxy_that_has_no_more_room_hands_on_what_it_has(api, monkeypatch):
    monkeypatch.setattr(buffer, "ROOM", 1000)
    task_id = await api.create()
    await api.finish(task_id)
    async with api.stream(task_id, prefer="fault=buffer") as stream:
        await stream.opened()
        first = (await stream.next_message())["body"]
        assert len(first) > 1000
        await settle()
        assert len(await stream.rest()) > 0


async def test_the_head_of_a_stream_meets_no_fault_of_its_events(api):
    task_id = await api.create()
    answer = await api.http.head(f"/v2/tasks/{task_id}/eventstream", headers={"prefer": "fault=silence; n=0"})
    assert answer.status_code == 200


async def test_a_client_that_leaves_a_silent_stream_leaves_nothing_behind(api):
    task_id = await api.create()
    async with api.stream(task_id, prefer="fault=silence; n=0") as stream:
        await stream.opened()
        await settle()
        assert stream.is_running
    assert not stream.is_running
    assert not api.world.closing.waited_for


async def test_a_client_that_leaves_before_the_latency_is_over_leaves_nothing_behind(api):
    async with api.stream("none", prefer="fault=latency; seconds=60") as stream:
        await settle()
        assert stream.is_running
        assert api.world.closing.waited_for
    assert not stream.is_running
    assert not api.world.closing.waited_for


async def test_latency_ends_with_its_world(api):
    async with api.stream("none", prefer="fault=latency; seconds=60") as stream:
        await settle()
        api.world.close()
        assert (await stream.next_message())["status"] == 404
