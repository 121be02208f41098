import asyncio
import math

import pytest

from mock_server import request
from mock_server.request import (
    MAX_BODY,
    InvalidRequest,
    header,
    is_json,
    parse_json,
    parse_number,
    parse_query,
    read_body,
)


def body_of(*messages):
    """A `receive` that gives these messages and then waits for ever."""
    left = list(messages)

    async def receive():
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    return receive


def chunk(body, more=True):
    return {"type": "http.request", "body": body, "more_body": more}


def announcing(length):
    return {"headers": [(b"content-length", length)]}


NO_LENGTH = {"headers": []}


@pytest.mark.parametrize(
    ("messages", "body"),
    [
        ([{"type": "http.request"}], b""),
        ([chunk(b"all", more=False)], b"all"),
        ([chunk(b"a"), chunk(b""), chunk(b"b"), chunk(b"", more=False)], b"ab"),
        ([chunk(b"a"), {"type": "http.request"}], b"a"),
    ],
)
async def test_a_body_is_read_to_its_last_chunk(messages, body):
    assert await read_body(NO_LENGTH, body_of(*messages)) == body


@pytest.mark.parametrize("length", [b"10485761", b"9" * 5_000])
async def test_a_body_that_is_announced_too_large_is_not_read(length):
    with pytest.raises(InvalidRequest, match="request entity too large"):
        await read_body(announcing(length), body_of())


@pytest.mark.parametrize("length", [b"10485760", b"3", b"", b"-1", b"many", b"1.5", "²".encode("latin-1")])
async def test_what_else_is_announced_does_not_matter(length):
    assert await read_body(announcing(length), body_of(chunk(b"all", more=False))) == b"all"


async def test_a_body_that_grows_too_large_is_read_no_further():
    with pytest.raises(InvalidRequest, match="request entity too large"):
        await read_body(NO_LENGTH, body_of(chunk(bytes(MAX_BODY)), chunk(b"x")))


async def test_a_body_may_be_as_large_as_the_limit():
    messages = [chunk(bytes(MAX_BODY - 1)), chunk(b"x", more=False)]
    assert len(await read_body(announcing(str(MAX_BODY).encode()), body_of(*messages))) == MAX_BODY


async def test_a_body_that_is_broken_off_is_refused():
    with pytest.raises(InvalidRequest, match="request aborted"):
        await read_body(NO_LENGTH, body_of(chunk(b"{"), {"type": "http.disconnect"}))


async def test_a_body_that_does_not_come_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(request, "BODY_SECONDS", 0)
    with pytest.raises(InvalidRequest, match="request body took too long"):
        await read_body(NO_LENGTH, body_of(chunk(b"{")))


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", True),
        ("APPLICATION/json ; charset=utf-8", True),
        ("application/json;", True),
        (None, False),
        ("", False),
        ("text/json", False),
        ("application/json5", False),
        ("application/problem+json", False),
        ("application/json, text/plain", False),
    ],
)
def test_json_is_told_by_its_media_type(content_type, expected):
    assert is_json(content_type) is expected


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        (None, "ü"),
        ("application/json", "ü"),
        ("application/json; charset=UTF-8", "ü"),
        ('application/json; charset="utf8"', "ü"),
        ("application/json; Charset = us-ascii", "u"),
    ],
)
def test_json_is_utf_8(content_type, text):
    assert parse_json(f'"{text}"'.encode(), content_type) == text


@pytest.mark.parametrize("charset", ["latin1", "utf-16", "utf-32", "utf-7", "x"])
def test_another_charset_is_named(charset):
    with pytest.raises(InvalidRequest, match=f'^unsupported charset "{charset.upper()}"$'):
        parse_json(b"{}", f"application/json; charset={charset}; x=y")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Expecting value at position 0"),
        (b"{]", "Expecting property name enclosed in double quotes at position 1"),
        (b'"\xff"', "it is not UTF-8"),
        ('""'.encode("utf-16"), "it is not UTF-8"),
        (b"[NaN]", "NaN is no JSON"),
        (b"[-Infinity]", "-Infinity is no JSON"),
        (b"1e999", "a number or its nesting is out of bounds"),
        (b"1" * 5_000, "a number or its nesting is out of bounds"),
        (b"[" * 101 + b"]" * 101, "nested deeper than 100 levels"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "nested deeper than 100 levels"),
        (b'["\t"]', "Invalid control character at position 2"),
        (b'["abc', "Unterminated string starting at position 1"),
    ],
)
def test_what_is_no_json_is_refused_with_the_reason(body, message):
    with pytest.raises(InvalidRequest) as refused:
        parse_json(body, "application/json")
    assert str(refused.value).startswith(f"The body is not valid JSON: {message}")


