"""The operations of the tag Templates."""

from mock_server.answers import Answer, json_answer
from mock_server.entity_refs import EntityRef
from mock_server.request import Call
from mock_server.templates import parameter_schema, permitted
from mock_server.templating_extensions import load_templating_extensions


async def get_template_parameter_schema(call: Call) -> Answer:
    given = call.parameters
    template = call.simulator.catalog.template(EntityRef(given["kind"], given["namespace"], given["name"]))
    return json_answer(200, parameter_schema(permitted(template, call.permits)))


async def get_templating_extensions(_: Call) -> Answer:
    return json_answer(200, load_templating_extensions())
