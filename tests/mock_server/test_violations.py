"""What is wrong with a value, in the words of Ajv."""

import pytest

from mock_server.violations import Violation, compile_schema, first_mistake, violations


def found(schema: dict | bool, value: object) -> list[Violation]:
    return violations(compile_schema(schema), value)


@pytest.mark.parametrize(
    ("schema", "value", "rule", "message", "argument"),
    [
        ({"required": ["a"]}, {}, "required", "must have required property 'a'", ("missingProperty", "a")),
        ({"type": "integer"}, "x", "type", "must be integer", ("type", "integer")),
        ({"type": "object"}, [], "type", "must be object", ("type", "object")),
        ({"minimum": 2}, 1, "minimum", "must be >= 2", ("limit", 2)),
        ({"maximum": 0.5}, 1, "maximum", "must be <= 0.5", ("limit", 0.5)),
        ({"minLength": 2}, "a", "minLength", "must NOT have fewer than 2 characters", ("limit", 2)),
        ({"maxLength": 1}, "ab", "maxLength", "must NOT have more than 1 characters", ("limit", 1)),
        ({"minItems": 1}, [], "minItems", "must NOT have fewer than 1 items", ("limit", 1)),
        ({"maxItems": 1}, [1, 2], "maxItems", "must NOT have more than 1 items", ("limit", 1)),
        ({"enum": ["a"]}, "b", "enum", "must be equal to one of the allowed values", ("allowedValues", "a")),
        ({"const": "a"}, "b", "const", "must be equal to constant", None),
        ({"uniqueItems": True}, [1, 1], "uniqueItems", "must NOT have duplicate items", None),
        ({"pattern": "^a$"}, "b", "pattern", 'must match pattern "^a$"', ("pattern", "^a$")),
        ({"anyOf": [{"type": "null"}, {"minimum": 2}]}, 1, "anyOf", "must match a schema in anyOf", None),
        ({"oneOf": [{}, {}]}, 1, "oneOf", "must match exactly one schema in oneOf", None),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"b": 1},
            "additionalProperties",
            "must NOT have additional properties",
            ("additionalProperty", "b"),
        ),
        ({"not": {}}, 1, "not", "must be valid", None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_rule_is_worded_as_ajv_words_it(schema, value, rule, message, argument):
    assert found(schema, value) == [Violation((), rule, message, argument)]


def test_a_valid_value_breaks_no_rule():
    assert found({"type": "string"}, "x") == []
    assert first_mistake(compile_schema({"type": "string"}), "x") is None


def test_every_broken_rule_is_told():
    schema = {"required": ["a", "b"], "properties": {"c": {"type": "string"}}}
    assert sorted(map(str, found(schema, {"c": 1}))) == [
        "/c must be string",
        "<root> must have required property 'a'",
        "<root> must have required property 'b'",
    ]


@pytest.mark.parametrize(
    ("location", "pointer"),
    [
        ((), ""),
        (("a", 0, "b"), "/a/0/b"),
        (("a/b",), "/a~1b"),
        (("a~b",), "/a~0b"),
        (("~1",), "/~01"),
        (("~/",), "/~0~1"),
        (("",), "/"),
        (("$ref", "ü ü"), "/$ref/ü ü"),
    ],
)
def test_a_location_is_written_as_a_json_pointer(location, pointer):
    assert Violation(location, "type", "must be string").pointer == pointer


def test_the_location_is_found_below_keys_with_slashes_and_tildes():
    (violation,) = found({"additionalProperties": {"items": {"type": "null"}}}, {"a/b~c": [None, 1]})
    assert violation.location == ("a/b~c", 1)
    assert violation.pointer == "/a~1b~0c/1"


def test_a_location_can_stand_below_another():
    (violation,) = violations(compile_schema({"items": {"type": "null"}}), [1], below=("body", "values"))
    assert violation.pointer == "/body/values/0"


def test_a_violation_of_the_whole_value_names_the_root():
    assert str(Violation((), "type", "must be object")) == "<root> must be object"


def test_a_violation_is_shown_with_its_pointer_rule_and_message():
    assert Violation(("a", 1), "type", "must be string", ("type", "string")).to_json() == {
        "pointer": "/a/1",
        "rule": "type",
        "message": "must be string",
    }


def mistake(schema: dict, value: object) -> str:
    found = first_mistake(compile_schema(schema), value)
    assert found is not None
    return str(found)


DURATION = {
    "oneOf": [
        {"type": "number", "minimum": 0},
        {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 2},
        {"const": "never"},
    ]
}
LINE = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "required": ["text"],
            "additionalProperties": False,
            "properties": {"text": {"type": "string"}, "use": DURATION},
        },
    ]
}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (DURATION, -1, "<root> must be >= 0"),
        (DURATION, [1], "<root> must NOT have fewer than 2 items"),
        (DURATION, [1, -1], "/1 must be >= 0"),
        (DURATION, [1, "x"], "/1 must be number"),
        (DURATION, "soon", "<root> must be number or must be array or must be equal to constant: never"),
        (DURATION, {}, "<root> must be number or must be array or must be equal to constant: never"),
        (LINE, {"txt": "x"}, "<root> must NOT have additional properties: txt"),
        (LINE, {"text": 5}, "/text must be string"),
        (LINE, {}, "<root> must have required property 'text'"),
        (LINE, {"text": "x", "use": -1}, "/use must be >= 0"),
        (LINE, {"text": "x", "use": [-1, 2]}, "/use/0 must be >= 0"),
        (LINE, 5, "<root> must be string or must be object"),
        ({"oneOf": [{}, {}]}, 1, "<root> must match exactly one schema in oneOf"),
    ],
    ids=str,
)
def test_of_alternatives_the_mistake_in_the_meant_one_is_named(schema, value, expected):
    assert mistake(schema, value) == expected


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"enum": ["info", "warn", 3]}, "loud", "<root> must be equal to one of the allowed values: info, warn, 3"),
        ({"const": "never"}, "ever", "<root> must be equal to constant: never"),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"a": 1, "b": 2, "c": 3},
            "<root> must NOT have additional properties: b, c",
        ),
        ({"enum": []}, 1, "<root> must be equal to one of the allowed values"),
    ],
)
def test_whoever_wrote_the_value_is_told_what_ajv_keeps_to_itself(schema, value, expected):
    assert mistake(schema, value) == expected


