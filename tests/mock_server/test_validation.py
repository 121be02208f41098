import json
import math
import time
from pathlib import Path

import pytest

from mock_server.javascript.undefined import UNDEFINED
from mock_server.validation import InvalidSchema, stacks, validate, validate_secrets
from mock_server.validation.budget import Budget, check_extent, weight
from mock_server.validation.formats import FORMATS, conforms
from mock_server.validation.javascript import equal, is_true, json_text, member, number, text
from mock_server.validation.patterns import is_pattern, matches

RECORDED = json.loads((Path(__file__).parent / "data" / "jsonschema.json").read_text(encoding="utf-8"))["cases"]


def messages(instance: object, schema: object) -> list[str]:
    return [str(error["message"]) for error in validate(instance, schema)]


def nested(levels: int, key: str, innermost: object) -> object:
    value = innermost
    for _ in range(levels):
        value = {key: value}
    return value


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: json.dumps(case["schema"])[:70])
def test_errors_are_those_recorded_from_the_real_validator(case):
    assert json.dumps(validate(case["instance"], case["schema"])) == json.dumps(case["errors"])


@pytest.mark.parametrize(
    ("instance", "schema", "expected"),
    [
        (1, {"type": ["string", {"$id": "other", "type": "null"}]}, ["is not of a type(s) string,<other>"]),
        (1, {"type": "unheard-of"}, []),
        (1, {"type": 7}, []),
        (1, {"type": "date"}, ["is not of a type(s) date"]),
        (1.0, {"type": "integer"}, []),
        (True, {"type": "number"}, ["is not of a type(s) number"]),
        (math.inf, {"type": ["integer", "number"]}, ["is not of a type(s) integer,number"]),
        ("ab", {"maxLength": "1"}, ["does not meet maximum length of 1"]),
        ("ab", {"maxLength": "many"}, ["does not meet maximum length of many"]),
        ([1], {"minItems": [2]}, ["does not meet minimum length of 2"]),
        ([1, 2], {"maxItems": True}, ["does not meet maximum length of true"]),
        (1, {"maximum": None}, ["must be less than or equal to null"]),
        (1, {"maximum": 1, "exclusiveMaximum": True}, ["must be less than 1"]),
        (1, {"exclusiveMinimum": 1}, ["must be strictly greater than 1"]),
        (0.3, {"multipleOf": 0.1}, []),
        (5, {"multipleOf": 1.5}, ["is not a multiple of (divisible by) 1.5"]),
        (5, {"divisibleBy": 2}, ["is not divisible by (multiple of) 2"]),
        (5, {"multipleOf": "x"}, ['is not a multiple of (divisible by) "x"']),
        (1.5, {"multipleOf": 1e-320}, ["is not a multiple of (divisible by) 1e-320"]),
        ("5", {"multipleOf": 2}, []),
        (10**400, {"maximum": 5, "minimum": -(10**400)}, []),
        ("b", {"enum": ["a", None, ["x", None], {}, 1.0]}, ["is not one of enum values: a,null,x,,[object Object],1"]),
        (True, {"enum": [1]}, ["is not one of enum values: 1"]),
        ({"a": [1]}, {"const": {"a": [1.0]}}, []),
        ({"a": 1}, {"const": {"b": 1}}, ["does not exactly match expected constant: [object Object]"]),
        ([{"a": 1}, {"a": 1}], {"uniqueItems": True}, ["contains duplicate item"]),
        (["a", "b"], {"uniqueItems": True}, []),
        ([1, 1], {"uniqueItems": "yes"}, []),
        ("x", {"pattern": 5}, ['does not match pattern "5"']),
        ("x", {"format": "no-such-format"}, []),
        ({}, {"required": 5}, []),
        ({}, {"required": [5]}, ["requires property 5"]),
        ({}, {"properties": {"a": {"required": True}}}, ["is required"]),
        ({}, {"properties": {"a": {"required": True, "enum": [1], "const": 1, "not": {}}}}, ["is required"]),
        ({"a": 1}, {"properties": 5}, []),
        ({"a": 1}, {"properties": []}, []),
        ({"b": 1, "2": 1}, {"additionalProperties": {"type": "null"}}, ["is not of a type(s) null"] * 2),
        ({"ab": 1}, {"patternProperties": {"^a": {}}, "additionalProperties": False}, []),
        (
            {"b": 1},
            {"patternProperties": {"^a": {}}, "additionalProperties": False},
            ['is not allowed to have the additional property "b"'],
        ),
        ({"ab": 1}, {"propertyNames": {"maxLength": 1}}, ["does not meet maximum length of 1"]),
        ([1, "x"], {"items": [{"type": "number"}], "additionalItems": False}, ["additionalItems not permitted"]),
        (
            [1, "x"],
            {"items": [{"type": "number"}], "additionalItems": {"type": "number"}},
            ["is not of a type(s) number"],
        ),
        ([1, "x"], {"items": [{"type": "string"}]}, ["is not of a type(s) string"]),
        ([1], {"contains": {"type": "string"}}, ["must contain an item matching given schema"]),
        ([1, "x"], {"contains": {"type": "string"}}, []),
        ({"a": 1}, {"dependencies": {"a": "b"}}, ["property b not found, required by instance.a"]),
        ({"a": 1}, {"dependencies": {"a": ["a", "b"], "c": "d"}}, ["property b not found, required by instance.a"]),
        ({"a": 1}, {"dependencies": {"a": True}}, []),
        (1, {"anyOf": [{"$id": "x", "type": "null"}, False]}, ["is not any of <x>,[subschema 1]"]),
        (
            1,
            {"oneOf": [{"$ref": "#/definitions/d"}], "definitions": {"d": False}},
            ["is not exactly one from <#/definitions/d>"],
        ),
        (1, {"allOf": [{"type": "number"}, {"minimum": 0}]}, []),
        (1, {"not": {"type": "number"}}, ["is of prohibited type [object Object]"]),
        (1, {"not": {"id": "n"}}, ["is of prohibited type n"]),
        (1, {"disallow": ["string", "number"]}, ["is of prohibited type number"]),
        (1, {"not": False}, []),
        (1, {"if": {"type": "number"}, "then": {"minimum": 2}}, ["must be greater than or equal to 2"]),
        (1, {"if": {"type": "string"}, "then": {"minimum": 2}}, []),
        (1, {"unknown": 5, "nullable": True, "description": 5}, []),
        (1, {"patternProperties": {}, "dependencies": {}, "contains": {}, "propertyNames": {}, "items": {}}, []),
        ({"a": 1}, {"dependencies": {"a": {"required": ["a"]}}}, []),
        (1, {"definitions": {"a": {"$id": "x"}, "b": {"$id": "x"}}}, []),
        (1, True, []),
        (1, [], []),
    ],
)
def test_a_keyword_means_what_the_real_validator_takes_it_to_mean(instance, schema, expected):
    assert messages(instance, schema) == expected


