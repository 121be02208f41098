"""The journal in the hand of a program: what was asked of a world, and why it was answered like that."""

import asyncio
import time

import pytest

from mock_server.addresses import CONTROL_MOUNT
from mock_server.journal import EntryQuery
from tests.mock_server.conftest import settle

JOURNAL = "/worlds/default/journal"


@pytest.fixture
def entries(control):
    async def entries(**query):
        answer = await control.get(JOURNAL, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["entries"]

    return entries


async def test_every_response_leads_to_its_entry(api, control):
    answer = await api.get("/v2/tasks?limit=3")
    entry = (await control.get(answer.headers["x-mock-journal"].removeprefix(CONTROL_MOUNT))).json()
    assert entry == {
        "id": 1,
        "kind": "exchange",
        "at": entry["at"],
        "clock": {"frozen": True, "speed": 1},
        "method": "GET",
        "url": "/api/scaffolder/v2/tasks?limit=3",
        "operation": "listTasks",
        "task": None,
        "status": 200,
        "error": None,
        "scenario": {"name": "happy-path", "chosen": "active", "use": None, "rules": [], "nearest": None},
        "faults": [],
    }


async def test_a_create_tells_how_its_scenario_was_chosen_and_which_rules_were_for_it(api, entries):
    for _ in range(3):
        task_id = await api.create(headers={"prefer": "scenario=flaky"})
    told = [entry["scenario"] for entry in await entries(operation="createTask")]
    assert [(one["name"], one["chosen"], one["use"], one["rules"]) for one in told] == [
        ("flaky", "request", 1, ["/uses/0/steps/0"]),
        ("flaky", "request", 2, ["/uses/0/steps/0"]),
        ("flaky", "request", 3, []),
    ]
    assert (await entries())[-1]["task"] == task_id


async def test_a_request_about_a_task_tells_the_scenario_of_the_task(api, entries):
    task_id = await api.create(headers={"prefer": "scenario=slow"})
    await api.task(task_id)
    (entry,) = await entries(operation="getTask")
    assert (entry["scenario"]["name"], entry["scenario"]["chosen"], entry["task"]) == ("slow", "task", task_id)


async def test_a_request_that_names_a_scenario_met_that_one(api, entries):
    task_id = await api.create()
    for path in ("/v2/tasks", f"/v2/tasks/{task_id}"):
        await api.get(path, headers={"prefer": "scenario=read-only"})
    told = [(entry["scenario"]["name"], entry["scenario"]["chosen"]) for entry in await entries(method="GET")]
    assert told == [("read-only", "request")] * 2


async def test_a_create_that_matched_nothing_says_what_came_nearest(make_api, tmp_path):
    (tmp_path / "shops.yaml").write_text("description: x\nmatch: {createdBy: 'user:default/ann'}\n")
    api = make_api(scenarios=[tmp_path])
    await api.create()
    choice = api.world.journal.get("1").choice
    assert choice.nearest.scenario == "shops"
    assert choice.nearest.unmet == ("createdBy: user:default/guest is not user:default/ann",)


async def test_a_fault_says_who_brought_it(api, control, entries, tmp_path):
    await control.post("/worlds/default/faults", json={"fault": "latency", "seconds": 0})
    await control.put("/scenarios/late", json={"source": "description: x\nfaults: [{fault: latency, seconds: 0}]"})
    await api.get("/v2/tasks", headers={"prefer": "scenario=late, fault=latency; seconds=0"})
    (entry,) = await entries()
    assert entry["faults"] == [
        {"fault": "latency", "source": "request", "rule": None},
        {"fault": "latency", "source": "control", "rule": "1"},
        {"fault": "latency", "source": "scenario", "rule": "late/faults/0"},
    ]


async def test_a_refusal_tells_its_error(api, entries):
    await api.get("/v2/tasks/none")
    await api.post("/v2/tasks", json={"templateRef": "react-app", "values": {"name": 1}})
    await api.get("/v2/tasks", headers={"authorization": "Bearer nope"})
    assert [(entry["status"], entry["error"]) for entry in await entries()] == [
        (404, "NotFoundError: No task with id 'none' found"),
        (400, 'InputError: requires property "owner"'),
        (401, "AuthenticationError: Illegal token"),
    ]


async def test_what_is_asked_for_is_found(api, entries):
    task_id = await api.create()
    await api.task(task_id)
    await api.get("/v2/actions")
    await api.get("/v2/tasks/none")
    assert [entry["id"] for entry in await entries(after=2)] == [3, 4]
    assert [entry["id"] for entry in await entries(method="POST")] == [1]
    assert [entry["id"] for entry in await entries(path="/api/scaffolder/v2/tasks/*")] == [2, 4]
    assert [entry["id"] for entry in await entries(status=404)] == [4]
    assert [entry["id"] for entry in await entries(task=task_id)] == [1, 2]
    assert [entry["id"] for entry in await entries(operation="listActions")] == [3]
    assert [entry["id"] for entry in await entries(limit=2)] == [1, 2]


async def test_whoever_waits_is_answered_once_enough_entries_fit(api, control):
    query = {"operation": "getTask", "wait": 30, "count": 2}
    waiting = asyncio.create_task(control.get(JOURNAL, params=query))
    task_id = await api.create()
    await api.task(task_id)
    await settle()
    assert not waiting.done()
    await api.task(task_id)
    assert [entry["id"] for entry in (await waiting).json()["entries"]] == [2, 3]


async def test_whoever_waits_in_vain_is_told_what_there_is(control):
    answer = await control.get(JOURNAL, params={"wait": 0.01})
    assert answer.json() == {"entries": [], "lastId": 0}


async def test_whoever_waits_in_a_world_that_goes_is_answered(control):
    await control.post("/worlds", json={"name": "blue"})
    waiting = asyncio.create_task(control.get("/worlds/blue/journal", params={"wait": 30}))
    await settle()
    await control.delete("/worlds/blue")
    assert (await waiting).json()["entries"] == []


async def test_a_journal_keeps_the_last_entries(api, control, entries):
    for _ in range(510):
        await api.get("/v2/tasks/none")
    kept = await entries()
    assert (len(kept), kept[0]["id"], kept[-1]["id"]) == (500, 11, 510)
    assert (await control.get(f"{JOURNAL}/10")).status_code == 404


async def test_a_journal_can_be_cleared(api, control, entries):
    await api.get("/v2/tasks")
    assert (await control.delete(JOURNAL)).status_code == 204
    assert await entries() == []
    await api.get("/v2/tasks")
    assert [entry["id"] for entry in await entries()] == [2]


async def test_no_token_and_no_secret_is_in_the_journal(api, control):
    planted = "planted-51f3"
    await api.create(body={"secrets": {"key": planted}})
    await api.get(f"/v2/tasks?access_token={planted}&x[secret]={planted}&limit=1&PASSWORD={planted}&%74oken={planted}")
    await api.get("/v2/tasks", headers={"authorization": f"Bearer {planted}", "cookie": planted})
    await api.post("/v2/autocomplete/github/x", json={"token": planted, "context": {}})
    await api.post("/v2/tasks", json={"templateRef": "hello-world", "values": {}, "secrets": {"a": [planted]}})
    told = (await control.get(JOURNAL)).text
    assert planted not in told
    assert planted not in repr(api.world.journal.find(EntryQuery()))
    assert "limit=1" in told


@pytest.mark.parametrize("query", ["a" * 60_000, "&" * 60_000, "=" * 60_000, "%74" * 20_000, "key" * 20_000])
async def test_a_long_query_takes_no_time_to_keep(api, query):
    began = time.process_time()
    await api.get(f"/v2/tasks?{query}")
    assert time.process_time() - began < 2


async def test_a_long_url_is_kept_in_part(api, entries):
    await api.get(f"/v2/tasks/{'x' * 10_000}")
    (entry,) = await entries()
    assert len(entry["url"]) < 2_100
    assert len(entry["task"]) < 2_100


async def test_the_control_is_not_in_the_journal(control):
    await control.get("/worlds")
    assert (await control.get(JOURNAL)).json()["lastId"] == 0


async def test_without_the_control_nothing_is_kept(make_api):
    api = make_api(control=False)
    answer = await api.get("/v2/tasks")
    assert "x-mock-journal" not in answer.headers
    assert len(api.world.journal) == 0


async def test_each_world_keeps_its_own_journal(api, control):
    await api.get("/v2/tasks", headers={"x-mock-world": "blue"})
    assert (await control.get(JOURNAL)).json()["entries"] == []
    assert len((await control.get("/worlds/blue/journal")).json()["entries"]) == 1
