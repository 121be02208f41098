"""Worlds, as the control API makes, shows and ends them."""

import pytest

from tests.mock_server.conftest import settle


async def created(control, **said):
    response = await control.post("/worlds", json=said)
    assert response.status_code == 201, response.text
    return response.json()


async def error(awaited):
    response = await awaited
    return response.status_code, response.json()["error"]["name"]


async def test_a_world_is_made_as_it_is_asked_for(control):
    now = "2026-02-03T04:05:06.007Z"
    made = await created(control, name="blue", scenario="flaky", now=now, speed=20, frozen=True)
    assert made == {
        "name": "blue",
        "path": "/worlds/blue/api/scaffolder",
        "scenario": "flaky",
        "tasks": 0,
        "clock": {"now": now, "frozen": True, "speed": 20, "nextEventAt": None},
    }
    assert (await control.get("/worlds/blue")).json() == made


async def test_a_world_without_wishes_is_like_the_others_and_has_a_name_of_its_own(control):
    first, second = [(await control.post("/worlds")).json() for _ in range(2)]
    assert first["name"] != second["name"]
    assert (first["scenario"], first["clock"]["frozen"], first["clock"]["speed"]) == ("happy-path", False, 1)


async def test_a_world_that_is_named_like_a_scenario_plays_it_unless_another_is_asked_for(control):
    assert (await created(control, name="slow"))["scenario"] == "slow"
    assert (await created(control, name="flaky", scenario="instant"))["scenario"] == "instant"


async def test_the_path_of_a_world_leads_into_it(control, api):
    made = await created(control, name="blue", frozen=True)
    body = {"templateRef": "hello-world", "values": {}}
    assert (await api.post(f"http://mock{made['path']}/v2/tasks", json=body)).status_code == 201
    assert (await control.get("/worlds/blue")).json()["tasks"] == 1
    assert (await control.get("/worlds/default")).json()["tasks"] == 0


async def test_worlds_are_listed_whoever_made_them(control, api):
    await created(control, name="blue")
    await api.get("/v2/tasks", headers={"x-mock-world": "green"})
    assert [world["name"] for world in (await control.get("/worlds")).json()["worlds"]] == ["blue", "default", "green"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"name": "default"}, (409, "ConflictError")),
        ({"name": "no name"}, (400, "InputError")),
        ({"name": "x" * 65}, (400, "InputError")),
        ({"scenario": "nope"}, (400, "InputError")),
        ({"now": "yesterday"}, (400, "InputError")),
        ({"now": "2026-02-03T04:05:06"}, (400, "InputError")),
        ({"speed": 0}, (400, "InputError")),
        ({"colour": "blue"}, (400, "InputError")),
    ],
)
async def test_a_world_that_cannot_be_is_not_made(control, said, expected):
    assert await error(control.post("/worlds", json=said)) == expected
    assert len((await control.get("/worlds")).json()["worlds"]) == 1


@pytest.mark.parametrize("now", ["1969-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
async def test_no_world_begins_before_its_epoch(control, now):
    assert await error(control.post("/worlds", json={"now": now})) == (409, "ConflictError")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_asking_for_a_world_makes_none(control, method):
    assert await error(control.request(method, "/worlds/nope")) == (404, "NotFoundError")
    assert await error(control.post("/worlds/nope/reset")) == (404, "NotFoundError")
    assert [world["name"] for world in (await control.get("/worlds")).json()["worlds"]] == ["default"]


async def test_a_world_goes_with_its_tasks_and_its_streams_end(control, api):
    await created(control, name="blue", frozen=True)
    task = await api.create(headers={"x-mock-world": "blue"})
    async with api.stream(task, **{"x-mock-world": "blue"}) as stream:
        await stream.opened()
        await settle()
        assert (await control.delete("/worlds/blue")).status_code == 204
        assert await stream.rest() == []
    assert (await control.get("/worlds/blue")).status_code == 404
    assert (await api.get(f"/v2/tasks/{task}", headers={"x-mock-world": "blue"})).status_code == 404


async def test_the_default_world_stays(control):
    assert await error(control.delete("/worlds/default")) == (409, "ConflictError")


async def test_a_reset_world_begins_anew_as_it_was_made(control, api):
    made = await created(control, name="blue", scenario="flaky", now="2026-02-03T04:05:06.007Z", speed=3, frozen=True)
    task = await api.create(headers={"x-mock-world": "blue"})
    await control.put("/worlds/blue/scenario", json={"name": "slow"})
    await control.post("/worlds/blue/clock/advance", json={"seconds": 60})
    async with api.stream(task, **{"x-mock-world": "blue"}) as stream:
        await stream.opened()
        assert (await control.post("/worlds/blue/reset")).json() == made
        await stream.rest()
    assert (await api.get(f"/v2/tasks/{task}", headers={"x-mock-world": "blue"})).status_code == 404


async def test_the_default_world_is_reset(control, api):
    await api.create()
    assert (await control.post("/worlds/default/reset")).json()["tasks"] == 0
    assert (await api.get("/v2/tasks")).json()["totalTasks"] == 0
