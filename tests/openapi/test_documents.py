"""The published documents are as they were given, and say the same."""

import hashlib

import jsonschema_rs
import pytest

from openapi.documents import PUBLISHED, TASK_STRUCTURE, load_meta_schema, load_published, load_task_structure

# JSON Structure has types of its own where OpenAPI has a format.
FORMATS = {"datetime": {"type": "string", "format": "date-time"}}


@pytest.mark.parametrize(
    ("path", "digest"),
    [
        (PUBLISHED, "2f3e33f7883aba6cd6b6f79823c57a5b87885e4a68223d6c6b18c0246e100e5d"),
        (TASK_STRUCTURE, "68c9cac43ca112e390c12aed051d36f9c5b60a221ae5cc94c833883e92c974fe"),
    ],
)
def test_a_published_document_is_byte_for_byte_as_given(path, digest):
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


def test_the_document_is_valid_openapi_3_1():
    document = load_published()
    assert document["openapi"] == "3.1.0"
    jsonschema_rs.Draft202012Validator(load_meta_schema()).validate(document)


def test_every_schema_of_the_document_is_one_of_draft_2020_12():
    schemas = list(schemas_in(load_published()["paths"]))
    assert len(schemas) == 20
    for schema in schemas:
        assert jsonschema_rs.meta.is_valid({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def schemas_in(value):
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "schema" and isinstance(item, dict):
                yield item
            yield from schemas_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from schemas_in(item)


def test_every_operation_has_an_id_of_its_own_and_asks_for_a_token():
    operations = [operation for item in load_published()["paths"].values() for operation in item.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids) == 9
    assert all(operation["security"] == [{"bearerAuth": []}] for operation in operations)


def bare(schema):
    """A schema in the words that both documents share: properties, types, enums."""
    if "properties" in schema:
        return {name: bare(item) for name, item in schema["properties"].items()}
    if "items" in schema:
        return [bare(schema["items"])]
    shared = {key: schema[key] for key in ("type", "format", "enum", "additionalProperties") if key in schema}
    return FORMATS.get(shared["type"], shared)


def test_the_structure_of_a_task_and_the_schema_of_a_task_agree():
    schema, structure = load_published()["components"]["schemas"]["Task"], load_task_structure()
    assert bare(structure) == bare(schema)
    assert list(bare(structure)) == [
        "id",
        "spec",
        "status",
        "createdAt",
        "lastHeartbeatAt",
        "completedAt",
        "createdBy",
    ]


def test_what_is_loaded_may_be_changed():
    load_published()["paths"].clear()
    assert load_published()["paths"]