@pytest.mark.parametrize(
    "keyword", ["type", "anyOf", "oneOf", "allOf", "if", "enum", "const", "not", "format", "pattern"]
)
def test_a_keyword_ignores_a_property_that_is_absent(keyword):
    assert validate({}, {"properties": {"a": {keyword: False}}}) == []


def test_errors_follow_the_order_of_the_keys_of_the_schema():
    schema = {"required": ["x"], "additionalProperties": False, "properties": {"a": {"type": "null"}}}
    assert [error["name"] for error in validate({"a": 1, "b": 2}, schema)] == [
        "required",
        "additionalProperties",
        "type",
    ]
    assert [error["name"] for error in validate({"a": 1, "b": 2}, dict(reversed(schema.items())))] == [
        "type",
        "additionalProperties",
        "required",
    ]


def test_keys_that_look_like_indices_come_first():
    assert [error["argument"] for error in validate({"b": 1, "10": 1, "9": 1}, {"additionalProperties": False})] == [
        "9",
        "10",
        "b",
    ]


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("plain", "instance.plain"),
        ("with-dash", "instance.with-dash"),
        ("", "instance."),
        ("12", "instance[12]"),
        ("1a", 'instance["1a"]'),
        ("full name", 'instance["full name"]'),
        ("a.b", 'instance["a.b"]'),
        ("line\nbreak", 'instance["line\\nbreak"]'),
    ],
)
def test_a_place_is_written_as_javascript_would_reach_it(key, written):
    (error,) = validate({key: 1}, {"properties": {key: False}})
    assert (error["property"], error["path"]) == (written, [key])


