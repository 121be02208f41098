"""The operation of the tag Autocompletion."""

from mock_server.answers import Answer, json_answer
from mock_server.request import Call, InvalidRequest


async def autocomplete(call: Call) -> Answer:
    """What the scenario knows: the one that the request names, else the active one of the world."""
    if not call.body["token"]:
        # It is no query parameter, but this is what the real server says.
        raise InvalidRequest("Missing token query parameter")
    provider, resource = call.parameters["provider"], call.parameters["resource"]
    scenario = call.simulator.scenarios.named(call.scenario or call.world.scenario)
    suggestions = scenario.autocomplete.get(provider, {}).get(resource)
    if suggestions is None:
        raise InvalidRequest(f"Unsupported provider: {provider}")
    return json_answer(200, {"results": suggestions})
