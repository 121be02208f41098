import asyncio
import gzip
import zlib

import pytest

from mock_server import json_body
from mock_server.json_body import MAX_BODY, MAX_PARTS, inflated, is_json, is_read, parse_json, read_body
from mock_server.request import InvalidRequest


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
async def test_a_body_that_is_announced_too_large_is_refused_once_it_is_sent(length):
    receive = body_of(chunk(b"a"), chunk(b"b", more=False))
    with pytest.raises(InvalidRequest, match="request entity too large"):
        await read_body(announcing(length), receive)


@pytest.mark.parametrize("length", [b"10485760", b"3", b"", b"-1", b"many", b"1.5", "²".encode("latin-1")])
async def test_what_else_is_announced_does_not_matter(length):
    assert await read_body(announcing(length), body_of(chunk(b"all", more=False))) == b"all"


async def test_a_body_that_grows_too_large_is_refused_once_it_is_sent():
    with pytest.raises(InvalidRequest, match="request entity too large"):
        await read_body(NO_LENGTH, body_of(chunk(bytes(MAX_BODY)), chunk(b"x"), chunk(b"y", more=False)))


async def test_a_body_that_grows_far_too_large_is_read_no_further():
    with pytest.raises(InvalidRequest, match="request entity too large"):
        await read_body(NO_LENGTH, body_of(*[chunk(bytes(MAX_BODY))] * 7))


async def test_a_body_may_be_as_large_as_the_limit():
    messages = [chunk(bytes(MAX_BODY - 1)), chunk(b"x", more=False)]
    assert len(await read_body(announcing(str(MAX_BODY).encode()), body_of(*messages))) == MAX_BODY


async def test_a_body_that_is_broken_off_is_refused():
    with pytest.raises(InvalidRequest, match="request aborted"):
        await read_body(NO_LENGTH, body_of(chunk(b"{"), {"type": "http.disconnect"}))


async def test_a_body_that_does_not_come_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(json_body, "BODY_SECONDS", 0)
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
    ("content_type", "codec"),
    [
        (None, "utf-8"),
        ("application/json", "utf-8"),
        ("application/json", "utf-8-sig"),
        ("application/json; charset=UTF-8", "utf-8"),
        ('application/json; charset="utf-8"', "utf-8"),
        ("application/json; charset=utf-16", "utf-16"),
        ("application/json; charset=utf-16le", "utf-16-le"),
        ("application/json; charset=UTF-32BE", "utf-32-be"),
    ],
)
def test_json_is_in_an_encoding_of_unicode(content_type, codec):
    assert parse_json('["ü"]'.encode(codec), content_type) == ["ü"]


def test_half_a_unit_at_the_end_is_nothing():
    assert parse_json('["ü"]'.encode("utf-16") + b"x", "application/json; charset=utf-16") == ["ü"]


def test_what_is_not_in_the_encoding_is_replaced():
    assert parse_json(b'["\xff"]', None) == ["\ufffd"]


@pytest.mark.parametrize("charset", ["latin1", "utf8", "us-ascii", "utf-7", "utf-99", "x"])
def test_another_charset_is_named(charset):
    with pytest.raises(InvalidRequest, match=f'^unsupported charset "{charset.upper()}"$'):
        parse_json(b"{}", f"application/json; charset={charset}; x=y")


@pytest.mark.parametrize("body", [b"", b"\xef\xbb\xbf"])
def test_an_empty_body_is_an_empty_object(body):
    assert parse_json(body, "application/json") == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.0", 1),
        ("1e2", 100),
        ("-0.0", 0),
        ("1.5", 1.5),
        ("9007199254740993", 9007199254740992),
        ("9007199254740991", 9007199254740991),
        ("12345678901234567890", 12345678901234567000),
        ("1e21", 1e21),
    ],
)
def test_a_number_is_what_javascript_makes_of_it(text, value):
    (read,) = parse_json(f"[{text}]".encode(), None)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{]", "Expected property name or '}' in JSON at position 1"),
        (b"1" * 5_000, "Unexpected token '1', \"1111111111\"... is not valid JSON"),
        (b"[" + b"1" * 5_000 + b"]", "The body is not valid JSON: a number is out of bounds"),
        (b"[1e999]", "The body is not valid JSON: a number is out of bounds"),
        (b"[" * 101 + b"]" * 101, "The body is not valid JSON: nested deeper than 100 levels"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "The body is not valid JSON: nested deeper than 100 levels"),
    ],
)
def test_what_is_no_json_is_refused_with_the_reason(body, message):
    with pytest.raises(InvalidRequest) as refused:
        parse_json(body, "application/json")
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", True),
        (" Application/JSON ; charset=utf-8", True),
        ('application/json; charset="utf-8"; x=y', True),
        ("application/json;", False),
        ("application/json; charset=", False),
        ("application/json; charset=utf-8;", False),
        ("application/json, text/plain", False),
        ("text/plain", False),
        (None, False),
    ],
)
def test_a_body_of_an_odd_type_is_not_read(content_type, expected):
    assert is_read(content_type) is expected


def test_the_last_of_several_charsets_counts():
    with pytest.raises(InvalidRequest, match="LATIN1"):
        parse_json(b"{}", "application/json; charset=utf-8; charset=latin1")


@pytest.mark.parametrize("encoding", [None, "identity", "Identity"])
def test_a_body_without_an_encoding_stays_as_it_is(encoding):
    assert inflated(b"{}", encoding) == b"{}"


@pytest.mark.parametrize(
    ("body", "encoding", "message"),
    [
        (b"{}", "br", 'unsupported content encoding "br"'),
        (b"{}", "gzip, deflate", 'unsupported content encoding "gzip, deflate"'),
        (b"{}", "gzip", "incorrect header check"),
        (gzip.compress(b"{}", mtime=0)[:-9], "gzip", "unexpected end of file"),
        (zlib.compress(bytes(MAX_BODY + 1)), "deflate", "request entity too large"),
    ],
)
def test_a_body_that_cannot_be_inflated_is_refused(body, encoding, message):
    with pytest.raises(InvalidRequest) as refused:
        inflated(body, encoding)
    assert str(refused.value) == message


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
    assert parse_json(b'["' + b"[" * 500 + b'"]', None) == ["[" * 500]


@pytest.mark.parametrize(
    ("item", "parts"), [("1", 1), ("[]", 2), ("{}", 2), ('""', 2), ('"a,[{\\"\\\\"', 2), ('{"a":1}', 3)]
)
def test_of_texts_brackets_and_commas_there_are_only_so_many(item, parts):
    # The brackets around them are one, and one comma is saved.
    most = MAX_PARTS // parts
    assert len(parse_json(f"[{','.join([item] * most)}]".encode(), None)) == most
    with pytest.raises(InvalidRequest, match="more than 100000 texts, brackets and commas"):
        parse_json(f"[{','.join([item] * (most + 1))}]".encode(), None)


@pytest.mark.parametrize("text", [",", "[", '\\"', ",[{", "\\\\"])
def test_what_is_in_a_text_is_not_counted(text):
    assert parse_json(f'["{text * MAX_PARTS}"]'.encode(), None)


def test_what_has_too_many_parts_is_not_read_to_its_end():
    body = b"[" + b"[]," * (MAX_BODY // 3)
    with pytest.raises(InvalidRequest, match="more than 100000 texts"):
        parse_json(body, None)


def test_nobody_is_told_what_is_wrong_with_a_very_long_text():
    with pytest.raises(InvalidRequest, match=r"^The body is not valid JSON$"):
        parse_json(b'["' + b"x" * 1_000_000 + b'"', None)
