"""The operations of the tag Actions."""

from mock_server.answers import Answer, json_answer
from mock_server.request import Call


async def list_actions(call: Call) -> Answer:
    return json_answer(200, call.simulator.actions.to_json())
