"""Values that a schema must refuse, made from the schema."""

from contracts.json_schema import accepts
from contracts.refused_values import refused_values
from contracts.template_values import make_values

SCHEMA = {
    "required": ["name", "size"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 9},
        "size": {"type": "integer", "minimum": 1, "exclusiveMaximum": 5},
        "kind": {"enum": ["a", "b"]},
        "tags": {"type": "array", "minItems": 1},
        "free": {},
    },
}


def found(schema):
    return {(refused.keyword, refused.wrong) for refused in refused_values(schema, make_values(schema))}


def test_every_keyword_has_values_against_it():
    assert {keyword for keyword, _ in found(SCHEMA)} == {
        *("required", "type", "pattern", "minLength", "maxLength", "minimum", "exclusiveMaximum", "enum", "minItems"),
    }


def test_all_of_them_are_beyond_doubt():
    for refused in refused_values(SCHEMA, make_values(SCHEMA)):
        assert accepts(SCHEMA, refused.values) is False


def test_limits_are_missed_by_one():
    values = [
        refused.values for refused in refused_values(SCHEMA, make_values(SCHEMA)) if refused.keyword == "maxLength"
    ]
    assert [len(value["name"]) for value in values] == [10]


def test_later_pages_are_told_apart():
    form = {"steps": [{"schema": {}}, {"schema": SCHEMA}]}
    assert {refused.page for refused in refused_values(form, make_values(form))} == {1}


def test_nothing_is_refused_by_what_asks_nothing():
    assert found({}) == set()
    assert found({"steps": []}) == set()
    assert found({"properties": [1], "required": 3}) == set()


def test_what_nobody_can_decide_is_left_alone():
    assert found({"required": ["a"], "$ref": "http://127.0.0.1:9/schema"}) == set()