def test_a_pattern_that_would_take_for_ever_is_matched_in_linear_time():
    assert found({"pattern": "^(a+)+$"}, "a" * 50_000 + "!")[0].rule == "pattern"


LONE = "\ud800"


def test_half_a_character_is_a_character():
    assert found({"maxLength": 1}, LONE) == []
    assert found({"additionalProperties": {"type": "array"}}, {LONE: [LONE]}) == []


def test_a_mistake_beside_half_a_character_is_told_with_it():
    schema = {"additionalProperties": {"items": {"type": "string"}}}
    assert found(schema, {LONE: [LONE, 1]}) == [Violation((LONE, 1), "type", "must be string", ("type", "string"))]


def test_of_a_very_large_value_the_first_mistake_is_told():
    schema = {"type": "array", "maxItems": 9_000, "items": {"type": "string"}}
    assert len(found(schema, [1] * 8_000)) == 8_000
    assert [str(told) for told in found(schema, [1] * 10_000)] == ["<root> must NOT have more than 9000 items"]
    nested = [{"a": ["x"] * 99}] * 101
    assert [str(told) for told in found({"items": {"properties": {"a": {"maxItems": 1}}}}, nested)] == [
        "/0/a must NOT have more than 1 items"
    ]


def test_the_first_mistake_of_a_very_large_value_may_hold_lone_surrogates():
    (told,) = found({"additionalProperties": {"type": "string"}}, {f"\ud800{number}": 1 for number in range(10_001)})
    assert told.location == ("\ud8000",)