def nested(depth, innermost=""):
    return "[" * depth + innermost + "]" * depth


@pytest.mark.parametrize("innermost", ["", "1", '"text"', "null"])
@pytest.mark.parametrize("beside", ["", ',{"b":[]}', ',[],[],"["'])
def test_a_hundred_levels_are_accepted_whatever_is_in_the_last(innermost, beside):
    body = f"[{nested(99, innermost)}{beside}]"
    assert parse_json(body.encode(), "application/json")


@pytest.mark.parametrize("innermost", ["", "1"])
@pytest.mark.parametrize("beside", ["", ',{"b":[]}'])
def test_a_hundred_and_one_levels_are_too_many(innermost, beside):
    body = f"[{nested(100, innermost)}{beside}]"
    with pytest.raises(InvalidRequest, match="nested deeper than 100 levels"):
        parse_json(body.encode(), "application/json")


def test_brackets_side_by_side_or_in_a_text_are_no_nesting():
    assert len(parse_json(b"[" + b"[]," * 500 + b"[]]", None)) == 501
    assert parse_json(b'"' + b"[" * 500 + b'"', None) == "[" * 500


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-0", 0),
        ("1", 1),
        ("+1", 1),
        ("-1", -1),
        ("01", 1),
        (" 1\t", 1),
        ("1.", 1),
        (".5", 0.5),
        ("1.5", 1.5),
        ("-1.50", -1.5),
        ("1.0", 1),
        ("1e1", 10),
        ("1E+1", 10),
        ("10e-1", 1),
        ("1e-1", 0.1),
        ("0x1F", 31),
        ("0X1f", 31),
        ("0o17", 15),
        ("0b101", 5),
        ("9007199254740993", 9007199254740993),
        ("1e21", 10**21),
        ("9" * 300, int("9" * 300)),
        ("", None),
        (" ", None),
        ("abc", None),
        ("1a", None),
        ("1 2", None),
        ("1,5", None),
        ("1_000", None),
        ("--1", None),
        ("+-1", None),
        (".", None),
        ("e1", None),
        ("1e", None),
        ("1e99999", None),
        ("1e999", None),
        ("0x", None),
        ("0xg", None),
        ("-0x1", None),
        ("0b2", None),
        ("0o8", None),
        ("NaN", None),
        ("Infinity", None),
        ("-Infinity", None),
        ("true", None),
        ("null", None),
        ("١", None),
        ("１", None),
        ("²", None),
        ("9" * 301, None),
        ("0x" + "f" * 1_000_000, None),
    ],
)
def test_a_number_is_read_as_javascript_reads_it(text, number):
    read = parse_number(text)
    assert read == number
    assert type(read) is type(number)
    assert read is None or math.isfinite(read)


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("", []),
        ("a=1&b=2", [("a", "1"), ("b", "2")]),
        ("a=1&a=2", [("a", "1"), ("a", "2")]),
        ("a=&b&=c", [("a", ""), ("b", ""), ("", "c")]),
        ("a=b=c", [("a", "b=c")]),
        ("a+b=%2B%20c", [("a b", "+ c")]),
        ("a=1;b=2", [("a", "1;b=2")]),
        ("&&a=1&", [("a", "1")]),
        ("a=%C3%BC", [("a", "ü")]),
        ("a=%ff", [("a", "\ufffd")]),
        ("a=%zz%", [("a", "%zz%")]),
        ("a[]=1&a[0]=2", [("a[]", "1"), ("a[0]", "2")]),
    ],
)
def test_a_query_is_read_in_its_order(query, parameters):
    assert parse_query(query) == parameters


def test_a_query_may_have_a_thousand_parameters():
    assert len(parse_query("&".join(["a=1"] * 1_000))) == 1_000
    with pytest.raises(InvalidRequest, match="too many query parameters"):
        parse_query("&".join(["a=1"] * 1_001))


def test_the_first_header_of_a_name_counts():
    scope = {"headers": [(b"x-a", b"1"), (b"x-b", b"\xfc"), (b"x-a", b"2")]}
    assert (header(scope, b"x-a"), header(scope, b"x-b"), header(scope, b"x-c")) == ("1", "ü", None)
