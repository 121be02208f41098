"""Faults, tokens and the journal in the hand of a program, and what the API makes of them."""

import pytest

HELLO = {"templateRef": "hello-world", "values": {}}


async def test_a_world_has_no_faults_at_first(control):
    assert (await control.get("/worlds/default/faults")).json() == {"faults": []}


async def test_a_fault_strikes_from_the_moment_it_is_added(api, control):
    added = await control.post("/worlds/default/faults", json={"fault": "error", "code": 503})
    assert added.status_code == 201
    refused = await api.get("/v2/tasks")
    assert refused.status_code == 503
    assert refused.json() == {
        "error": {"name": "ServiceUnavailableError", "message": "The mock server was asked for this error"},
        "request": {"method": "GET", "url": "/v2/tasks"},
        "response": {"statusCode": 503},
    }


async def test_a_fault_is_listed_with_all_that_it_means(api, control):
    await control.post("/worlds/default/faults", json={"fault": "drop-after", "n": 3, "lifetime": 60})
    (shown,) = (await control.get("/worlds/default/faults")).json()["faults"]
    assert shown["rule"] == {
        "fault": "drop-after",
        "n": 3,
        "how": "cut",
        "operation": ["*"],
        "use": {"from": 1},
        "share": 1,
        "lifetime": 60,
    }
    assert (shown["id"], shown["requests"]) == ("1", 0)
    api.clock.advance(60_000)
    assert (await control.get("/worlds/default/faults")).json() == {"faults": []}


async def test_a_listed_rule_can_be_added_again(control):
    wanted = {
        "fault": "latency",
        "seconds": [0.5, 1],
        "operation": "get*",
        "use": 2,
        "share": 0.5,
        "seed": 3,
        "task": "x",
    }
    rule = (await control.post("/worlds/default/faults", json=wanted)).json()["rule"]
    assert (await control.post("/worlds/default/faults", json=rule)).json()["rule"] == rule


async def test_a_fault_is_for_its_operations_only(api, control):
    await control.post(
        "/worlds/default/faults", json={"fault": "error", "code": 500, "operation": ["createTask", "x*"]}
    )
    assert (await api.get("/v2/tasks")).status_code == 200
    assert (await api.post("/v2/tasks", json=HELLO)).status_code == 500


async def test_a_fault_is_for_its_task_only(api, control):
    one, other = await api.create(), await api.create()
    await control.post("/worlds/default/faults", json={"fault": "error", "code": 500, "task": one})
    assert (await api.get(f"/v2/tasks/{one}")).status_code == 500
    assert (await api.get(f"/v2/tasks/{other}")).status_code == 200


async def test_a_fault_of_the_second_use_strikes_the_second_request_that_it_is_for(api, control):
    rule = {"fault": "error", "code": 500, "operation": "listTasks", "use": 2}
    await control.post("/worlds/default/faults", json=rule)
    await api.get("/v2/actions")
    assert [(await api.get("/v2/tasks")).status_code for _ in range(4)] == [200, 500, 200, 200]
    (shown,) = (await control.get("/worlds/default/faults")).json()["faults"]
    assert shown["requests"] == 4


async def test_a_share_of_requests_is_drawn_and_can_be_repeated(make_api, control, api):
    rule = {"fault": "error", "code": 500, "share": 0.3, "seed": 11}
    drawn = []
    for world in ("one", "two"):
        await api.get("/v2/actions", headers={"x-mock-world": world})
        await control.post(f"/worlds/{world}/faults", json=rule)
        answers = [await api.get("/v2/tasks", headers={"x-mock-world": world}) for _ in range(60)]
        drawn.append([answer.status_code for answer in answers])
    assert drawn[0] == drawn[1]
    assert 8 <= drawn[0].count(500) <= 30


async def test_a_fault_of_one_world_is_none_of_another(api, control):
    await control.post("/worlds", json={"name": "blue"})
    await control.post("/worlds/blue/faults", json={"fault": "error", "code": 500})
    assert (await api.get("/v2/tasks")).status_code == 200
    assert (await api.get("/v2/tasks", headers={"x-mock-world": "blue"})).status_code == 500


