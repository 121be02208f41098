"""The operations of the control API on the faults of a world."""

from typing import Any

from mock_server.answers import Answer, json_answer
from mock_server.clock import timestamp
from mock_server.control.addressed import addressed_world
from mock_server.faults.faults import AddedFault
from mock_server.faults.rule import FaultRule
from mock_server.request import Call
from mock_server.world import World


async def list_faults(call: Call) -> Answer:
    world = addressed_world(call)
    return json_answer(200, {"faults": [_to_json(world, added) for added in world.faults]})


async def add_fault(call: Call) -> Answer:
    world = addressed_world(call)
    return json_answer(201, _to_json(world, world.faults.add(FaultRule.of(call.body))))


async def remove_fault(call: Call) -> Answer:
    addressed_world(call).faults.remove(call.parameters["faultId"])
    return Answer(204)


async def clear_faults(call: Call) -> Answer:
    addressed_world(call).faults.clear()
    return Answer(204)


def _to_json(world: World, added: AddedFault) -> dict[str, Any]:
    return {
        "id": added.id,
        "rule": added.rule.to_json(),
        "requests": world.faults.uses(("control", added.id)),
        "endsAt": None if added.ends_at is None else timestamp(added.ends_at),
    }