def test_the_root_can_be_given_another_name():
    (error,) = validate({"a": 1}, {"properties": {"a": False}}, root="values")
    assert (error["property"], error["stack"]) == ("values.a", "values.a is not of a type(s) ")


def test_a_schema_with_an_id_is_reported_by_its_id():
    (error,) = validate(1, {"$id": "http://example.com/s", "type": "string"})
    assert error["schema"] == "http://example.com/s"


def test_an_error_about_something_absent_has_no_instance():
    (error,) = validate({}, {"properties": {"a": {"required": True}}})
    assert list(error) == ["path", "property", "message", "schema", "name", "stack"]


def test_an_error_of_all_of_holds_what_failed_beneath_it():
    summary, detail = validate("x", {"allOf": [{"$ref": "#/definitions/d"}], "definitions": {"d": {"minLength": 2}}})
    assert summary["argument"]["id"] == "<#/definitions/d>"
    assert summary["argument"]["valid"]["schema"] == {"minLength": 2}
    assert summary["argument"]["valid"]["errors"] == [detail]


@pytest.mark.parametrize(
    ("reference", "rest"),
    [
        ("#/definitions/a b", {"definitions": {"a b": False}}),
        ("#/definitions/a%20b", {"definitions": {"a b": False}}),
        ("#/$defs/a~1b", {"$defs": {"a/b": False}}),
        ("#/$defs/list/1", {"$defs": {"list": [True, False]}}),
        ("#named", {"definitions": {"d": {"$id": "#named", "type": "null"}}}),
        ("other", {"definitions": {"d": {"id": "other", "type": "null"}}}),
        ("http://example.com/d#", {"definitions": {"d": {"$id": "http://example.com/d", "type": "null"}}}),
        ("urn:d#/definitions/e", {"$id": "urn:d", "definitions": {"e": {"type": "null"}}}),
    ],
)
def test_a_reference_is_followed_within_the_document(reference, rest):
    (error,) = validate({"a": 1}, {"properties": {"a": {"$ref": reference, "type": "ignored"}}, **rest})
    assert error["property"] == "instance.a"


def test_an_address_inside_a_branch_is_known_beneath_it():
    schema = {"then": {"$id": "branch", "properties": {"a": {"$ref": "branch#/properties/b"}, "b": False}}, "if": {}}
    assert [error["property"] for error in validate({"a": 1}, schema)] == ["instance.a"]


