"""Worlds that live on elsewhere, and what is refused as a world."""

import asyncio
import copy
import json
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server.app import MockServer, Options
from mock_server.quirks import Quirk
from mock_server.simulator import NewTask, Principal
from mock_server.snapshot.codec import InvalidSnapshot, decode, encode
from mock_server.snapshot.world_snapshot import read_snapshot, restore_world, take_snapshot, written
from mock_server.task import Task
from mock_server.world import DEFAULT_WORLD
from tests.conformance import ConformingTransport
from tests.mock_server.conftest import Api

# Where nobody may create, there is nothing to live on.
SCENARIOS = sorted({scenario.name for scenario in MockServer().simulator.scenarios} - {"read-only"})
SECRETS = {"secrets": {"deployToken": "planted-9a1f"}}


async def views(api, task_ids):
    """What the API tells of these tasks, and of all."""
    told = [await api.task(task_id) for task_id in task_ids] + [await api.logs(task_id) for task_id in task_ids]
    return [*told, (await api.get("/v2/tasks")).json()]


async def document_of(world):
    return json.loads(b"".join(written(await take_snapshot(world))))


async def restored(server, name, document):
    return await restore_world(server.simulator.worlds, name, await read_snapshot(json.dumps(document)))


async def moved(api, other):
    """The other mock, living on as the first one is."""
    document = await document_of(api.world)
    other.world = await restored(other.server, DEFAULT_WORLD, document)
    other.clock = other.world.clock
    return document


@pytest.mark.parametrize("quirks", [frozenset(), frozenset(Quirk) - {Quirk.NO_LOGS}], ids=["plain", "quirks"])
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_a_task_lives_on_as_it_would_have(make_api, scenario, quirks, demo_values):
    api, other = make_api(scenario=scenario, quirks=quirks), make_api(scenario=scenario, quirks=quirks)
    tasks = [await api.create(ref, values, body=SECRETS) for ref, values in sorted(demo_values.items())[:3]]
    api.clock.advance(1_500)
    await api.post(f"/v2/tasks/{tasks[0]}/cancel", json={})
    await moved(api, other)
    for _ in range(40):
        assert await views(other, tasks) == await views(api, tasks)
        due = await api.world.store.next_event_at()
        assert await other.world.store.next_event_at() == due
        if due is None:
            break
        for each in (api, other):
            each.clock.advance_to(due)


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_a_task_is_the_same_after_a_round_trip(make_api, scenario, demo_values):
    api = make_api(scenario=scenario)
    for ref, values in demo_values.items():
        task = await api.world.store.get(await api.create(ref, values, body=SECRETS))
        assert decode(Task, json.loads(json.dumps(encode(task)))) == task


async def test_a_retried_task_keeps_its_earlier_runs(make_api, api):
    task_id = await api.create(headers={"prefer": "scenario=flaky"})
    await api.finish(task_id)
    await api.post(f"/v2/tasks/{task_id}/retry", json={}, headers={"prefer": "scenario=flaky"})
    other = make_api()
    await moved(api, other)
    for each in (api, other):
        each.clock.advance(60_000)
    assert len(await other.logs(task_id)) > 8
    assert await views(other, [task_id]) == await views(api, [task_id])


async def test_earlier_runs_have_no_more_events_than_one_may_have(api):
    task_id = await api.create(headers={"prefer": "scenario=flaky"})
    await api.finish(task_id)
    await api.post(f"/v2/tasks/{task_id}/retry", json={}, headers={"prefer": "scenario=flaky"})
    document = await document_of(api.world)
    (task,) = document["tasks"]
    (run,) = task["earlier"]
    run["plan"]["steps"][0]["lines"] = [{"at": run["plan"]["steps"][0]["startsAt"], "parts": ["x"], "count": 1_500_000}]
    document["nextEventId"] = 2**40
    task["firstEventId"] = 2**30
    await restored(api.server, "once", document)
    task["earlier"] = [run, run | {"firstEventId": 2**25}]
    with pytest.raises(InvalidSnapshot, match="must have at most 2000000 events in all"):
        await restored(api.server, "twice", document)


async def test_what_was_counted_goes_on(make_api, api):
    flaky = {"prefer": "scenario=flaky"}
    for _ in range(2):
        await api.create(headers=flaky)
    other = make_api()
    await moved(api, other)
    expected, task_id = await api.create(headers=flaky), await other.create(headers=flaky)
    assert (await other.finish(task_id))["status"] == "completed"
    await api.finish(expected)
    assert (await other.logs(task_id))[0]["id"] == (await api.logs(expected))[0]["id"]


async def test_time_goes_on_where_it_was(make_api, api):
    api.clock.set(10**12)
    api.world.scenario = "slow"
    api.clock.run(50)
    api.clock.freeze()
    now = api.clock.now()
    other = make_api()
    snapshot = await moved(api, other)
    assert (other.clock.now(), other.clock.is_frozen, other.clock.speed) == (now, True, 50)
    assert other.world.scenario == "slow"
    snapshot["clock"]["frozen"] = False
    world = await restored(other.server, "blue", snapshot)
    assert not world.clock.is_frozen


