"""Tasks in the hand of a test: looked into, told of what nobody planned, and ended."""

import asyncio

import httpx
import pytest

from mock_server.addresses import CONTROL_MOUNT
from mock_server.clock import timestamp
from mock_server.control.tasks import _Seeding
from mock_server.intervention import MAX_PUSHED
from mock_server.quirks import Quirk
from mock_server.seeding import seeding
from tests.mock_server.conftest import settle

TASKS = "/worlds/default/tasks"


async def inspected(control, task, **query):
    response = await control.get(f"{TASKS}/{task}", params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def pushed(control, task, message="hi", **said):
    response = await control.post(f"{TASKS}/{task}/events", json={"message": message, **said})
    assert response.status_code == 201, response.text
    return response.json()


async def ended(control, task, **said):
    response = await control.post(f"{TASKS}/{task}/end", json=said)
    assert response.status_code == 200, response.text
    return response.json()


def as_seen(events):
    """The events of an inspection that everybody can see."""
    return [{key: event[key] for key in event if key != "happened"} for event in events if event["happened"]]


def without_identity(events):
    return [{key: event[key] for key in ("id", "type", "body", "createdAt")} for event in events]


async def agreed(api, task):
    """The task and its events, after a look at every view."""
    seen, events = await api.task(task), await api.logs(task)
    assert (await api.get("/v2/tasks")).json()["tasks"] == [seen]
    assert (await api.get(f"/v2/tasks/{task}/events")).json() == events
    async with api.stream(task) as stream:
        await stream.opened()
        assert await stream.pending() == events
    return seen, events


async def run_into(api, task, *, offset=1_000):
    """Let time go into the first step."""
    plan = (await api.world.store.get(task)).plan
    api.clock.advance(plan.claimed_at + offset - (api.clock.now() - (await api.world.store.get(task)).started_at))


async def test_an_inspection_shows_what_has_happened_and_all_that_is_to_come(control, api):
    task = await api.create()
    await run_into(api, task, offset=0)
    shown = await inspected(control, task)
    assert shown["task"] == await api.task(task)
    assert as_seen(shown["events"]) == without_identity(await api.logs(task))
    assert shown["total"] == len(shown["events"]) > len(as_seen(shown["events"])) > 0
    assert shown["scenario"] == "happy-path"
    ended = await api.finish(task)
    assert shown["endsAt"] == ended["completedAt"]
    assert without_identity(shown["events"]) == without_identity(await api.logs(task))


async def test_an_inspection_is_bounded(control, api):
    await control.put("/worlds/default/scenario", json={"name": "never-ending"})
    task = await api.create()
    shown = await inspected(control, task)
    assert shown["endsAt"] is None
    assert shown["total"] > 1_000_000
    assert len(shown["events"]) == 1_000
    after = shown["events"][6]["id"]
    assert (await inspected(control, task, after=after, limit=2))["events"] == shown["events"][7:9]
    assert (await inspected(control, task, limit=0))["events"] == []
    assert (await inspected(control, task, after=10**30))["events"] == []


@pytest.mark.parametrize("query", ["limit=10001", "limit=-1", "limit=x", "after=-1", "after=1.5", "before=1"])
async def test_a_query_that_is_not_understood_is_refused(control, api, query):
    assert (await control.get(f"{TASKS}/{await api.create()}?{query}")).status_code == 400


async def test_an_inspection_of_a_retried_task_shows_both_runs(control, api):
    task = await api.create()
    await pushed(control, task)
    await api.finish(task)
    await api.post(f"/v2/tasks/{task}/retry", {}, headers={"prefer": "scenario=slow"})
    shown = await inspected(control, task)
    assert shown["scenario"] == "slow"
    assert shown["total"] == len(shown["events"])
    assert as_seen(shown["events"]) == without_identity(await api.logs(task))
    await api.finish(task)
    assert without_identity(shown["events"]) == without_identity(await api.logs(task))


async def test_a_pushed_event_is_seen_by_all_at_once_and_what_is_planned_goes_on(control, api):
    task = await api.create()
    planned = without_identity((await inspected(control, task))["events"])
    await run_into(api, task, offset=10)
    async with api.stream(task) as stream:
        await stream.opened()
        before = await stream.pending()
        event = await pushed(control, task, stepId="greet", status="processing")
        assert event["body"] == {"message": "hi", "stepId": "greet", "status": "processing"}
        assert event["happened"]
        (told,) = await stream.pending()
        assert as_seen([event]) == without_identity([told])
        assert told["id"] > before[-1]["id"]
        assert told["createdAt"] == timestamp(api.clock.now())
        await agreed(api, task)
        await api.finish(task)
        events = [*before, told, *await stream.rest()]
    assert events == await api.logs(task)
    others = [(event["type"], event["body"], event["createdAt"]) for event in events if event is not told]
    assert others == [(event["type"], event["body"], event["createdAt"]) for event in planned]


async def test_a_pushed_event_ends_a_long_poll_of_a_task_in_the_queue(control, api):
    await control.put("/worlds/default/scenario", json={"name": "stuck-in-queue"})
    task = await api.create()
    event = await pushed(control, task)
    assert without_identity((await api.get(f"/v2/tasks/{task}/events")).json()) == as_seen([event])


async def test_pushed_events_have_room_and_no_more_than_that(control, api):
    task, other = await api.create(), await api.create()
    ids = [(await pushed(control, task, str(number)))["id"] for number in range(MAX_PUSHED)]
    assert ids == sorted(set(ids))
    assert (await control.post(f"{TASKS}/{task}/events", json={"message": "hi"})).status_code == 409
    await api.finish(task)
    await api.finish(other)
    assert {event["id"] for event in await api.logs(task)}.isdisjoint(event["id"] for event in await api.logs(other))
    await api.post(f"/v2/tasks/{task}/retry", {})
    assert await pushed(control, task)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"message": 1},
        {"message": "x" * 65_537},
        {"message": "hi", "status": "failed"},
        {"message": "hi", "stepId": "greet", "status": "open"},
        {"message": "hi", "stepId": "nope"},
        {"message": "hi", "colour": "red"},
    ],
)
async def test_what_is_no_event_is_not_pushed(control, api, body):
    task = await api.create()
    response = await control.post(f"{TASKS}/{task}/events", json=body)
    assert (response.status_code, response.json()["error"]["name"]) == (400, "InputError")
    assert await api.logs(task) == []


