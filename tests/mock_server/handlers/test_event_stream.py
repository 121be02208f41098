"""getTaskEventStream: one write is one event, and nothing outlives the client."""

import asyncio

import pytest

from mock_server.clock import timestamp
from mock_server.sse import PIECE, encode
from mock_server.task import TaskEvents
from tests.conformance import MOUNT, check_frames
from tests.mock_server.conftest import USER, Stream, settle

STRANGE = {"prefer": "scenario=strange-logs"}


@pytest.fixture
async def finished(api):
    """A finished task and its log."""
    task_id = await api.create()
    await api.finish(task_id)
    return task_id, await api.logs(task_id)


async def step(api, task_id):
    """Advance the clock to the next event of a task."""
    next_at = TaskEvents(await api.world.store.get(task_id)).next_at(api.clock.now())
    api.clock.advance(next_at - api.clock.now())


async def test_headers_are_sent_at_once_even_if_nothing_ever_happens(api):
    task_id = await api.create(headers={"prefer": "scenario=stuck-in-queue"})
    async with api.stream(task_id) as stream:
        opened = await stream.opened()
        assert opened["status"] == 200
        assert opened["headers"] == [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-cache"),
            (b"x-mock-world", b"default"),
            (b"x-mock-journal", b"/_mock/v1/worlds/default/journal/2"),
        ]
        assert await stream.pending() == []
        assert stream.is_running


async def test_an_event_is_written_when_it_happens_and_not_before(api):
    task_id = await api.create()
    async with api.stream(task_id) as stream:
        await stream.opened()
        claimed_at = (await api.world.store.get(task_id)).plan.claimed_at
        api.clock.advance(claimed_at - 1)
        assert await stream.pending() == []
        api.clock.advance(1)
        first = (await stream.pending())[0]
        assert first["body"]["message"] == "Starting up task with 2 steps"
        assert first["createdAt"] == timestamp(api.clock.now())


async def test_a_frame_is_an_event_line_and_a_data_line(finished, api):
    task_id, events = finished
    response = await api.get(f"/v2/tasks/{task_id}/eventstream")
    assert response.headers["content-type"] == "text/event-stream"
    assert response.content == b"".join(encode(event) for event in events)
    assert response.content.startswith(b'event: log\ndata: {"id":')
    assert response.content.split(b"\n\n")[-2].startswith(b'event: completion\ndata: {"id":')


async def test_a_short_history_is_one_write(finished, api):
    task_id, events = finished
    async with api.stream(task_id) as stream:
        await stream.opened()
        write = await stream.next_message()
    assert check_frames(write["body"]) == events
    assert write["more_body"]


async def test_a_long_history_goes_out_in_bounded_writes_of_whole_events(make_api):
    api = make_api(scenario="chatty")
    task_id = await api.create()
    await api.finish(task_id)
    writes = []
    async with api.stream(task_id) as stream:
        await stream.opened()
        while (write := await stream.next_message()).get("more_body"):
            writes.append(write["body"])
    longest_frame = max(len(encode(event)) for event in await api.logs(task_id))
    assert max(map(len, writes)) < PIECE + longest_frame
    assert len(writes) < 200
    assert [event for write in writes for event in check_frames(write)] == await api.logs(task_id)


async def test_who_comes_late_hears_the_whole_history_and_the_end(finished, api):
    task_id, events = finished
    async with api.stream(task_id) as stream:
        await stream.opened()
        assert await stream.rest() == events
        await settle()
        assert not stream.is_running


async def test_who_comes_in_the_middle_hears_the_past_at_once_and_then_the_rest(api):
    task_id = await api.create()
    for _ in range(3):
        await step(api, task_id)
    past = await api.logs(task_id)
    async with api.stream(task_id) as stream:
        await stream.opened()
        assert await stream.pending() == past
        await api.finish(task_id)
        assert past + await stream.rest() == await api.logs(task_id)


async def test_from_every_event_a_stream_resumes_with_the_one_behind_it(finished, api):
    task_id, events = finished
    for index, event in enumerate(events):
        async with api.stream(task_id, after=event["id"]) as stream:
            await stream.opened()
            assert await stream.rest() == events[index + 1 :]


@pytest.mark.parametrize("beyond", [0, 1, 10**30])
async def test_after_the_last_event_there_is_only_the_end(finished, api, beyond):
    task_id, events = finished
    async with api.stream(task_id, after=events[-1]["id"] + beyond) as stream:
        await stream.opened()
        assert await stream.next_event() is None


