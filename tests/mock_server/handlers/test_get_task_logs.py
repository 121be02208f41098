import pytest

from mock_server.clock import timestamp
from tests.mock_server.handlers.requests import claim, refusal


@pytest.fixture
async def logged(api):
    """A finished task and its log."""
    task_id = await api.create()
    await api.finish(task_id)
    return task_id, await api.logs(task_id)


async def test_the_log_of_a_run_tells_its_steps(logged):
    task_id, events = logged
    assert [event["body"].get("status") for event in events if "stepId" in event["body"]] == [
        *("processing", None, None, "completed"),
        *("processing", None, None, "completed"),
    ]
    assert events[0]["body"] == {"message": "Starting up task with 2 steps"}
    assert events[4]["body"] == {"message": "Finished step Say hello", "stepId": "greet", "status": "completed"}
    assert [event["type"] for event in events] == ["log"] * 9 + ["completion"]
    assert all(event["taskId"] == task_id and event["isTaskRecoverable"] is False for event in events)


async def test_a_log_entry_has_the_keys_of_an_event_in_their_order(logged):
    _, events = logged
    assert all(list(event) == ["id", "isTaskRecoverable", "taskId", "body", "type", "createdAt"] for event in events)


async def test_after_every_event_comes_what_follows_it(api, logged):
    task_id, events = logged
    for index, event in enumerate(events):
        assert await api.logs(task_id, after=event["id"]) == events[index + 1 :]


async def test_event_ids_increase_over_the_tasks(api, logged):
    _, events = logged
    later = await api.create()
    await api.finish(later)
    assert (await api.logs(later))[0]["id"] > events[-1]["id"]


@pytest.mark.parametrize(
    ("after", "skipped"),
    [
        ("0", 0),
        ("-1", 0),
        ("-9999999999999999999999", 0),
        ("3", 3),
        ("+3", 3),
        ("0x3", 3),
        ("1e1", 10),
        ("0xA", 10),
        (" ", 0),
        ("99999999999999999999999999", 10),
        ("1e300", 10),
    ],
)
async def test_after_is_read_as_javascript_reads_a_number(api, logged, after, skipped):
    task_id, events = logged
    response = await api.get(f"/v2/tasks/{task_id}/logs", params={"after": after})
    assert response.status_code == 200
    assert response.json() == events[skipped:]


@pytest.mark.parametrize("after", ["abc", "1.5", "1e400", "Infinity", "NaN", "1_0", "0x", "1,5", "true", "null"])
@pytest.mark.parametrize("view", ["logs", "eventstream"])
async def test_an_after_that_is_no_integer_is_refused(lasting_api, view, after):
    response = await lasting_api.get(f"/v2/tasks/any/{view}", params={"after": after})
    assert refusal(response)["message"] == "request/query/after must be integer"


@pytest.mark.parametrize("view", ["logs", "eventstream"])
async def test_an_after_without_a_value_is_refused(lasting_api, view):
    response = await lasting_api.get(f"/v2/tasks/any/{view}?after=")
    assert refusal(response)["message"] == "Empty value found for query parameter 'after'"


@pytest.mark.parametrize("view", ["logs", "eventstream"])
async def test_two_afters_are_none(lasting_api, view):
    response = await lasting_api.get(f"/v2/tasks/any/{view}?after=1&after=2")
    assert refusal(response)["message"] == "request/query/after must be integer"


@pytest.mark.parametrize("view", ["logs", "eventstream"])
async def test_a_view_of_the_events_knows_no_other_parameter(lasting_api, view):
    response = await lasting_api.get(f"/v2/tasks/any/{view}?since=1")
    assert refusal(response)["message"] == "Unknown query parameter 'since'"


async def test_nothing_has_happened_to_a_queued_task(lasting_api):
    assert await lasting_api.logs(await lasting_api.create()) == []


async def test_the_log_holds_what_has_happened_and_no_more(lasting_api):
    task_id = await lasting_api.create()
    await claim(lasting_api, task_id)
    assert [event["body"]["message"] for event in await lasting_api.logs(task_id)][:2] == [
        "Starting up task with 2 steps",
        "Beginning step Say hello",
    ]
    assert (await lasting_api.logs(task_id))[-1]["type"] == "log"
    assert {event["createdAt"] for event in await lasting_api.logs(task_id)} == {timestamp(lasting_api.clock.now())}


async def test_ten_thousand_lines_are_logged_in_order(api):
    task_id = await api.create(headers={"prefer": "scenario=chatty"})
    await api.finish(task_id)
    events = await api.logs(task_id)
    ids = [event["id"] for event in events]
    assert len(events) > 10_000
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    lines = [event["body"]["message"] for event in events if "/10000]" in event["body"]["message"]]
    assert lines == [
        f"\u001b[32minfo\u001b[39m: [{n}/10000] resolved a package of the project" for n in range(1, 10_001)
    ]
