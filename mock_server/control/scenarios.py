"""The operations of the control API on scenarios."""

from mock_server.answers import Answer, json_answer
from mock_server.control.worlds import world_to_json
from mock_server.request import Call


async def list_scenarios(call: Call) -> Answer:
    known = sorted(call.simulator.scenarios, key=lambda scenario: scenario.name)
    return json_answer(200, {"scenarios": [{"name": one.name, "description": one.description} for one in known]})


async def activate_scenario(call: Call) -> Answer:
    world = call.simulator.worlds.find(call.parameters["world"])
    world.scenario = call.simulator.scenarios.named(call.body["name"]).name
    return json_answer(200, await world_to_json(world))
