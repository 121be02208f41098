"""Cursors: what is encoded comes back, and anything else is refused in the words of the real catalog."""

import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.companions.catalog.cursors import (
    decode_entity_cursor,
    decode_location_cursor,
    decode_offset_cursor,
    encode_cursor,
    old_filter_as_predicate,
)
from mock_server.request import InvalidRequest

CURSOR = {"orderFields": [{"field": "kind", "order": "asc"}], "orderFieldValues": ["ä?", None], "isPrevious": True}
DECODERS = [decode_entity_cursor, decode_location_cursor, decode_offset_cursor]


def encoded(value) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def test_a_cursor_comes_back_as_it_was():
    assert decode_entity_cursor(encode_cursor(CURSOR)) == CURSOR


@pytest.mark.parametrize(
    "spelt",
    [
        lambda text: text.replace("+", "-").replace("/", "_"),
        lambda text: text.rstrip("="),
        lambda text: f"{text[:5]} \n!{text[5:]}",
        lambda text: f"{text.rstrip('=')}==ignored",
    ],
)
def test_base64_is_read_as_leniently_as_node_reads_it(spelt):
    assert decode_entity_cursor(spelt(encode_cursor(CURSOR))) == CURSOR


@pytest.mark.parametrize("decode", DECODERS)
@given(text=st.text(max_size=40))
def test_any_text_is_a_cursor_or_refused(decode, text):
    with suppress(InvalidRequest):
        decode(text)


@pytest.mark.parametrize("decode", DECODERS)
@given(value=st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5))
def test_any_json_is_a_cursor_or_refused(decode, value):
    with suppress(InvalidRequest):
        decode(encoded(value))


@pytest.mark.parametrize("decode", DECODERS)
def test_a_cursor_that_is_nested_without_end_is_refused(decode):
    with pytest.raises(InvalidRequest, match="Malformed"):
        decode(base64.b64encode(b"[" * 100_000).decode())


@pytest.mark.parametrize(
    ("cursor", "found"),
    [
        ({"limit": 2, "offset": 4}, {"limit": 2, "offset": 4}),
        ({"offset": 0, "other": "x"}, {"offset": 0}),
        ({}, {}),
        ([], {}),
        (1, {}),
    ],
)
def test_the_place_in_a_list_is_a_limit_and_an_offset(cursor, found):
    assert decode_offset_cursor(encoded(cursor)) == found


@pytest.mark.parametrize("cursor", [{"limit": "2"}, {"offset": True}, {"offset": None}, None])
def test_a_place_that_is_no_number_is_refused(cursor):
    with pytest.raises(InvalidRequest, match="Malformed after cursor"):
        decode_offset_cursor(encoded(cursor))


@pytest.mark.parametrize(
    ("old", "predicate"),
    [
        ({"key": "kind"}, {"kind": {"$exists": True}}),
        ({"key": "kind", "values": ["a"]}, {"kind": "a"}),
        ({"key": "kind", "values": ["a", "b"]}, {"kind": {"$in": ["a", "b"]}}),
        ({"not": {"key": "kind"}}, {"$not": {"kind": {"$exists": True}}}),
        ({"anyOf": [{"key": "a"}, {"allOf": []}]}, {"$any": [{"a": {"$exists": True}}, {"$all": []}]}),
    ],
)
def test_an_older_filter_says_the_same_as_a_predicate(old, predicate):
    assert old_filter_as_predicate(old) == predicate
