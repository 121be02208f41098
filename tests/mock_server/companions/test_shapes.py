import json

import pytest

from mock_server.companions.shape_words import as_json, in_a_sentence
from mock_server.companions.shapes import (
    ABSENT,
    MAX_ISSUES,
    MAX_STEPS,
    TooComplex,
    array,
    literal,
    members,
    of_type,
    one_of,
    optional,
    read_as,
    record,
    union,
    whole_from_one,
)

TEXT = of_type("string")
ITEM = union(TEXT, array(TEXT, may_be_empty=False))


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (TEXT, ""),
        (literal("a"), "a"),
        (one_of("a", "b"), "b"),
        (of_type("undefined"), ABSENT),
        (optional(TEXT), ABSENT),
        (array(TEXT), []),
        (ITEM, ["a"]),
        (members({"a": TEXT, "b": optional(TEXT)}), {"a": "x", "c": 1}),
        (record(TEXT, of_type("number")), {"a": 1}),
        (whole_from_one, 1),
    ],
)
def test_what_has_its_shape_is_good(shape, value):
    assert read_as(shape, value)[1] == []


@pytest.mark.parametrize(
    ("shape", "value", "message"),
    [
        (TEXT, ABSENT, "Required"),
        (TEXT, 1.5, "Expected string, received number"),
        (TEXT, True, "Expected string, received boolean"),
        (TEXT, None, "Expected string, received null"),
        (of_type("undefined"), {}, "Expected undefined, received object"),
        (array(TEXT), "a", "Expected array, received string"),
        (members({}), [], "Expected object, received array"),
        (members({}, strict=True), {"b": 1, "a": 2}, "Unrecognized key(s) in object: 'b', 'a'"),
        (literal("a"), None, 'Invalid literal value, expected "a"'),
        (one_of("a", "b"), "c", "Invalid enum value. Expected 'a' | 'b', received 'c'"),
        (whole_from_one, 1.5, "Expected integer, received float"),
        (whole_from_one, 0, "Number must be greater than or equal to 1"),
        (ITEM, 1, "Invalid input"),
        (ITEM, [1], "Invalid input"),
        (ITEM, [], "Array must contain at least 1 element(s)"),
    ],
)
def test_what_has_not_is_told_why(shape, value, message):
    (issue,) = read_as(shape, value, ("here",))[1]
    assert issue["message"] == message
    assert issue["path"][0] == "here"


def test_what_no_member_is_named_for_is_passed_over():
    assert read_as(members({"a": TEXT}), {"a": "x", "b": 1})[0] == {"a": "x"}


def test_a_literal_echoes_what_was_received():
    assert read_as(literal("a"), [1])[1][0]["received"] == [1]
    assert "received" not in read_as(literal("a"), ABSENT)[1][0]


def test_a_union_tells_what_each_option_missed():
    (issue,) = read_as(ITEM, None)[1]
    assert [missed[0]["expected"] for missed in issue["unionErrors"]] == ["string", "array"]


def test_more_than_can_be_looked_at_is_too_complex():
    assert read_as(array(TEXT), ["a"] * (MAX_STEPS - 1))[1] == []
    with pytest.raises(TooComplex):
        read_as(array(TEXT), ["a"] * MAX_STEPS)


def test_issues_are_told_as_indented_json():
    told = as_json(read_as(TEXT, 1, ("ü",))[1])
    assert json.loads(told)[0]["path"] == ["ü"]
    assert told.startswith('[\n  {\n    "code": "invalid_type",')


def test_issues_are_told_in_a_sentence():
    issues = read_as(members({"a": array(TEXT), "b c": TEXT}), {"a": [1]})[1]
    expected = 'Validation error: Expected string, received number at "a[0]"; Required at "b c"'
    assert in_a_sentence(issues) == expected


def test_of_very_many_issues_the_first_are_told():
    issues = read_as(array(TEXT), [1] * (2 * MAX_STEPS))[1]
    assert [issue["path"] for issue in issues] == [(at,) for at in range(MAX_ISSUES)]


def test_no_more_of_a_long_refusal_is_told_than_anybody_reads():
    issues = read_as(literal("a"), ["x" * 1_000_000])[1] * 3
    assert len(as_json(issues)) < 210_000
    names = members({}, strict=True)
    assert len(in_a_sentence(read_as(names, {"x" * 1_000_000: 1, "y": 1})[1])) < 210_000
