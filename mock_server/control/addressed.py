"""What a call of the control API is about."""

from mock_server.request import Call
from mock_server.world import World


def addressed_world(call: Call) -> World:
    """The world in the path. Raises UnknownWorld."""
    return call.simulator.worlds.find(call.parameters["world"])
