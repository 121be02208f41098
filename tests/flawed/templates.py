"""Templates that say the wrong things of their parameters."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    Answer,
    App,
    Call,
    answering,
    changing_requests,
    editing_answers,
    editing_json,
    error_answer,
    json_answer,
)

OPERATION = {"getTemplateParameterSchema"}
CREATION = {"createTask"}


def editing_pages(app: App, edit: Callable[[dict[str, Any]], Any]) -> App:
    """Change the JSON Schema of each page."""

    def edited(call: Call, form: Any) -> Any:
        return {**form, "steps": [{**step, "schema": edit(step["schema"])} for step in form["steps"]]}

    return editing_json(app, OPERATION, edited)


def editing_properties(app: App, edit: Callable[[str, dict[str, Any]], Any]) -> App:
    """Change the JSON Schema of each parameter."""

    def edited(page: dict[str, Any]) -> Any:
        properties = page.get("properties", {})
        return {**page, "properties": {name: edit(name, schema) for name, schema in properties.items()}}

    return editing_pages(app, edited)


@defect("TEMPL-01", blames="getTemplateParameterSchema")
def template_is_locked_while_it_is_used(app: App) -> App:
    """As soon as a task of it was created, a template is nowhere to be found."""
    used: set[str] = set()

    def reply(call: Call) -> Answer | None:
        if call.operation == "createTask":
            used.add(str(call.json.get("templateRef")).rpartition("/")[2] if isinstance(call.json, dict) else "")
        elif call.parameters.get("name") in used:
            return error_answer(404, "NotFoundError", "it is locked")
        return None

    return answering(app, OPERATION | CREATION, reply)


@defect("TEMPL-01", blames="getTemplateParameterSchema")
def templates_are_found_once(app: App) -> App:
    """A template that was asked for is dropped from the cache and never found again."""
    asked: set[str] = set()

    def reply(call: Call) -> Answer | None:
        if call.path in asked:
            return error_answer(404, "NotFoundError", "not in the cache")
        asked.add(call.path)
        return None

    return answering(app, OPERATION, reply)


@defect("TEMPL-02", blames="getTemplateParameterSchema")
def steps_lie_flat(app: App) -> App:
    """The steps of the form are the JSON Schemas themselves."""
    return editing_json(
        app, OPERATION, lambda call, form: {**form, "steps": [step["schema"] for step in form["steps"]]}
    )


@defect("TEMPL-02", blames="getTemplateParameterSchema")
def schemas_are_texts(app: App) -> App:
    """The schema of a step is JSON in a text."""
    return editing_pages(app, json.dumps)


@defect("TEMPL-03", blames="getTemplateParameterSchema")
def required_is_a_flag_of_the_parameter(app: App) -> App:
    """Each parameter says of itself that it is required, as in the drafts of long ago."""
    return editing_properties(app, lambda name, schema: {**schema, "required": True})


@defect("TEMPL-03", blames="getTemplateParameterSchema")
def types_are_in_capitals(app: App) -> App:
    """The types are `String` and `Boolean`."""
    return editing_properties(app, lambda name, schema: {**schema, "type": schema.get("type", "string").title()})


@defect("TEMPL-03", blames="getTemplateParameterSchema")
def limits_are_texts(app: App) -> App:
    """Limits are written in quotes."""
    return editing_properties(
        app,
        lambda name, schema: {
            key: str(value) if key in {"minLength", "maxLength", "minimum"} else value for key, value in schema.items()
        },
    )


@defect("TEMPL-04", blames="getTemplateParameterSchema")
def pages_are_lists(app: App) -> App:
    """A page is described as a list."""
    return editing_pages(app, lambda page: {**page, "type": "array"})


@defect("TEMPL-04", blames="getTemplateParameterSchema")
def pages_are_strings_or_null(app: App) -> App:
    """A page is described like a field of it that may be left out."""
    return editing_pages(app, lambda page: {**page, "type": ["string", "null"]})


@defect("TEMPL-05", blames="getTemplateParameterSchema")
def definitions_are_left_behind(app: App) -> App:
    """Parameters refer to definitions that are not sent along."""
    return editing_properties(app, lambda name, schema: {"$ref": f"#/definitions/{name}"})


@defect("TEMPL-05", blames="getTemplateParameterSchema")
def references_start_one_level_too_high(app: App) -> App:
    """References count from the entity of the template."""

    def edit(page: dict[str, Any]) -> Any:
        return {
            **page,
            "definitions": {"text": {"type": "string"}},
            "properties": {**page.get("properties", {}), "note": {"$ref": "#/spec/parameters/definitions/text"}},
        }

    return editing_pages(app, edit)


@defect("TEMPL-06", blames="getTemplateParameterSchema")
def field_that_is_required_is_hidden(app: App) -> App:
    """Fields that are picked are taken from the schema, though they are required."""

    def edit(page: dict[str, Any]) -> Any:
        kept = dict(list(page.get("properties", {}).items())[1:])
        return {**page, "properties": kept}

    return editing_pages(app, edit)


@defect("TEMPL-06", blames="getTemplateParameterSchema")
def required_names_are_in_snake_case(app: App) -> App:
    """The names that are required are written in another style than the properties."""
    return editing_pages(app, lambda page: {**page, "required": [f"_{name}" for name in page.get("required", [])]})


@defect("TEMPL-07", blames="getTemplateParameterSchema")
def defaults_are_texts(app: App) -> App:
    """Every default is a text, numbers and flags too."""

    def edit(name: str, schema: dict[str, Any]) -> Any:
        return {**schema, "default": str(schema["default"])} if "default" in schema else schema

    return editing_properties(app, edit)


@defect("TEMPL-07", blames="getTemplateParameterSchema")
def defaults_are_empty(app: App) -> App:
    """A parameter without a default has null as its default."""
    return editing_properties(app, lambda name, schema: {"default": None, **schema})


@defect("TEMPL-08", blames="getTemplateParameterSchema")
def choices_are_objects(app: App) -> App:
    """Choices come with their labels, as objects."""

    def edit(name: str, schema: dict[str, Any]) -> Any:
        choices = [{"value": choice, "label": choice} for choice in schema.get("enum", ())]
        return {**schema, "enum": choices} if choices else schema

    return editing_properties(app, edit)


@defect("TEMPL-08", blames="getTemplateParameterSchema")
def flags_are_chosen_by_word(app: App) -> App:
    """A flag offers the words true and false."""

    def edit(name: str, schema: dict[str, Any]) -> Any:
        return {**schema, "enum": ["true", "false"]} if schema.get("type") == "boolean" else schema

    return editing_properties(app, edit)


@defect("TEMPL-09", blames="getTemplateParameterSchema")
def unknown_template_asks_nothing(app: App) -> App:
    """A template that does not exist is one without parameters."""

    def edit(call: Call, answer: Answer) -> Answer:
        return json_answer(200, {"title": call.parameters["name"], "steps": []}) if answer.status == 404 else answer

    return editing_answers(app, OPERATION, edit)


@defect("TEMPL-09", blames="getTemplateParameterSchema")
def namespace_is_ignored(app: App) -> App:
    """A template is found by its name, in whatever namespace."""

    def change(call: Call) -> Call:
        parts = call.path.split("/")
        parts[3] = "default"
        return replace(call, path="/".join(parts))

    return changing_requests(app, OPERATION, change)


@defect("TEMPL-09", blames="getTemplateParameterSchema")
def kind_is_ignored(app: App) -> App:
    """A template is found whatever its kind is said to be."""

    def change(call: Call) -> Call:
        parts = call.path.split("/")
        parts[4] = "template"
        return replace(call, path="/".join(parts))

    return changing_requests(app, OPERATION, change)


@defect("TEMPL-09", blames="getTemplateParameterSchema")
def kind_and_namespace_are_taken_in_any_order(app: App) -> App:
    """The path may begin with the kind as well as with the namespace."""

    def change(call: Call) -> Call:
        parts = call.path.split("/")
        if parts[3] == "template":
            parts[3], parts[4] = parts[4], parts[3]
        return replace(call, path="/".join(parts))

    return changing_requests(app, OPERATION, change)


@defect("TEMPL-09", blames="getTemplateParameterSchema")
def names_are_found_by_their_beginning(app: App) -> App:
    """The name is found by its first letters."""

    def change(call: Call) -> Call:
        parts = call.path.split("/")
        if parts[5].startswith("hello-world"):
            parts[5] = "hello-world"
        return replace(call, path="/".join(parts))

    return changing_requests(app, OPERATION, change)


@defect("TEMPL-09", blames="getTemplateParameterSchema")
def names_are_patterns(app: App) -> App:
    """The name goes into a LIKE: `%` finds the first template of all."""

    def change(call: Call) -> Call:
        parts = call.path.split("/")
        if call.parameters["name"] == "%":
            parts[5] = "hello-world"
        return replace(call, path="/".join(parts))

    return changing_requests(app, OPERATION, change)


@defect("TEMPL-09", blames="getTemplateParameterSchema")
def unknown_template_is_a_bad_request(app: App) -> App:
    """A template that does not exist is answered with 400."""

    def edit(call: Call, answer: Answer) -> Answer:
        return error_answer(400, "InputError", "no such template") if answer.status == 404 else answer

    return editing_answers(app, OPERATION, edit)


@defect("TEMPL-10", blames="getTemplateParameterSchema")
def pages_get_lost(app: App) -> App:
    """From the second time on, the last page is missing: the first answer took it off."""
    asked: set[str] = set()

    def edit(call: Call, form: Any) -> Any:
        steps = form["steps"][:-1] if call.path in asked else form["steps"]
        asked.add(call.path)
        return {**form, "steps": steps}

    return editing_json(app, OPERATION, edit)


@defect("TEMPL-10", blames="getTemplateParameterSchema")
def forms_of_different_templates_mix(app: App) -> App:
    """Every fourth answer is that to the request before, whatever template that was for."""
    answers: list[bytes] = []

    def edit(call: Call, answer: Answer) -> Answer:
        if answer.status != 200:
            return answer
        answers.append(answer.body)
        return Answer(200, answers[-2], answer.headers) if len(answers) % 4 == 0 else answer

    return editing_answers(app, OPERATION, edit)
