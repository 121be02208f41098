"""Catalogues of actions that are wrong."""

from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import App, Call, editing_json

OPERATION = {"listActions"}
DRAFT = "http://json-schema.org/draft-07/schema#"


def with_schema(actions: Any, side: str, schema: Any) -> Any:
    """The actions, the last of which has another schema."""
    last = actions[-1]
    return [*actions[:-1], {**last, "schema": {**last.get("schema", {}), side: schema}}]


@defect("ACT-01", blames="listActions")
def action_is_listed_twice(app: App) -> App:
    """Two modules register the same action, and both are listed."""
    return editing_json(app, OPERATION, lambda call, actions: [*actions, actions[0]])


@defect("ACT-01", blames="listActions")
def ids_lose_what_is_behind_the_last_colon(app: App) -> App:
    """`fetch:plain:file` is listed as `fetch:plain`, like `fetch:plain` itself."""

    def edit(call: Call, actions: Any) -> Any:
        return [
            {**action, "id": action["id"].rsplit(":", 1)[0]} if action["id"].count(":") > 1 else action
            for action in actions
        ]

    return editing_json(app, OPERATION, edit)


@defect("ACT-02", blames="listActions")
def no_action_is_registered(app: App) -> App:
    """The list is empty."""
    return editing_json(app, OPERATION, lambda call, actions: [])


@defect("ACT-02", blames="listActions")
def list_holds_actions_of_another_version_only(app: App) -> App:
    """A filter that lets nothing pass, unless somebody asks for it."""
    return editing_json(
        app, OPERATION, lambda call, actions: [action for action in actions if action.get("version") == "v2"]
    )


@defect("ACT-03", blames="listActions")
def schema_has_a_type_that_is_none(app: App) -> App:
    """The type of a property is that of the programming language."""
    return editing_json(
        app,
        OPERATION,
        lambda call, actions: with_schema(
            actions, "input", {"$schema": DRAFT, "type": "object", "properties": {"url": {"type": "str"}}}
        ),
    )


@defect("ACT-03", blames="listActions")
def schema_has_required_as_a_flag(app: App) -> App:
    """`required` is a flag of each property, as in the drafts of long ago."""
    return editing_json(
        app,
        OPERATION,
        lambda call, actions: with_schema(
            actions, "output", {"type": "object", "properties": {"url": {"type": "string", "required": True}}}
        ),
    )


@defect("ACT-03", blames="listActions")
def properties_are_a_list(app: App) -> App:
    """The properties of one action are a list of names."""
    return editing_json(
        app,
        OPERATION,
        lambda call, actions: with_schema(actions, "input", {"type": "object", "properties": ["url", "values"]}),
    )


@defect("ACT-04", blames="listActions")
def output_is_a_string(app: App) -> App:
    """The schema of an output is that of its only property."""
    return editing_json(app, OPERATION, lambda call, actions: with_schema(actions, "output", {"type": "string"}))


@defect("ACT-04", blames="listActions")
def input_is_a_list_of_objects(app: App) -> App:
    """The schema of an input is that of a list."""
    return editing_json(
        app,
        OPERATION,
        lambda call, actions: with_schema(actions, "input", {"type": "array", "items": {"type": "object"}}),
    )


@defect("ACT-05", blames="listActions")
def definitions_are_cut_off(app: App) -> App:
    """The schema refers to a definition that was left behind."""
    schema = {"type": "object", "properties": {"url": {"$ref": "#/definitions/url"}}}
    return editing_json(app, OPERATION, lambda call, actions: with_schema(actions, "input", schema))


@defect("ACT-05", blames="listActions")
def references_are_those_of_the_whole_document(app: App) -> App:
    """The schema refers to components of the server's own document."""
    schema = {"type": "object", "properties": {"url": {"anyOf": [{"$ref": "#/components/schemas/Url"}]}}}
    return editing_json(app, OPERATION, lambda call, actions: with_schema(actions, "output", schema))


@defect("ACT-06", blames="listActions")
def built_in_actions_are_missing(app: App) -> App:
    """Only what modules bring along is listed."""

    def edit(call: Call, actions: Any) -> Any:
        return [action for action in actions if not action["id"].startswith("debug:")]

    return editing_json(app, OPERATION, edit)


@defect("ACT-06", blames="listActions")
def ids_are_in_capitals(app: App) -> App:
    """The ids are not written as templates have to write them."""
    return editing_json(
        app, OPERATION, lambda call, actions: [{**action, "id": action["id"].title()} for action in actions]
    )


@defect("ACT-07", blames="listActions")
def last_action_comes_and_goes(app: App) -> App:
    """Every other answer comes from a replica that lacks a module."""
    answers = 0

    def edit(call: Call, actions: Any) -> Any:
        nonlocal answers
        answers += 1
        return actions[: -1 if answers % 2 else None]

    return editing_json(app, OPERATION, edit)


@defect("ACT-07", blames="listActions")
def plain_clients_see_less(app: App) -> App:
    """Who accepts everything gets only the first page of the list."""

    def edit(call: Call, actions: Any) -> Any:
        return actions[:10] if call.header("accept") == "application/json, text/plain, */*" else actions

    return editing_json(app, OPERATION, edit)


@defect("ACT-08", blames="listActions")
def required_input_is_not_described(app: App) -> App:
    """An input is required that the schema does not know."""
    schema = {"type": "object", "required": ["url"], "properties": {"targetPath": {"type": "string"}}}
    return editing_json(app, OPERATION, lambda call, actions: with_schema(actions, "input", schema))


@defect("ACT-08", blames="listActions")
def required_output_has_another_name(app: App) -> App:
    """The names that are required are in another style than those of the properties."""
    schema = {"type": "object", "required": ["remote_url"], "properties": {"remoteUrl": {"type": "string"}}}
    return editing_json(app, OPERATION, lambda call, actions: with_schema(actions, "output", schema))


@defect("ACT-09", blames="listActions")
def examples_are_objects(app: App) -> App:
    """The examples are parsed already."""

    def edit(call: Call, actions: Any) -> Any:
        return [{**actions[0], "examples": [{"description": "x", "example": {"steps": []}}]}, *actions[1:]]

    return editing_json(app, OPERATION, edit)


@defect("ACT-09", blames="listActions")
def examples_are_indented_with_tabs(app: App) -> App:
    """The example of an action is no YAML."""

    def edit(call: Call, actions: Any) -> Any:
        return [{**actions[0], "examples": [{"description": "x", "example": "steps:\n\t- id: a"}]}, *actions[1:]]

    return editing_json(app, OPERATION, edit)