def test_a_schema_that_refers_to_itself_is_applied_to_a_finite_value():
    tree = {"type": "object", "properties": {"child": {"$ref": "#"}}}
    assert validate({"child": {"child": {}}}, tree) == []
    assert stacks({"child": {"child": 1}}, tree) == ["instance.child.child is not of a type(s) object"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"extends": {"type": "string"}}, ["is not of a type(s) string"]),
        ({"extends": [{"minimum": 2}, {"maximum": 0}]}, 2 * [None]),
        ({"type": "string", "extends": {"type": ["null"]}}, ["is not of a type(s) string,null"]),
        ({"type": ["string"], "extends": {"type": ["null", "string"]}}, ["is not of a type(s) string,null"]),
        ({"type": "null", "extends": {"type": ["null"]}}, ["is not of a type(s) null"]),
        (
            {"extends": {"$ref": "#/definitions/d"}, "definitions": {"d": {"type": "null"}}},
            ["is not of a type(s) null"],
        ),
        ({"allOf": [{"minimum": 2}], "extends": {"allOf": [{"minimum": 3}]}}, 2 * [None]),
        ({"allOf": [], "extends": {"allOf": [False]}}, 2 * [None]),
        ({"extends": {"items": {}}, "items": [{}]}, []),
    ],
)
def test_a_schema_can_extend_others(schema, expected):
    found = messages(1, schema)
    assert len(found) == len(expected)
    assert all(want in (None, have) for want, have in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    "schema",
    [
        None,
        "schema",
        5,
        {"type": None},
        {"enum": 5},
        {"anyOf": {}},
        {"oneOf": None},
        {"allOf": "x"},
        {"allOf": [None]},
        {"if": 5},
        {"if": {}, "then": 5},
        {"properties": {"a": None}},
        {"properties": {"a": "string"}},
        {"patternProperties": {"a": None}},
        {"propertyNames": 5},
        {"dependencies": {"a": None}},
        {"$ref": "#/nowhere"},
        {"$ref": "#/type/deeper", "type": "x"},
        {"$ref": "http://example.com/elsewhere"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "http://[broken"},
        {"$ref": "x" * 3000},
        {"$ref": "#"},
        {"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/a"}}},
        {"properties": {"absent": {"$ref": "#/properties/absent"}}},
        {"definitions": {"a": {"$id": "x", "type": "null"}, "b": {"$id": "x"}}},
        {"extends": [None]},
        {"extends": {"allOf": ["x"]}, "allOf": 5},
        {"extends": {"type": ["x"]}, "type": {}},
        {"extends": {"type": ["x", "x", {}]}, "type": ["x"]},
        {"extends": {"allOf": ["x", "y", {}]}, "allOf": [{"allOf": []}]},
        {"extends": {"allOf": [{"not": {}}]}, "allOf": []},
    ],
)
def test_a_schema_that_makes_no_sense_is_refused(schema):
    with pytest.raises(InvalidSchema):
        validate({"a": 1}, schema)


@pytest.mark.parametrize(
    ("instance", "schema"),
    [
        (5, {"multipleOf": 0}),
        (5, {"divisibleBy": ""}),
        ("text", {"pattern": "("}),
        ("text", {"pattern": None}),
        ("text", {"pattern": "a" * 20_000}),
        ("text", {"pattern": "\ud800"}),
        ([], {"contains": 5}),
        ([5], {"items": None}),
    ],
)
def test_a_keyword_that_makes_no_sense_is_refused_once_it_applies(instance, schema):
    assert validate(None, schema) == []
    with pytest.raises(InvalidSchema):
        validate(instance, schema)


@pytest.mark.parametrize(
    ("pattern", "subject", "found"),
    [
        ("^[a-z]+$", "abc", True),
        ("^[a-z]+$", "abc\n", False),
        (r"\d", "٣", False),
        ("^(?!.*--)[a-z-]+$", "a--b", False),
        (r"(a)\1", "aa", True),
        ("^{{x}}$", "{{x}}", True),
        ("^a{2}$", "aa", True),
        ("^.$", "😀", True),
        ("^.$", "\ud800", True),
        ("(?:a?b?){300}[ab]{300}c", "ab" * 100, False),
    ],
)
def test_a_pattern_is_an_expression_of_ecmascript(pattern, subject, found):
    assert matches(pattern, subject, Budget()) is found


@pytest.mark.parametrize(
    ("pattern", "subject"),
    [
        ("^(a|aa)+(?!x)$", "a" * 600 + "!"),
        ("^(?=a)(a|aa)+$", "a" * 50_000 + "!"),
        ("^a*$", "a" * 1_000_000),
    ],
)
def test_a_pattern_that_takes_too_long_is_refused(pattern, subject):
    with pytest.raises(InvalidSchema, match="too long"):
        validate(subject, {"pattern": pattern})


