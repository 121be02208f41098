"""The operations of the catalog plugin."""

from mock_server.answers import Answer, json_answer
from mock_server.entity_refs import EntityRef
from mock_server.request import Call, NoSuchEntity


async def get_entity_by_name(call: Call) -> Answer:
    kind, namespace, name = (call.parameters[part] for part in ("kind", "namespace", "name"))
    entity = call.simulator.catalog.entities.get(EntityRef(kind, namespace, name))
    if entity is None:
        raise NoSuchEntity(f"No entity named '{name}' found, with kind '{kind}' in namespace '{namespace}'")
    return json_answer(200, entity)
