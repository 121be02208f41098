import json

import pytest

from mock_server.companions.zod import MISSING, Fields, Items, Literal, Nothing, Optional, Text, Union, worded

ITEM = Union([Text(), Items(Text(), may_be_empty=False)])


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (Text(), ""),
        (Literal("a"), "a"),
        (Nothing(), MISSING),
        (Optional(Text()), MISSING),
        (Items(Text()), []),
        (ITEM, ["a"]),
        (Fields({"a": Text(), "b": Optional(Text())}), {"a": "x", "c": 1}),
    ],
)
def test_what_has_its_shape_is_good(shape, value):
    assert shape.judge(value, ()).is_good


@pytest.mark.parametrize(
    ("shape", "value", "message"),
    [
        (Text(), MISSING, "Required"),
        (Text(), 1.5, "Expected string, received number"),
        (Text(), True, "Expected string, received boolean"),
        (Nothing(), {}, "Expected undefined, received object"),
        (Items(Text()), "a", "Expected array, received string"),
        (Fields({}), [], "Expected object, received array"),
        (Literal("a"), None, 'Invalid literal value, expected "a"'),
        (ITEM, 1, "Invalid input"),
        (ITEM, [1], "Invalid input"),
        (ITEM, [], "Array must contain at least 1 element(s)"),
    ],
)
def test_what_has_not_is_told_why(shape, value, message):
    (issue,) = shape.judge(value, ("here",)).issues
    assert issue["message"] == message
    assert issue["path"][0] == "here"


def test_a_literal_echoes_what_was_received_unless_it_is_long():
    assert Literal("a").judge([1], ()).issues[0]["received"] == [1]
    assert Literal("a").judge(["x" * 2_000], ()).issues[0]["received"] == "..."
    assert "received" not in Literal("a").judge(MISSING, ()).issues[0]


def test_a_union_tells_what_each_option_missed():
    (issue,) = ITEM.judge(None, ()).issues
    assert [error["issues"][0]["expected"] for error in issue["unionErrors"]] == ["string", "array"]


def test_issues_are_worded_as_indented_json():
    issues = Text().judge(1, ("ü",)).issues
    assert json.loads(worded(issues))[0]["path"] == ["ü"]
    assert worded(issues).startswith('[\n  {\n    "code": "invalid_type",')