async def test_a_fault_can_be_removed_and_all_can_be_cleared(api, control):
    for _ in range(3):
        await control.post("/worlds/default/faults", json={"fault": "error", "code": 500})
    assert (await control.delete("/worlds/default/faults/2")).status_code == 204
    assert (await control.delete("/worlds/default/faults/2")).status_code == 404
    assert [fault["id"] for fault in (await control.get("/worlds/default/faults")).json()["faults"]] == ["1", "3"]
    assert (await control.delete("/worlds/default/faults")).status_code == 204
    assert (await api.get("/v2/tasks")).status_code == 200


async def test_faults_do_not_strike_the_control(control):
    await control.post("/worlds/default/faults", json={"fault": "error", "code": 500})
    assert (await control.get("/worlds")).status_code == 200


async def test_a_world_has_so_many_faults_and_no_more(control):
    for _ in range(100):
        await control.post("/worlds/default/faults", json={"fault": "reset"})
    assert (await control.post("/worlds/default/faults", json={"fault": "reset"})).status_code == 409


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"fault": "nope"}, "request/body/fault must be equal to one of the allowed values"),
        ({"fault": "latency"}, "The fault 'latency' needs 'seconds'"),
        ({"fault": "reset", "n": 1}, "The fault 'reset' has no 'n'; it has done"),
        ({"fault": "buffer", "n": 1}, "The fault 'buffer' has no 'n'; it has nothing to say"),
        ({"fault": "latency", "seconds": [2, 1]}, "'seconds' go upwards from 0 to 31536000"),
        ({"fault": "error", "code": 200}, "request/body/code must be >= 400"),
        ({"fault": "reset", "nope": 1}, "request/body must NOT have additional properties"),
    ],
)
async def test_what_makes_no_fault_is_refused_with_the_reason(control, rule, message):
    refused = await control.post("/worlds/default/faults", json=rule)
    assert refused.status_code == 400
    assert refused.json()["error"]["message"].startswith(message)


async def test_an_error_can_be_told_of_what_was_done_all_the_same(api, control):
    rule = {"fault": "error", "code": 504, "done": True, "operation": "createTask"}
    await control.post("/worlds/default/faults", json=rule)
    assert (await api.post("/v2/tasks", json=HELLO)).status_code == 504
    assert (await api.get("/v2/tasks")).json()["totalTasks"] == 1


async def test_a_request_can_ask_for_an_error(api):
    assert (await api.get("/v2/tasks", headers={"prefer": "code=503"})).status_code == 503
    assert (await api.get("/v2/tasks?__code=418")).status_code == 418
    assert (await api.get("/v2/tasks?__fault=error;code=429")).status_code == 429


async def test_a_request_without_a_token_is_refused_before_it_can_ask_for_anything(api):
    refused = await api.get("/v2/tasks", headers={"prefer": "code=503", "authorization": ""})
    assert refused.status_code == 401


async def test_what_a_request_asks_for_makes_no_other_world_than_its_own(api):
    await api.get("/v2/tasks", headers={"prefer": "code=503", "x-mock-world": "blue", "authorization": ""})
    assert [world.name for world in api.server.simulator.worlds] == ["default"]


@pytest.mark.parametrize(
    "preference",
    ["code=200", "code=", "code=x", "fault=nope", "fault", "fault=drop-after; n=x", "fault=latency; seconds=nan"],
)
async def test_a_request_that_asks_for_no_fault_there_is_is_refused(api, preference):
    assert (await api.get("/v2/tasks", headers={"prefer": preference})).status_code == 400


async def test_preferences_of_others_are_left_alone(api):
    response = await api.get("/v2/tasks", headers={"prefer": 'return=minimal, wait=10; x="a,b", handling=lenient'})
    assert response.status_code == 200


async def test_a_request_of_a_scenario_with_faults_meets_them(make_api, tmp_path):
    (tmp_path / "gone.yaml").write_text("description: x\nfaults: [{fault: error, code: 503, operation: getTask}]\n")
    api = make_api(scenarios=[tmp_path])
    ordinary = await api.create()
    assert (await api.get(f"/v2/tasks/{ordinary}")).status_code == 200
    assert (await api.get(f"/v2/tasks/{ordinary}?__scenario=gone")).status_code == 503
    struck = await api.create(headers={"prefer": "scenario=gone"})
    assert (await api.get(f"/v2/tasks/{struck}")).status_code == 503
    assert (await api.get("/v2/tasks")).status_code == 200
    api.world.scenario = "gone"
    assert (await api.get(f"/v2/tasks/{ordinary}")).status_code == 200
    assert (await api.get("/v2/tasks/nope")).status_code == 503