async def test_a_reset_still_leads_to_the_beginning(make_api, api):
    await api.create()
    other = make_api()
    await moved(api, other)
    assert await other.server.simulator.worlds.reset(DEFAULT_WORLD).store.count() == 0


async def test_a_restored_world_ends_the_streams_of_the_one_before(api):
    task_id = await api.create()
    document = await document_of(api.world)
    async with api.stream(task_id) as stream:
        await stream.opened()
        await restored(api.server, DEFAULT_WORLD, document)
        assert await stream.rest() == []


async def test_no_secret_and_no_token_is_in_a_snapshot(api, demo_values):
    planted = SECRETS["secrets"]["deployToken"]
    for ref, values in demo_values.items():
        await api.create(ref, values, body=SECRETS)
    api.world.tokens.refuse(planted.encode(), "revoked")
    await api.get(f"/v2/tasks?token={planted}")
    assert planted not in json.dumps(await document_of(api.world))


async def test_tasks_of_a_template_share_its_steps_again(api):
    for _ in range(2):
        await api.create()
    world = await restored(api.server, "blue", await document_of(api.world))
    one, other = await world.store.all()
    assert one.spec["steps"] is other.spec["steps"]


@pytest.fixture(scope="module")
def snapshot():
    """Of a world with tasks of every kind."""

    async def make():
        simulator = MockServer(Options(seed=1)).simulator
        world = simulator.worlds.get(DEFAULT_WORLD)
        world.clock.freeze()
        for name in ("happy-path", "last-step-fails", "never-ending", "stuck-in-queue"):
            new = NewTask("template:default/hello-world", {}, scenario=name)
            started = await simulator.create_task(world, Principal("user:default/guest"), new)
            world.clock.advance(700)
        await simulator.cancel_task(world, started.task.id)
        return await document_of(world)

    return asyncio.run(make())


BROKEN = [
    "",
    "[]",
    "{",
    '{"tasks": [}',
    '{"tasks": [{},]}',
    '{"format": 1, "format": 1}',
    '{"format": NaN}',
    '{"format": 1e999}',
    '{"format": ' + "9" * 400 + "}",
    '{"tasks": [' + "[" * 300 + "]" * 300 + "]}",
    "[" * 100_000,
    '{"tasks": {}}',
    '{"tasks": []} x',
]


@pytest.mark.parametrize("text", BROKEN, ids=[text[:30] for text in BROKEN])
async def test_what_is_no_snapshot_is_refused(text):
    with pytest.raises(InvalidSnapshot):
        await read_snapshot(text)


def places(value, place=()):
    """Where everything in a JSON value is."""
    yield place
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*place, key))


MISTAKES = [None, True, "\ud800", -1, 0, 1, 2**53 - 1, 10**30, 1e308, "", "x", [], {}, [[]], {"a": 1}, ["x"] * 3]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_mutated_snapshot_is_refused_or_makes_a_world_that_works(conformance, snapshot, data):
    mutated = copy.deepcopy(snapshot)
    for _ in range(data.draw(st.integers(1, 2))):
        *above, key = data.draw(st.sampled_from([place for place in places(mutated) if place]))
        holder = mutated
        for part in above:
            holder = holder[part]
        if data.draw(st.booleans()):
            holder[key] = data.draw(st.sampled_from(MISTAKES))
        else:
            del holder[key]
    asyncio.run(check_restored(Api(MockServer(), conformance), conformance, mutated))


async def check_restored(api, conformance, snapshot):
    transport = ConformingTransport(httpx.ASGITransport(api.server), conformance, ())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:7007/_mock/v1") as control:
        headers = {"content-type": "application/json"}
        answer = await control.put("/worlds/default/snapshot", content=json.dumps(snapshot), headers=headers)
        assert answer.status_code in {200, 400}
        if answer.status_code == 200:
            await everything_can_be_asked(api, api.server.simulator.worlds.get(DEFAULT_WORLD))
    await api.http.aclose()


async def everything_can_be_asked(api, world):
    world.clock.freeze()
    for _ in range(2):
        assert (await api.get("/v2/tasks")).status_code == 200
        for task in await world.store.all():
            path = f"/v2/tasks/{quote(task.id, safe='')}"
            for answer in (await api.get(path), await api.get(f"{path}/logs?after=3")):
                assert answer.status_code in {200, 404}
            assert (await api.post(f"{path}/cancel", json={})).status_code in {200, 404}
        due = await world.store.next_event_at()
        if due is not None:
            world.clock.advance_to(max(due, world.clock.now()))
    for task in await world.store.all():
        await api.post(f"/v2/tasks/{quote(task.id, safe='')}/retry", json={})
