"""Which scenario is active in a world."""


async def test_scenarios_are_listed_by_name(control, api):
    listed = (await control.get("/scenarios")).json()["scenarios"]
    assert [one["name"] for one in listed] == sorted(one.name for one in api.server.simulator.scenarios)
    assert all(one["description"] for one in listed)


async def test_the_next_tasks_play_the_scenario_that_is_activated_and_those_before_do_not(control, api):
    before = await api.create()
    response = await control.put("/worlds/default/scenario", json={"name": "first-step-fails"})
    assert response.json()["scenario"] == "first-step-fails"
    after = await api.create()
    assert [(await api.finish(task))["status"] for task in (before, after)] == ["completed", "failed"]


async def test_a_scenario_that_is_not_there_changes_nothing(control):
    response = await control.put("/worlds/default/scenario", json={"name": "nope"})
    assert (response.status_code, response.json()["error"]["name"]) == (400, "InputError")
    assert (await control.get("/worlds/default")).json()["scenario"] == "happy-path"
