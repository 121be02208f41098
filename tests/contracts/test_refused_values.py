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


def values_against(schema, keyword):
    return [refused.values for refused in refused_values(schema, make_values(schema)) if refused.keyword == keyword]


def test_what_is_against_a_pattern_is_right_but_for_that():
    name = {"type": "string", "pattern": "^[A-Z]{2,3}-[0-9]+$", "minLength": 4, "maxLength": 6}
    schema = {"required": ["name"], "properties": {"name": name}}
    unlimited = {"required": ["name"], "properties": {"name": {**name, "pattern": ""}}}
    found = values_against(schema, "pattern")
    assert found
    assert all(accepts(unlimited, values) for values in found)
    assert {len(values["name"]) for values in values_against(schema, "maxLength")} == {7}
    assert all(values["name"][0].isupper() for values in values_against(schema, "maxLength"))


def test_values_within_values_are_wrong_too():
    schema = {
        "properties": {
            "owner": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "parts": {"type": "array", "items": {"type": "integer"}}},
            }
        }
    }
    nested = {(refused.keyword, refused.wrong) for refused in refused_values(schema, {}) if refused.nested}
    assert nested == {
        ("required", "without owner.name"),
        ("type", "owner.name is against its type"),
        ("type", "owner.parts is against its type"),
        ("type", "owner.parts.0 is against its type"),
    }


def test_a_schema_that_contains_itself_comes_to_an_end():
    schema = {"properties": {"a": {}}}
    inner = schema["properties"]["a"]
    for _ in range(50):
        inner.update(type="object", properties={"a": {}, "b": {"type": "integer"}})
        inner = inner["properties"]["a"]
    assert len(list(refused_values(schema, {}))) < 50
