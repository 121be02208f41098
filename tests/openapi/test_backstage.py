"""The overlay adds to the published document, and takes nothing from it."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from openapi.documents import load_backstage, load_backstage_overlay, load_meta_schema, load_published

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ADDED_OPERATIONS = {
    ("GET", "/v2/tasks/{taskId}/events"): "getTaskEvents",
    ("POST", "/v2/tasks/{taskId}/retry"): "retryTask",
    ("POST", "/v2/autocomplete/{provider}/{resource}"): "autocomplete",
    ("GET", "/v2/templating-extensions"): "getTemplatingExtensions",
}
# What only tells more; or, for `items` and `anyOf`, speaks of kinds of values that had not been allowed.
WIDENING = {"properties", "description", "examples", "items", "anyOf"}


def operations(document: dict) -> dict:
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def missing(before: Any, after: Any, at: str = "#") -> Iterator[str]:
    """Where something of the first value is not in the second."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key == "type" and isinstance(after.get(key), list):
                yield from () if value in after[key] else (f"{at}/{key}",)
            elif key in after:
                yield from missing(value, after[key], f"{at}/{key}")
            else:
                yield f"{at}/{key}"
    elif isinstance(before, list) and isinstance(after, list):
        yield from () if len(after) >= len(before) else (at,)
        for index, (old, new) in enumerate(zip(before, after, strict=False)):
            yield from missing(old, new, f"{at}/{index}")
    elif before != after:
        yield at


def added_keywords(before: Any, after: Any, *, is_schema: bool = False) -> Iterator[str]:
    """The keywords that schemas of the first document have got in the second."""
    if isinstance(before, dict):
        if is_schema:
            yield from after.keys() - before.keys()
        for key, value in before.items():
            if is_schema and key == "properties":
                for name, schema in value.items():
                    yield from added_keywords(schema, after[key][name], is_schema=True)
            else:
                yield from added_keywords(value, after[key], is_schema=key in {"schema", "items"})
    elif isinstance(before, list):
        for old, new in zip(before, after, strict=False):
            yield from added_keywords(old, new)


def places(value: Any) -> Iterator[dict]:
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from places(item)
    elif isinstance(value, list):
        for item in value:
            yield from places(item)


def test_everything_of_the_published_document_is_still_there():
    assert list(missing(load_published(), load_backstage())) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["paths"].pop("/v2/actions"),
        lambda document: document["info"].update(title="Another"),
        lambda document: document["tags"].pop(),
        lambda document: document["components"]["schemas"]["Task"].update(type=["array"]),
    ],
)
def test_what_is_not_there_any_more_would_be_noticed(change):
    document = load_published()
    change(document)
    assert list(missing(load_published(), document)) != []


def test_no_schema_of_the_published_document_allows_less():
    before, after = load_published(), load_backstage()
    assert set(added_keywords(before["paths"], after["paths"])) <= WIDENING
    for name, schema in before["components"]["schemas"].items():
        assert set(added_keywords(schema, after["components"]["schemas"][name], is_schema=True)) <= WIDENING


def test_four_operations_are_added():
    before, after = operations(load_published()), operations(load_backstage())
    assert {place: after[place]["operationId"] for place in after.keys() - before.keys()} == ADDED_OPERATIONS
    assert all(operation["security"] == [{"bearerAuth": []}] for operation in after.values())


def test_the_overlay_is_one_of_version_1_0_and_says_what_each_action_is_for():
    overlay = load_backstage_overlay()
    assert overlay["overlay"] == "1.0.0"
    assert set(overlay) == {"overlay", "info", "actions"}
    assert all(set(action) == {"target", "description", "update"} for action in overlay["actions"])


def test_the_document_is_valid_openapi_3_1():
    jsonschema_rs.Draft202012Validator(load_meta_schema()).validate(load_backstage())


def test_every_schema_is_one_of_draft_2020_12():
    document = load_backstage()
    schemas = [place["schema"] for place in places(document["paths"]) if isinstance(place.get("schema"), dict)]
    for schema in [*schemas, *document["components"]["schemas"].values()]:
        assert jsonschema_rs.meta.is_valid({"$schema": DIALECT, **schema}), schema


def test_every_reference_leads_somewhere():
    document = load_backstage()
    for place in places(document):
        if isinstance(place.get("$ref"), str):
            found: Any = document
            for key in place["$ref"].removeprefix("#/").split("/"):
                found = found[key]


def test_every_example_is_what_its_schema_says():
    document = load_backstage()
    tried = 0
    for place in places([document["paths"], document["components"]["responses"]]):
        schema = place.get("schema")
        if not isinstance(schema, dict):
            continue
        validator = jsonschema_rs.Draft202012Validator(
            schema | {"components": document["components"]}, validate_formats=True
        )
        examples = [example["value"] for example in place.get("examples", {}).values()]
        for example in [*examples, *([place["example"]] if "example" in place else [])]:
            validator.validate(example)
            tried += 1
    assert tried > 20


def test_every_link_leads_to_an_operation_and_names_its_parameters():
    after = {
        operation["operationId"]: (path, operation) for (_, path), operation in operations(load_backstage()).items()
    }
    links = [link for place in places(load_backstage()["paths"]) for link in place.get("links", {}).values()]
    assert len(links) == 9
    for link in links:
        path, _ = after[link["operationId"]]
        assert set(link["parameters"]) == set(re.findall(r"\{(\w+)\}", path))


def test_every_operation_says_what_a_refused_request_and_a_missing_token_get():
    for operation in operations(load_backstage()).values():
        assert {"400", "401"} <= operation["responses"].keys()
        assert not any(status.startswith("5") for status in operation["responses"])


def accepts(operation: tuple[str, str], parameter: str, value: Any) -> bool:
    parameters = operations(load_backstage())[operation]["parameters"]
    schema = next(entry["schema"] for entry in parameters if entry.get("name") == parameter)
    return jsonschema_rs.Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(
    ("parameter", "value", "accepted"),
    [
        ("createdBy", "user:default/guest", True),
        ("createdBy", ["user:default/guest", "user:default/other"], True),
        ("createdBy", [1], False),
        ("status", ["open"], True),
        ("order", ["desc:created_at", "asc:status"], True),
        ("order", ["desc:createdAt"], False),
        ("limit", 0, True),
        ("offset", -1, False),
    ],
)
def test_the_list_takes(parameter, value, accepted):
    assert accepts(("GET", "/v2/tasks"), parameter, value) == accepted


def event(type_: str, **body: Any) -> dict:
    return {
        "id": 1,
        "isTaskRecoverable": False,
        "taskId": "t",
        "body": body,
        "type": type_,
        "createdAt": "2026-01-01T00:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        (event("log", message="Beginning step One", stepId="one", status="processing"), True),
        (event("log"), False),
        (event("completion", message="Run completed with status: completed", output={"links": []}), True),
        (event("cancelled", message="Step 0 has been cancelled.", stepId=0, status="cancelled"), True),
        (event("recovered", recoverStrategy="startOver"), True),
        (event("recovered", message="Again"), False),
        (event("progress", message="Half of it"), False),
    ],
)
def test_an_event_is_one_of_four_kinds(value, accepted):
    document = load_backstage()
    schema = {"$ref": "#/components/schemas/TaskEvent", "components": document["components"]}
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(value) == accepted
