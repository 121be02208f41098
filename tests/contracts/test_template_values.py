"""Values for templates, made from nothing but the parameter schema."""

import json
import time
from pathlib import Path

import pytest
import yaml

from contracts.json_schema import accepts
from contracts.template_values import are_accepted, make_values
from mock_server.templates import check_values

DEMO = sorted(
    (
        entity
        for path in (Path(__file__).parents[2] / "scenarios" / "templates").glob("*.yaml")
        for entity in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        if entity["kind"] == "Template"
    ),
    key=lambda entity: entity["metadata"]["name"],
)


def form_of(entity):
    parameters = entity["spec"].get("parameters", [])
    pages = parameters if isinstance(parameters, list) else [parameters]
    return {"title": "A template", "steps": [{"title": "A page", "schema": page} for page in pages]}


@pytest.mark.parametrize("entity", DEMO, ids=lambda entity: entity["metadata"]["name"])
def test_every_demo_template_is_satisfied(entity):
    form = form_of(entity)
    values = make_values(form)
    assert are_accepted(form, values) is True
    check_values(entity, values)


def test_no_more_is_given_than_is_required():
    assert make_values(
        {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["b"]}
    ).keys() == {"b"}


STRING = {"type": "string"}
SATISFIABLE = {
    "nothing": {},
    "a plain schema": {"type": "object", "required": ["a"], "properties": {"a": STRING}},
    "required without a property": {"required": ["a"]},
    "required and of an additional property": {"required": ["a"], "additionalProperties": {"type": "integer"}},
    "a pattern": {"required": ["a"], "properties": {"a": {**STRING, "pattern": r"^[A-Z]{3}-\d{4,6}(x|y)?$"}}},
    "a pattern and a length": {
        "required": ["a"],
        "properties": {"a": {**STRING, "pattern": "^[0-9]+$", "minLength": 7, "maxLength": 9}},
    },
    "a pattern with a look ahead": {"required": ["a"], "properties": {"a": {**STRING, "pattern": "^(?!x)[a-z]+#$"}}},
    "a default that is refused": {"required": ["a"], "properties": {"a": {"type": "integer", "default": "one"}}},
    "an enumeration": {"required": ["a"], "properties": {"a": {"enum": [3, 4]}}},
    "a constant": {"required": ["a"], "properties": {"a": {"const": {"x": [1]}}}},
    "no type": {"required": ["a"], "properties": {"a": {}}},
    "a choice of types": {"required": ["a"], "properties": {"a": {"type": ["null", "integer"], "minimum": 3}}},
    "limits": {"required": ["a"], "properties": {"a": {"type": "integer", "exclusiveMinimum": 3, "maximum": 4}}},
    "a narrow gap": {"required": ["a"], "properties": {"a": {"type": "number", "exclusiveMinimum": 3, "maximum": 3.4}}},
    "multiples": {"required": ["a"], "properties": {"a": {"type": "integer", "minimum": 8, "multipleOf": 7}}},
    "distinct items": {
        "required": ["a"],
        "properties": {
            "a": {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"enum": ["x", "y", "y", "z"]}}
        },
    },
    "distinct texts": {
        "required": ["a"],
        "properties": {"a": {"type": "array", "minItems": 2, "uniqueItems": True, "items": STRING}},
    },
    "a tuple": {
        "required": ["a"],
        "properties": {"a": {"type": "array", "minItems": 2, "items": [STRING, {"type": "integer"}]}},
    },
    "objects in objects": {
        "required": ["a"],
        "properties": {"a": {"required": ["b"], "properties": {"b": {"required": ["c"], "properties": {"c": STRING}}}}},
    },
    "allOf": {
        "allOf": [{"required": ["a"], "properties": {"a": STRING}}, {"required": ["b"], "properties": {"b": STRING}}]
    },
    "allOf within a property": {
        "required": ["a"],
        "properties": {"a": {"allOf": [STRING, {"minLength": 30}, {"pattern": "^c"}]}},
    },
    "anyOf": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": False, "b": STRING}},
    "oneOf": {
        "required": ["kind"],
        "oneOf": [
            {"properties": {"kind": {"const": "x"}, "size": {"type": "integer"}}, "required": ["size"]},
            {"properties": {"kind": {"const": "y"}}},
        ],
    },
    "oneOf and anyOf": {
        "oneOf": [{"required": ["a"]}],
        "anyOf": [{"required": ["b"]}],
        "properties": {"a": {"type": "integer"}, "b": {"type": "boolean"}},
    },
    "if and then": {
        "required": ["a"],
        "properties": {"a": {"enum": ["yes"]}, "b": {"type": "integer"}},
        "if": {"properties": {"a": {"const": "yes"}}, "required": ["a"]},
        "then": {"required": ["b"]},
        "else": {"required": ["never"]},
    },
    "else": {
        "properties": {"a": STRING, "b": STRING},
        "if": {"required": ["a"]},
        "then": {"required": ["never"]},
        "else": {"required": ["b"]},
    },
    "a list of dependencies": {
        "required": ["a"],
        "properties": {"a": STRING, "b": {"type": "integer"}},
        "dependencies": {"a": ["b"]},
    },
    "a choice of dependencies": {
        "required": ["cloud"],
        "properties": {"cloud": {"type": "string", "enum": ["aws", "gcp"], "default": "gcp"}},
        "dependencies": {
            "cloud": {
                "oneOf": [
                    {"properties": {"cloud": {"enum": ["aws"]}, "account": STRING}, "required": ["account"]},
                    {
                        "properties": {"cloud": {"enum": ["gcp"]}, "project": {"type": "integer"}},
                        "required": ["project"],
                    },
                ]
            }
        },
    },
    "dependent schemas": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "required": ["a"],
        "properties": {"a": STRING},
        "dependentSchemas": {"a": {"required": ["b"], "properties": {"b": {"type": "boolean"}}}},
        "dependentRequired": {"b": ["c"]},
    },
    "references": {
        "definitions": {"name": {"type": "string", "pattern": "^n[0-9]$"}, "both": {"$ref": "#/definitions/name"}},
        "required": ["a", "b"],
        "properties": {
            "a": {"$ref": "#/definitions/both"},
            "b": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/name"}},
        },
    },
    "a recursive schema that ends": {
        "definitions": {
            "node": {"required": ["name"], "properties": {"name": STRING, "next": {"$ref": "#/definitions/node"}}}
        },
        "required": ["a"],
        "properties": {"a": {"$ref": "#/definitions/node"}},
    },
    "a picked repository": {
        "required": ["a"],
        "properties": {"a": {**STRING, "ui:field": "RepoUrlPicker", "ui:options": {"allowedHosts": ["git.example"]}}},
    },
    "formats": {
        "required": ["a", "b", "c"],
        "properties": {
            "a": {**STRING, "format": "email"},
            "b": {**STRING, "format": "uuid"},
            "c": {**STRING, "format": "color-of-the-day"},
        },
    },
}