async def test_half_a_character_is_pushed_as_it_is(control, api):
    task = await api.create()
    content = b'{"message": "\\ud800"}'
    response = await control.post(
        f"{TASKS}/{task}/events", content=content, headers={"content-type": "application/json"}
    )
    assert response.status_code == 201
    assert (await api.logs(task))[0]["body"]["message"] == "\ud800"


@pytest.mark.parametrize(
    ("said", "status", "last"),
    [
        (
            {"status": "completed", "output": {"links": []}},
            "completed",
            {"message": "Run completed with status: completed", "output": {"links": []}},
        ),
        (
            {"status": "failed", "error": {"name": "HttpError", "message": "No"}},
            "failed",
            {"message": "Run completed with status: failed", "error": {"name": "HttpError", "message": "No"}},
        ),
        (
            {"status": "failed"},
            "failed",
            {
                "message": "Run completed with status: failed",
                "error": {"name": "Error", "message": "The task was ended by a test"},
            },
        ),
    ],
)
async def test_a_task_ends_at_once_as_it_is_told(control, api, said, status, last):
    task = await api.create()
    await run_into(api, task, offset=10)
    async with api.stream(task) as stream:
        await stream.opened()
        before = await stream.pending()
        shown = await ended(control, task, **said)
        events = [*before, *await stream.rest()]
    assert events[-1]["body"] == last
    assert shown["completedAt"] == timestamp(api.clock.now())
    assert await agreed(api, task) == (shown, events)
    assert shown["status"] == status
    api.clock.advance(3_600_000)
    assert await agreed(api, task) == (shown, events)