@pytest.mark.parametrize("after", [0, -1, -(10**30)])
async def test_after_nothing_comes_everything(finished, api, after):
    task_id, events = finished
    async with api.stream(task_id, after=after) as stream:
        await stream.opened()
        assert await stream.rest() == events


async def test_a_stream_of_a_running_task_resumes_without_a_gap_or_a_repeat(api):
    task_id = await api.create()
    heard = []
    while True:
        async with api.stream(task_id, after=heard[-1]["id"] if heard else None) as stream:
            await stream.opened()
            heard += await stream.pending()
        if heard and heard[-1]["type"] == "completion":
            break
        await step(api, task_id)
    assert heard == await api.logs(task_id)


async def test_a_stream_that_is_ahead_of_the_task_waits_for_its_end(api):
    task_id = await api.create()
    async with api.stream(task_id, after=1_000_000) as stream:
        await stream.opened()
        assert await stream.pending() == []
        await api.finish(task_id)
        assert await stream.next_event() is None


async def test_the_stream_closes_after_the_completion(api):
    task_id = await api.create()
    async with api.stream(task_id) as stream:
        await stream.opened()
        await api.finish(task_id)
        events = await stream.rest()
        await settle()
        assert events[-1]["type"] == "completion"
        assert not stream.is_running


async def test_a_failure_is_heard_to_the_completion(api):
    task_id = await api.create(headers={"prefer": "scenario=first-step-fails"})
    async with api.stream(task_id) as stream:
        await stream.opened()
        await api.finish(task_id)
        events = await stream.rest()
    assert events[-1]["body"]["message"] == "Run completed with status: failed"
    assert list(events[-1]["body"]) == ["message", "error"]


@pytest.mark.parametrize("scenario", ["stuck-in-queue", "slow", "never-ending"])
async def test_a_cancel_reaches_an_open_stream_at_once(api, scenario):
    task_id = await api.create(headers={"prefer": f"scenario={scenario}"})
    api.clock.advance(7_000)
    async with api.stream(task_id) as stream:
        await stream.opened()
        before = await stream.pending()
        assert (await api.post(f"/v2/tasks/{task_id}/cancel")).status_code == 200
        events = await stream.rest()
        assert events[0]["type"] == "cancelled"
        assert events[-1]["type"] == "completion"
        assert events[-1]["createdAt"] == timestamp(api.clock.now())
        assert before + events == await api.logs(task_id)


async def test_a_cancel_reaches_every_open_stream(api):
    task_id = await api.create(headers={"prefer": "scenario=stuck-in-queue"})
    async with api.stream(task_id) as one, api.stream(task_id) as other:
        await one.opened()
        await other.opened()
        await api.post(f"/v2/tasks/{task_id}/cancel")
        assert await one.rest() == await other.rest()


async def test_the_end_of_one_task_ends_no_other_stream(api):
    cancelled, other = await api.create(), await api.create()
    async with api.stream(other) as stream:
        await stream.opened()
        await api.post(f"/v2/tasks/{cancelled}/cancel")
        assert await stream.pending() == []
        assert stream.is_running


async def test_a_client_that_leaves_leaves_nothing_behind(api):
    task_id = await api.create(headers={"prefer": "scenario=stuck-in-queue"})
    running = asyncio.all_tasks()
    signal = api.world.store.changed(task_id)
    async with api.stream(task_id) as stream:
        await stream.opened()
        await settle()
        assert signal.waited_for
        stream.leave()
        await settle()
        assert not stream.is_running
    assert not signal.waited_for
    assert not api.clock.altered.waited_for
    assert asyncio.all_tasks() == running


async def test_a_stream_that_has_ended_leaves_nothing_behind(finished, api):
    task_id, _ = finished
    running = asyncio.all_tasks()
    signal = api.world.store.changed(task_id)
    async with api.stream(task_id) as stream:
        await stream.opened()
        await stream.rest()
    await settle()
    assert not signal.waited_for
    assert not api.clock.altered.waited_for
    assert asyncio.all_tasks() == running


async def test_a_client_that_leaves_is_told_no_end(api):
    task_id = await api.create(headers={"prefer": "scenario=stuck-in-queue"})
    async with api.stream(task_id) as stream:
        await stream.opened()
        stream.leave()
        await settle()
        assert stream._sent.empty()


async def test_a_client_that_cannot_be_written_to_ends_its_stream(finished, api):
    task_id, _ = finished

    async def receive():
        await asyncio.Event().wait()

    async def send(message):
        if message["type"] == "http.response.body":
            raise OSError("the connection is gone")

    path = f"{MOUNT}/v2/tasks/{task_id}/eventstream"
    headers = [(name.encode(), value.encode()) for name, value in USER.items()]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    running = asyncio.all_tasks()
    await api.server(scope, receive, send)
    await settle()
    assert asyncio.all_tasks() == running


