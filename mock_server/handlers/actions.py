"""The operations of the tag Actions."""

from mock_server.answers import Answer
from mock_server.request import Call


async def list_actions(call: Call) -> Answer:
    return call.simulator.actions.answer