def test_a_pattern_of_exponential_fame_matches_in_linear_time():
    assert messages("a" * 50 + "!", {"pattern": "^(a+)+$"}) == ['does not match pattern "^(a+)+$"']


EXAMPLES = {
    "date-time": (["2020-01-02T03:04:05.6Z", "2020-01-02 24:59:60+10:60"], ["2020-01-02", "2020-13-02T03:04:05Z"]),
    "date": (["2020-01-02", "2020-00-31"], ["2020-1-2", "2020-01-02\n"]),
    "time": (["23:59:60"], ["23:59", "23:59:59Z"]),
    "duration": (["P1D", "about PT5S"], ["P", "5S"]),
    "email": (["a.b@c.de", "a@[1.2.3.4]"], ["a@b", "a..b@c.de", "é@c.de"]),
    "idn-email": (["é@ü", '"a\\ b"@[x]'], ["a b@c", "@c"]),
    "hostname": (["a", "a-b.c."], ["-a", "a_b", "a" * 64]),
    "host-name": (["a.b"], ["a..b"]),
    "ip-address": (["1.2.3.4", "01.02.003.4"], ["1.2.3", "256.1.1.1"]),
    "ipv4": (["255.0.0.1"], ["1.2.3.4.5"]),
    "ipv6": (["::1", " ::ffff:1.2.3.4 ", "fe80::1%eth0", "::1%a\n"], ["1::2::3", "12345::", "::1%", "::1%a\nb"]),
    "uri": (["https://x.y/z", "a:b"], ["x.y/z", "a: b"]),
    "uri-reference": (["/a?b#c", "a/b:c", "//h:80/x", ""], ["a b", "s://h:x", "http://u@h/", "é"]),
    "iri": (["a:é"], ["é"]),
    "iri-reference": (["é/b", "http://h/é"], ["a b"]),
    "uuid": (["123E4567-e89b-12d3-a456-426614174000"], ["123e4567"]),
    "json-pointer": (["", "/a/~0/~1"], ["a", "/~2", "/é"]),
    "relative-json-pointer": (["1/a", "0#"], ["/a"]),
    "utc-millisec": (["123", "12.0", "0x1f"], ["1e3", "12.5", "x", "12x"]),
    "regex": (["^a{2}$", "a{"], ["("]),
    "regexp": (["a"], ["["]),
    "pattern": (["a"], ["*"]),
    "style": (["color: red", "::"], ["color", " :"]),
    "color": (["red", "#fff", "rgb(1, 2, 255)", "rgb(10%,0%,100%)"], ["#ff", "reddish", "rgb(1,2,256)"]),
    "phone": (["+1 234 567 890"], ["12345678"]),
    "alpha": (["aZ"], ["a1"]),
    "alphanumeric": (["a1"], ["a-1", ""]),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_accepts_and_rejects_what_the_real_validator_does(name):
    valid, invalid = EXAMPLES[name]
    assert [value for value in valid if not conforms(value, name, Budget())] == []
    assert [value for value in invalid if conforms(value, name, Budget())] == []


def test_a_format_says_nothing_about_what_is_not_a_string():
    assert validate(5, {"format": "date"}) == []


@pytest.mark.parametrize(
    "schema", [nested(10_000, "not", {}), nested(10_000, "items", {}), nested(10_000, "extends", {})]
)
def test_a_schema_nested_very_deeply_is_refused(schema):
    with pytest.raises(InvalidSchema, match="nested"):
        validate({}, schema)


def test_a_value_nested_very_deeply_is_refused():
    with pytest.raises(InvalidSchema, match="nested"):
        validate(nested(10_000, "a", 1), {"properties": {"a": {"$ref": "#"}}})


def test_a_value_that_contains_itself_is_refused():
    value: dict[str, object] = {}
    value["a"] = value
    with pytest.raises(InvalidSchema, match="nested"):
        validate(value, {})


def test_a_value_whose_parts_are_shared_over_and_over_is_refused():
    value: list[object] = []
    for _ in range(40):
        value = [value, value]
    with pytest.raises(InvalidSchema, match="values"):
        check_extent(value)


def test_a_schema_whose_alternatives_multiply_is_refused():
    doubled = {f"d{step}": {"anyOf": [{"$ref": f"#/definitions/d{step + 1}"}] * 2} for step in range(40)}
    with pytest.raises(InvalidSchema, match="too long"):
        validate(1, {"$ref": "#/definitions/d0", "definitions": {**doubled, "d40": False}})


def test_errors_whose_report_doubles_with_every_level_are_refused():
    schema: object = {"type": "string"}
    for _ in range(40):
        schema = {"allOf": [schema]}
    with pytest.raises(InvalidSchema, match="report"):
        validate(1, schema)


def test_errors_beyond_a_certain_length_are_left_out():
    crowd = {f"key{number}": "x" * 1000 for number in range(1000)}
    errors = validate(crowd, {"additionalProperties": False})
    assert 0 < len(errors) < len(crowd)


@pytest.mark.parametrize(
    ("instance", "schema"),
    [
        ([1] * 3000, {"uniqueItems": True}),
        ([1] * 3000, {"items": {"enum": list(range(2, 3000))}}),
        ([1] * 3000, {"items": {"enum": ["x" * 100_000]}}),
        ([1] * 90_000, {"items": {}}),
        ([1] * 3000, {"items": {"if": True, "then": {"$id": "a", "not": False}}, **{f"k{n}": 0 for n in range(9)}}),
        (["("] * 3000, {"items": {"format": "regex"}}),
        (1, {"properties": {"x" * 1_000_000: {"properties": {f"k{n}": {} for n in range(1000)}}}}),
        (1, {"extends": [{"properties": {f"k{n}": {} for n in range(300)}}] * 300}),
        ({}, {"required": [f"k{n}" for n in range(50_000)]}),
        ("x", {"allOf": [{"type": "null"}] * 5_000}),
        ({f"k{n}": 1 for n in range(50_000)}, {"additionalProperties": False}),
        ({"a": 1}, {"oneOf": [{"required": ["a"], "properties": {"a": {"type": "number"}}}] * 20_000}),
        ([1.5] * 30_000, {"items": {"multipleOf": 1e-300}}),
        ("a" * 10_000, {"pattern": "(a{1,50}){1,50}b"}),
        ("a", {"allOf": [{"pattern": f"{n}|" + "b|" * 4_000} for n in range(50)]}),
        ("a" * 300, {"allOf": [{"pattern": f"(?=a)(a+)+b{n}"} for n in range(80)]}),
        ({f"k{n}": 1 for n in range(300)}, {"patternProperties": {f"^k{n}(a|b)*$": {} for n in range(300)}}),
    ],
)
def test_work_without_end_is_refused_or_ends(instance, schema):
    began = time.process_time()
    try:
        errors = validate(instance, schema)
    except InvalidSchema:
        errors = []
    assert errors == []
    # Some hundred milliseconds on an idle machine; coverage and busy machines are slower.
    assert time.process_time() - began < 3


SECRETS = {
    "required": ["tok"],
    "properties": {
        "tok": {"type": "string", "minLength": 3},
        "db": {"required": ["password"]},
        "all": {"allOf": [{"maxLength": 1}]},
    },
}


def test_a_missing_secret_is_reported_as_the_real_server_does():
    assert validate_secrets({}, SECRETS) == [
        {
            "path": [],
            "property": "secrets",
            "message": "secrets.tok is required",
            "schema": SECRETS,
            "instance": {},
            "name": "required",
            "argument": "tok",
            "stack": 'instance requires property "tok"',
        }
    ]


def test_a_secret_that_is_missing_deeper_is_called_by_its_own_name():
    (error,) = validate_secrets({"tok": "abc", "db": {}}, SECRETS)
    assert (error["property"], error["message"]) == ("secrets.db", "secrets.password is required")


def test_a_wrong_secret_is_not_shown():
    (error,) = validate_secrets({"tok": "ab"}, SECRETS)
    assert error["message"] == "secrets.tok does not meet minimum length of 3"
    assert error["stack"] == "instance.tok does not meet minimum length of 3"
    assert error["instance"] == {}


def test_no_error_repeats_a_secret_anywhere():
    errors = validate_secrets({"tok": "abc", "all": "hunter2"}, SECRETS)
    assert [error["name"] for error in errors] == ["allOf", "maxLength"]
    assert "hunter2" not in json.dumps(errors)


def test_secrets_that_satisfy_their_schema_have_no_errors():
    assert validate_secrets({"tok": "abc"}, SECRETS) == []


def test_stacks_tell_the_errors_of_an_input_in_one_line_each():
    schema = {"properties": {"message": {"type": "string"}}, "additionalProperties": False}
    assert ", ".join(stacks({"message": 1, "foo": 2}, schema)) == (
        'instance.message is not of a type(s) string, instance is not allowed to have the additional property "foo"'
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-1.5, "-1.5"),
        (100, "100"),
        (1e21, "1e+21"),
        (1.5e300, "1.5e+300"),
        (123456789012345680000, "123456789012345680000"),
        (0.000001, "0.000001"),
        (1e-7, "1e-7"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        (10**400, "Infinity"),
        (False, "false"),
        (UNDEFINED, "undefined"),
        ([1, [None, "a"], {}], "1,,a,[object Object]"),
    ],
)
def test_a_value_is_written_as_javascript_writes_it(value, written):
    assert text(value) == written


