"""The clock of a world in the hand of a test: stopped, moved, stepped and let go."""

import pytest

from mock_server.clock import timestamp

CLOCK = "/worlds/default/clock"


async def moved(control, how, **said):
    response = await control.post(f"{CLOCK}/{how}", json=said)
    assert response.status_code == 200, response.text
    return response.json()


async def now(control):
    return (await control.get(CLOCK)).json()["now"]


async def test_a_stopped_clock_stands_still(control):
    stopped = await moved(control, "freeze")
    assert stopped["frozen"]
    assert await now(control) == await now(control) == stopped["now"]


async def test_a_clock_runs_on_as_fast_as_before_or_as_it_is_told(control, api):
    assert not (await moved(control, "run"))["frozen"]
    assert (await moved(control, "run", speed=20))["speed"] == 20
    await moved(control, "freeze")
    assert (await moved(control, "run"))["speed"] == 20
    assert api.clock.speed == 20


async def test_time_moves_by_a_duration_to_the_millisecond(control, api):
    before = api.clock.now()
    assert (await moved(control, "advance", seconds=1.2345))["now"] == timestamp(before + 1_234)
    assert (await moved(control, "advance", seconds=0))["now"] == timestamp(before + 1_234)


async def test_each_step_tells_the_next_event_and_no_more(control, api):
    task = await api.create()
    async with api.stream(task) as stream:
        await stream.opened()
        told = []
        while (clock := (await control.get(CLOCK)).json())["nextEventAt"] is not None:
            await stream.pending()
            due = clock["nextEventAt"]
            assert (await moved(control, "step"))["now"] == due
            fresh = await stream.pending()
            assert fresh
            assert {event["createdAt"] for event in fresh} == {due}
            told += fresh
    assert [event["type"] for event in told][-1] == "completion"
    assert told == await api.logs(task)


async def test_there_is_no_step_where_nothing_is_to_come(control):
    response = await control.post(f"{CLOCK}/step")
    assert (response.status_code, response.json()["error"]["message"]) == (409, "No event is to come")


async def test_a_clock_is_set_ahead_at_any_time_and_back_while_there_are_no_tasks(control, api):
    for instant in ("2040-01-01T00:00:00.000Z", "2020-02-03T04:05:06.007Z"):
        assert (await control.put(CLOCK, json={"now": instant})).json()["now"] == instant
    await api.create()
    assert (await control.put(CLOCK, json={"now": "2020-02-03T06:05:06+02:00"})).status_code == 409
    ahead = await control.put(CLOCK, json={"now": "2020-02-03T06:05:08+02:00"})
    assert ahead.json()["now"] == "2020-02-03T04:05:08.000Z"


@pytest.mark.parametrize("instant", ["1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z"])
async def test_a_clock_is_not_set_to_before_its_epoch(control, instant):
    assert (await control.put(CLOCK, json={"now": instant})).status_code == 409


async def test_time_does_not_run_out_of_dates(control):
    await control.put(CLOCK, json={"now": "9999-12-31T23:59:59.999Z"})
    response = await control.post(f"{CLOCK}/advance", json={"seconds": 0.001})
    assert response.status_code == 409
    assert await now(control) == "9999-12-31T23:59:59.999Z"


@pytest.mark.parametrize("seconds", [-1, "1", None, 1e12])
async def test_what_is_no_duration_moves_nothing(control, api, seconds):
    before = api.clock.now()
    assert (await control.post(f"{CLOCK}/advance", json={"seconds": seconds})).status_code == 400
    assert api.clock.now() == before


async def test_clocks_of_other_worlds_are_not_touched(control, api):
    await control.post("/worlds", json={"name": "blue", "frozen": True, "now": "2026-01-01T00:00:00Z"})
    before = api.clock.now()
    await control.post("/worlds/blue/clock/advance", json={"seconds": 60})
    assert api.clock.now() == before
    assert (await control.get("/worlds/blue/clock")).json()["now"] == "2026-01-01T00:01:00.000Z"


async def test_whatever_is_due_in_between_happens_in_its_order(control, api):
    task = await api.create()
    async with api.stream(task) as first, api.stream(task) as second:
        for stream in (first, second):
            await stream.opened()
        await moved(control, "advance", seconds=3600)
        assert await first.rest() == await second.rest() == await api.logs(task)
    assert (await api.task(task))["status"] == "completed"