async def test_a_task_is_cancelled_as_by_the_api(control, api):
    ours, theirs = await api.create(), await api.create()
    shown = await ended(control, ours, status="cancelled")
    await api.post(f"/v2/tasks/{theirs}/cancel")
    assert shown["status"] == (await api.task(theirs))["status"] == "cancelled"
    bodies = [[event["body"] for event in await api.logs(task)] for task in (ours, theirs)]
    assert [body["message"] for body in bodies[0]] == [body["message"].replace(theirs, ours) for body in bodies[1]]


async def test_whatever_the_quirks_a_cancelled_task_has_ended_at_once(make_api):
    api = make_api(quirks=frozenset(Quirk) - {Quirk.NO_LOGS})
    task = await api.create()
    await run_into(api, task, offset=10)
    transport = httpx.ASGITransport(api.server)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://localhost:7007{CONTROL_MOUNT}") as control:
        assert (await ended(control, task, status="cancelled"))["status"] == "cancelled"
    assert (await api.task(task))["status"] == "cancelled"


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
async def test_a_task_that_was_ended_takes_nothing_more_until_it_is_retried(control, api, status):
    task = await api.create()
    await ended(control, task, status=status)
    assert (await control.post(f"{TASKS}/{task}/end", json={"status": "failed"})).status_code == 409
    assert (await control.post(f"{TASKS}/{task}/events", json={"message": "hi"})).status_code == 409
    assert (await api.post(f"/v2/tasks/{task}/cancel")).status_code == 200
    before, _ = await agreed(api, task)
    assert before["status"] == status
    assert (await api.post(f"/v2/tasks/{task}/retry", {})).status_code == 201
    assert (await api.finish(task))["status"] == "completed"
    events = await api.logs(task)
    assert [event["type"] for event in events].count("completion") == 1


async def test_a_task_in_the_queue_is_ended_too(control, api):
    await control.put("/worlds/default/scenario", json={"name": "stuck-in-queue"})
    task = await api.create()
    assert (await ended(control, task, status="completed"))["status"] == "completed"
    assert (await control.get("/worlds/default/clock")).json()["nextEventAt"] is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"status": "open"},
        {"status": "completed", "error": {"message": "no"}},
        {"status": "cancelled", "output": {}},
        {"status": "failed", "output": {}},
        {"status": "failed", "error": {}},
        {"status": "failed", "error": {"message": "no", "stack": "here"}},
        {"status": "completed", "output": []},
        {"status": "completed", "colour": "red"},
    ],
)
async def test_what_is_no_end_ends_nothing(control, api, body):
    task = await api.create()
    response = await control.post(f"{TASKS}/{task}/end", json=body)
    assert (response.status_code, response.json()["error"]["name"]) == (400, "InputError")
    assert (await api.task(task))["status"] == "open"


@pytest.mark.parametrize("path", [f"{TASKS}/nope", "/worlds/nope/tasks/nope", f"{TASKS}/%00"])
async def test_of_what_is_not_there_nothing_is_shown_and_nothing_is_changed(control, path):
    assert (await control.get(path)).status_code == 404
    assert (await control.post(f"{path}/events", json={"message": "hi"})).status_code == 404
    assert (await control.post(f"{path}/end", json={"status": "failed"})).status_code == 404


async def seeded(control, **said):
    response = await control.post(f"{TASKS}/seed", json=said)
    assert response.status_code == 201, response.text
    return response.json()


