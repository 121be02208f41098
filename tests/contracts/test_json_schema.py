"""What the judge makes of JSON Schemas that it did not write."""

import time

import pytest

from contracts.json_schema import DIALECTS, accepts, dangling_references, is_schema

DRAFT_07, DRAFT_2020_12, *_, DRAFT_04 = DIALECTS


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        {"type": "object", "ui:field": 3, "ui:options": {"type": "nonsense"}},
        {"$schema": DRAFT_07, "items": [{}]},
        {"$schema": DRAFT_07.rstrip("#"), "dependencies": {"a": ["b"]}},
        {"$schema": DRAFT_2020_12, "$defs": {}, "prefixItems": [{}]},
        {"minimum": 1, "exclusiveMinimum": True},
        {"$schema": "https://example.com/a-dialect-of-its-own", "type": "object"},
        {"properties": {"required": {"type": "boolean"}, "enum": {}}},
        {"default": {"type": 7}, "enum": [{"required": 1}]},
    ],
)
def test_schemas_of_any_dialect_are_valid(schema):
    assert is_schema(schema)


@pytest.mark.parametrize(
    "schema",
    [
        None,
        [],
        "object",
        {"type": "objekt"},
        {"required": True},
        {"properties": []},
        {"properties": {"a": {"type": "string", "required": True}}},
        {"$schema": DRAFT_07, "exclusiveMinimum": True},
        {"minLength": "3"},
        {"enum": "a"},
        {"maximum": float("inf")},
    ],
)
def test_what_no_dialect_knows_is_not_valid(schema):
    assert not is_schema(schema)


@pytest.mark.parametrize(
    ("schema", "dangling"),
    [
        ({"$ref": "#"}, []),
        ({"$ref": "#/definitions/a", "definitions": {"a": {}}}, []),
        ({"$ref": "#/definitions/a~1b%20c", "definitions": {"a/b c": {}}}, []),
        ({"allOf": [{}, {"$ref": "#/allOf/0"}]}, []),
        ({"$ref": "#anchor"}, []),
        ({"$ref": "other.json#/a"}, []),
        ({"properties": {"$ref": {"type": "string"}}}, []),
        ({"default": {"$ref": "#/nowhere"}}, []),
        ({"properties": {"a": {"$id": "http://example.com/a", "$ref": "#/nowhere"}}}, []),
        ({"properties": {"a": {"$ref": "#/nowhere"}}}, ["#/nowhere"]),
        ({"allOf": [{"$ref": "#/allOf/1"}]}, ["#/allOf/1"]),
    ],
)
def test_references_that_lead_nowhere_are_found(schema, dangling):
    assert dangling_references(schema) == dangling


def test_references_may_lead_into_the_document_around():
    assert dangling_references({"$ref": "#/shared"}, {"shared": {}}) == []


def test_formats_alone_decide_nothing():
    schema = {"type": "string", "format": "email"}
    assert accepts(schema, "a@example.com") is True
    assert accepts(schema, "none") is None
    assert accepts(schema, 7) is False


def test_parts_keep_their_references():
    root = {"definitions": {"number": {"type": "integer"}}}
    assert accepts({"$ref": "#/definitions/number"}, 1, root) is True
    assert accepts({"$ref": "#/definitions/number"}, "1", root) is False


def test_nothing_is_fetched():
    assert accepts({"$ref": "http://127.0.0.1:9/schema"}, 1) is None


def test_a_trap_is_not_stepped_into():
    links = {f"a{place}": {"anyOf": [{"$ref": f"#/definitions/a{place + 1}"}] * 2} for place in range(40)}
    trap = {"definitions": {**links, "a40": False}, "anyOf": [{"$ref": "#/definitions/a0"}]}
    began = time.monotonic()
    assert accepts(trap, 1) is None
    assert time.monotonic() - began < 2