@pytest.mark.parametrize("schema", SATISFIABLE.values(), ids=SATISFIABLE)
def test_what_can_be_satisfied_is(schema):
    values = make_values(schema)
    assert accepts(schema, values) is not False, values
    assert accepts({key: member for key, member in schema.items() if key != "$schema"}, values) is not False


def chain(length):
    """A schema that is 2 ** length schemas once every reference is followed."""
    links = {f"a{place}": {"anyOf": [{"$ref": f"#/definitions/a{place + 1}"}] * 2} for place in range(length)}
    return {"definitions": {**links, f"a{length}": {"type": "integer"}}, "anyOf": [{"$ref": "#/definitions/a0"}]}


def nested(depth):
    schema = {}
    for _ in range(depth):
        schema = {"type": "object", "required": ["a"], "properties": {"a": schema}}
    return schema


HOSTILE = {
    "itself": {"$ref": "#"},
    "all of itself": {"allOf": [{"$ref": "#"}] * 10},
    "itself without end": {"required": ["a", "b", "c"], "properties": {key: {"$ref": "#"} for key in "abc"}},
    "a reference that leads nowhere": {"required": ["a"], "properties": {"a": {"$ref": "#/definitions/none"}}},
    "a reference to elsewhere": {"required": ["a"], "properties": {"a": {"$ref": "http://127.0.0.1:9/schema"}}},
    "references that multiply": {"required": ["a"], "properties": {"a": chain(40)}},
    "references that multiply from the root": chain(40),
    "depth": nested(90),
    "no types": {"type": 5, "properties": [], "required": {"a": 1}, "allOf": 3, "oneOf": [1, None], "if": 2},
    "properties of no type": {"required": ["a", "b", 3, None], "properties": {"a": True, "b": 7}},
    "impossible": {"required": ["a"], "properties": {"a": {"type": "string", "minLength": 9, "maxLength": 2}}},
    "far too long": {"required": ["a"], "properties": {"a": {"type": "string", "minLength": 10**12}}},
    "far too many": {"required": ["a"], "properties": {"a": {"type": "array", "minItems": 10**12, "items": {}}}},
    "endless numbers": {
        "required": ["a", "b", "c"],
        "properties": {
            "a": {"type": "number", "minimum": float("inf")},
            "b": {"type": "number", "minimum": 10**400, "multipleOf": 0},
            "c": {"type": "number", "minimum": 1, "multipleOf": 1e-300, "default": float("inf")},
        },
    },
    "a wild pattern": {"required": ["a"], "properties": {"a": {"type": "string", "pattern": "^((a+)+)+b$(?<x"}}},
    "a pattern that is a class left open": {"required": ["a"], "properties": {"a": {"pattern": "[a-"}}},
    "a pattern nested without end": {"required": ["a"], "properties": {"a": {"pattern": "(" * 400}}},
    "odd options": {
        "required": ["a"],
        "properties": {"a": {"type": "string", "ui:field": "RepoUrlPicker", "ui:options": {"allowedHosts": [7]}}},
    },
    "an unknown dialect": {"$schema": "http://127.0.0.1:9/dialect", "required": ["a"]},
    "a form without pages": {"steps": [None, 3, {"schema": 4}, {}]},
}


@pytest.mark.parametrize("schema", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_schema_does_no_harm(schema):
    began = time.monotonic()
    values = make_values(schema)
    assert time.monotonic() - began < 3
    json.dumps(values, allow_nan=False)


def test_all_pages_are_filled_in():
    form = {
        "steps": [
            {"schema": {"required": ["a"], "properties": {"a": STRING}}},
            {"schema": {"required": ["b"], "properties": {"b": {"type": "integer"}}}},
        ]
    }
    values = make_values(form)
    assert values.keys() == {"a", "b"}
    assert are_accepted(form, values) is True
    assert are_accepted(form, {"a": "x", "b": "y"}) is False


def test_what_dialects_differ_over_is_not_decided():
    form = {"properties": {"a": {"items": [STRING, {"type": "integer"}]}}}
    assert are_accepted(form, {"a": [1, 2]}) is None