def test_a_value_is_written_as_json_with_the_numbers_of_javascript():
    assert json_text({"b": [1.0, None], "1": "é\n"}) == '{"1":"é\\n","b":[1,null]}'


@pytest.mark.parametrize(
    ("value", "converted"),
    [
        ("", 0),
        (" 12 ", 12),
        ("0x1f", 31),
        ("-Infinity", -math.inf),
        (None, 0),
        (True, 1),
        ([], 0),
        (["2"], 2),
        ([[3]], 3),
        (-(10**400), -math.inf),
    ],
)
def test_a_value_is_converted_to_a_number_as_javascript_does(value, converted):
    assert number(value) == converted


@pytest.mark.parametrize("value", ["x", "1_000", [1, 2], [True], {}, UNDEFINED, "1" * 2000])
def test_what_is_no_number_is_converted_to_none(value):
    assert math.isnan(number(value))


@pytest.mark.parametrize(
    ("left", "right", "same"), [({}, [], True), ([], {}, False), ({"0": 1}, [1], True), (0, "", False)]
)
def test_equality_is_that_of_the_real_validator(left, right, same):
    assert equal(left, right) is same


@pytest.mark.parametrize(
    ("value", "true"), [([], True), ({}, True), ("", False), (0, False), (math.nan, False), (UNDEFINED, False)]
)
def test_truth_is_that_of_javascript(value, true):
    assert is_true(value) is true


@pytest.mark.parametrize(("value", "key"), [([1], "1"), ([1], "01"), ("x", "0"), ({}, "a")])
def test_a_member_that_is_not_there_is_undefined(value, key):
    assert member(value, key) is UNDEFINED


def test_weighing_stops_at_its_limit():
    assert weight({"key": ["x" * 100] * 1000}, 500) < 1000


def test_what_no_engine_takes_is_no_pattern():
    assert not is_pattern("(?<n>a)\\k<n>")


def test_a_pattern_that_tracks_back_too_often_is_refused():
    with pytest.raises(InvalidSchema, match="takes too long to match"):
        matches("(?:(?=a)a+)+b", "a" * 40, Budget())
