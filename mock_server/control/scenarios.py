"""The operations of the control API on scenarios."""

import re
from typing import Any

from mock_server.answers import Answer, json_answer
from mock_server.control.addressed import addressed_world
from mock_server.control.worlds import world_to_json
from mock_server.request import Call, InvalidRequest
from mock_server.scenario import MissingScenario, Scenario
from mock_server.scenario_files import ScenarioReader

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ScenarioOperations:
    """Each function answers the operation of its name."""

    def __init__(self, reader: ScenarioReader) -> None:
        self._reader = reader

    async def list_scenarios(self, call: Call) -> Answer:
        known = sorted(call.simulator.scenarios, key=lambda scenario: scenario.name)
        return json_answer(200, {"scenarios": [{"name": one.name, "description": one.description} for one in known]})

    async def get_scenario(self, call: Call) -> Answer:
        name = call.parameters["scenario"]
        if name not in call.simulator.scenarios:
            raise MissingScenario(name)
        return json_answer(200, _to_json(call.simulator.scenarios.named(name)))

    async def put_scenario(self, call: Call) -> Answer:
        name = call.parameters["scenario"]
        if not _NAME.fullmatch(name):
            raise InvalidRequest("The name of a scenario is 1 to 64 letters, digits, '_' or '-'")
        scenario = self._reader.parse(call.body["source"], name)
        call.simulator.scenarios = call.simulator.scenarios.with_first(scenario)
        return json_answer(200, _to_json(scenario))

    async def activate_scenario(self, call: Call) -> Answer:
        world = addressed_world(call)
        world.scenario = call.simulator.scenarios.named(call.body["name"]).name
        return json_answer(200, await world_to_json(world))


def _to_json(scenario: Scenario) -> dict[str, Any]:
    return {"name": scenario.name, "description": scenario.description, "source": scenario.source}
