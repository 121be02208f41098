"""The scenarios: shown, added, and active in a world."""

import json
from dataclasses import replace

import pytest

from mock_server.scenario import MAX_SCENARIOS, Behaviour, Scenario, Scenarios
from mock_server.shipped import SCENARIOS

HAPPY = Scenario("happy-path", "All goes well.", None, Behaviour())


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


OWN = """\
description: Everything called fails-something fails.
match: {values: {name: fails-*}}
steps:
  - {position: first, fail: {name: HttpError, message: Not today}}
"""


async def test_a_scenario_is_shown_with_what_says_so(control):
    shown = (await control.get("/scenarios/flaky")).json()
    assert (shown["name"], shown["source"]) == ("flaky", (SCENARIOS / "flaky.yaml").read_text(encoding="utf-8"))
    assert (await control.get("/scenarios/nope")).status_code == 404


@pytest.mark.parametrize("name", ["a b", "x" * 65, "a%2Fb", "%0A"])
async def test_a_scenario_has_a_name_that_stands_in_a_path(control, name):
    assert (await control.put(f"/scenarios/{name}", json={"source": OWN})).status_code == 400


async def test_a_scenario_is_added_and_counts_for_the_next_tasks_of_every_world(control, api):
    added = (await control.put("/scenarios/own", json={"source": OWN})).json()
    assert added == {"name": "own", "description": "Everything called fails-something fails.", "source": OWN}
    assert (await control.get("/scenarios/own")).json() == added
    await control.put("/worlds/default/scenario", json={"name": "own"})
    task = await api.create()
    assert (await api.finish(task))["status"] == "failed"
    assert (await control.post("/worlds", json={"scenario": "own"})).status_code == 201


async def test_a_scenario_that_is_replaced_says_another_thing_to_the_next_tasks_only(control, api):
    before = await api.create()
    fails = OWN.replace("match: {values: {name: fails-*}}\n", "")
    await control.put("/scenarios/happy-path", json={"source": fails})
    after = await api.create()
    assert [(await api.finish(task))["status"] for task in (before, after)] == ["completed", "failed"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("", "own.yaml: this file holds no scenario"),
        ("description: [", "own.yaml:2: "),
        ("description: x\nqueue: [3, 1]", "own.yaml:2: no time is at least 3 and at most 1"),
        ("description: x\ncolour: red\nqueue: soon", "; line "),
        ("description: x\n---\ndescription: y", "own.yaml:3: a second document"),
        ("description: \ud800", "own.yaml:1: half a character"),
        ("description: &a [*a]", "own.yaml:1: "),
    ],
)
async def test_a_broken_scenario_is_refused_with_the_line_of_each_mistake(control, source, told):
    response = await control.put(
        "/scenarios/own", content=json.dumps({"source": source}), headers={"content-type": "application/json"}
    )
    assert response.status_code == 400
    assert told in response.json()["error"]["message"]
    assert (await control.get("/scenarios/own")).status_code == 404


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{duration: soon}", "/steps/{}/duration must"),
        ("{duration: [2, 1]}", "no time is at least 2 and at most 1"),
        ("{logs: ['${{ ']}", ""),
    ],
)
async def test_every_mistake_of_a_scenario_is_told_with_its_line(control, entry, message):
    source = "description: x\nsteps:\n" + f"  - {entry}\n" * 30
    error = (await control.put("/scenarios/own", json={"source": source})).json()["error"]
    assert [mistake["line"] for mistake in error["mistakes"]] == list(range(3, 33))
    for number, mistake in enumerate(error["mistakes"]):
        assert mistake["message"].startswith(message.format(number))
    assert error["message"].endswith("; and 20 more")


async def test_there_are_no_more_scenarios_than_can_be_kept(control, api):
    kept = Scenarios([replace(one, name=str(number)) for number, one in enumerate([HAPPY] * MAX_SCENARIOS)])
    api.server.simulator.scenarios = kept
    assert (await control.put("/scenarios/own", json={"source": "description: x"})).status_code == 409
    assert (await control.put("/scenarios/7", json={"source": "description: x"})).status_code == 200