async def test_a_world_is_filled_with_tasks_that_every_view_shows(control, api):
    made = await seeded(control, count=60, days=10, users=5, seed=7, statuses={"completed": 3, "failed": 2, "open": 1})
    assert made["count"] == len(set(made["ids"])) == sum(made["statuses"].values()) == 60
    assert len(made["users"]) == 5
    page = (await api.get("/v2/tasks", params={"limit": 20})).json()
    assert page["totalTasks"] == 60
    assert [task["id"] for task in page["tasks"]] == made["ids"][:-21:-1]
    for task in page["tasks"]:
        assert await api.task(task["id"]) == task
        events = await api.logs(task["id"])
        if task["status"] == "open":
            assert events == []
            continue
        assert events[-1]["body"]["message"] == f"Run completed with status: {task['status']}"
        assert events[-1]["createdAt"] == task["completedAt"]
        async with api.stream(task["id"]) as stream:
            await stream.opened()
            assert (await stream.pending())[: len(events)] == events
    for creator in made["users"]:
        own = (await api.get("/v2/tasks", params={"createdBy": creator})).json()
        assert own["totalTasks"] > 0


async def test_seeded_tasks_are_cancelled_retried_ended_and_told_of_like_others(control, api):
    running = (await seeded(control, count=3, statuses={"processing": 1}))["ids"]
    await pushed(control, running[0])
    assert (await ended(control, running[0], status="completed"))["status"] == "completed"
    await api.post(f"/v2/tasks/{running[1]}/cancel")
    assert (await api.task(running[1]))["status"] == "cancelled"
    failed = (await seeded(control, count=1, statuses={"failed": 1}, templates=["hello-world"]))["ids"][0]
    assert (await inspected(control, failed))["scenario"] is None
    assert (await api.post(f"/v2/tasks/{failed}/retry", {})).status_code == 201
    assert (await api.finish(failed))["status"] == "completed"
    assert (await inspected(control, failed))["scenario"] == "happy-path"


async def test_without_wishes_there_are_a_hundred(control):
    assert (await control.post(f"{TASKS}/seed")).json()["count"] == 100
    assert (await seeded(control))["count"] == 100


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 400),
        ({"count": 0}, 400),
        ({"count": 10_001}, 400),
        ({"count": 1.5}, 400),
        ({"days": 0}, 400),
        ({"days": 1e400}, 400),
        ({"users": 1_001}, 400),
        ({"seed": -1}, 400),
        ({"statuses": {}}, 400),
        ({"statuses": {"open": 0}}, 400),
        ({"statuses": {"open": -1}}, 400),
        ({"statuses": {"skipped": 1}}, 400),
        ({"templates": []}, 400),
        ({"templates": [""]}, 400),
        ({"templates": ["component:default/x"]}, 400),
        ({"templates": ["nope"]}, 404),
        ({"creators": ["user:"]}, 400),
        ({"creators": "guest"}, 400),
        ({"colour": "red"}, 400),
    ],
)
async def test_what_cannot_be_seeded_is_refused(control, body, status):
    content = '{"days": 1e400}' if body == {"days": float("inf")} else None
    if content is None:
        response = await control.post(f"{TASKS}/seed", json=body)
    else:
        headers = {"content-type": "application/json"}
        response = await control.post(f"{TASKS}/seed", content=content, headers=headers)
    assert response.status_code == status
    assert (await control.get("/worlds/default")).json()["tasks"] == 0


async def test_no_world_is_made_to_be_filled(control):
    assert (await control.post("/worlds/nope/tasks/seed")).status_code == 404


async def test_a_seeding_ends_when_its_client_goes_away(api, monkeypatch):
    made = []
    make = seeding._Seeder.task

    def counted(*args):
        made.append(None)
        return make(*args)

    monkeypatch.setattr(seeding._Seeder, "task", counted)
    filling = _Seeding(api.server.simulator, api.world, {"count": 1_000})
    gone = asyncio.Event()

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    sent = []
    running = asyncio.create_task(filling({}, receive, sent.append))
    while len(made) < 3:
        await settle()
    gone.set()
    await running
    assert (len(made) < 1_000, sent, await api.world.store.count()) == (True, [], 0)