async def test_a_world_that_is_closed_ends_its_streams(api):
    task_id = await api.create()
    async with api.stream(task_id) as stream:
        await stream.opened()
        await settle()
        api.world.close()
        assert await stream.next_event() is None


async def test_a_server_that_shuts_down_ends_all_streams(api):
    elsewhere = await api.create(headers={"x-mock-world": "blue"})
    here = await api.create()
    received = asyncio.Queue()
    sent = []
    received.put_nowait({"type": "lifespan.startup"})
    received.put_nowait({"type": "lifespan.shutdown"})

    async def send(message):
        sent.append(message["type"])

    async with api.stream(here) as one, api.stream(elsewhere, **{"x-mock-world": "blue"}) as other:
        await one.opened()
        await other.opened()
        await api.server({"type": "lifespan"}, received.get, send)
        assert await one.next_event() is None
        assert await other.next_event() is None
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_task_that_is_forgotten_ends_its_streams(api):
    task_id = await api.create(headers={"prefer": "scenario=stuck-in-queue"})
    async with api.stream(task_id) as stream:
        await stream.opened()
        await settle()
        api.world.store._limit = 1
        await api.create()
        assert await stream.next_event() is None


async def test_a_stream_goes_on_when_the_clock_changes_its_pace(api):
    task_id = await api.create()
    async with api.stream(task_id) as stream:
        await stream.opened()
        await settle()
        api.clock.run(1_000_000)
        events = await stream.rest()
        assert events[-1]["type"] == "completion"


async def test_a_head_request_gets_the_headers_and_no_events(finished, api):
    task_id, _ = finished
    response = await api.http.head(f"/v2/tasks/{task_id}/eventstream")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream"
    assert response.content == b""


async def test_a_head_request_does_not_wait_for_the_task(api):
    task_id = await api.create(headers={"prefer": "scenario=stuck-in-queue"})
    assert (await api.http.head(f"/v2/tasks/{task_id}/eventstream")).status_code == 200


@pytest.mark.parametrize(
    ("task_id", "query", "headers", "status", "message"),
    [
        ("unknown", "", {}, 404, "No task with id 'unknown' found"),
        ("any", "", {"authorization": ""}, 401, "Missing credentials"),
        ("any", "", {"authorization": "Bearer nobody"}, 401, "Illegal token"),
        ("any", "?after=abc", {}, 400, "request/query/after must be integer"),
        ("any", "?token=mock-user-token", {"authorization": ""}, 401, "Missing credentials"),
    ],
)
async def test_what_goes_wrong_before_the_stream_is_answered_as_json(api, task_id, query, headers, status, message):
    headers = {"accept": "text/event-stream", **headers}
    response = await api.get(f"/v2/tasks/{task_id}/eventstream{query}", headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json()["error"]["message"] == message


async def test_texts_of_many_lines_and_scripts_stay_on_one_data_line(api):
    task_id = await api.create(headers=STRANGE)
    await api.finish(task_id)
    response = await api.get(f"/v2/tasks/{task_id}/eventstream")
    events = check_frames(response.content)
    messages = "\n".join(event["body"]["message"] for event in events)
    assert "你好 – שלום – नमस्ते" in messages
    assert "🎉 👩‍👩‍👧‍👦" in messages
    assert "event: completion\ndata: {" in messages
    assert "\u2028" in messages
    assert "\r" in messages
    assert [event["type"] for event in events].count("completion") == 1
    assert events == await api.logs(task_id)


async def test_no_line_separator_of_any_reader_is_inside_a_frame(api):
    task_id = await api.create(headers=STRANGE)
    await api.finish(task_id)
    content = (await api.get(f"/v2/tasks/{task_id}/eventstream")).text
    assert content.splitlines() == content.split("\n")[:-1]


async def test_two_worlds_have_streams_of_their_own(make_api):
    api = make_api()
    path = f"/worlds/blue{MOUNT}/v2/tasks"
    created = await api.http.post(f"http://mock{path}", json={"templateRef": "hello-world", "values": {}})
    task_id = created.json()["id"]
    async with Stream(api.server, f"{path}/{task_id}/eventstream", "", USER) as stream:
        assert (b"x-mock-world", b"blue") in (await stream.opened())["headers"]
    assert (await api.get(f"/v2/tasks/{task_id}/eventstream")).status_code == 404
