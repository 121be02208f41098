import json
import math

import pytest

from mock_server.answers import Answer, encode_json, json_answer


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ({"a": [1, 2.5, None, True]}, b'{"a":[1,2.5,null,true]}'),
        ("Grüße 🎉", '"Grüße 🎉"'.encode()),
        ('"\\\n\t\u0000', rb'"\"\\\n\t\u0000"'),
        ({"b": 1, "a": 2}, b'{"b":1,"a":2}'),
        ("\ud800", b'"\\ud800"'),
        ({"\udfff": ["\ud83d", "ü"]}, b'{"\\udfff":["\\ud83d","\\u00fc"]}'),
        (math.nan, b"null"),
        (
            {"a": [math.inf, -math.inf, {"b": math.nan}], "c": 1.5, "d": "x"},
            b'{"a":[null,null,{"b":null}],"c":1.5,"d":"x"}',
        ),
        ((math.nan, 1), b"[null,1]"),
        ({"\ud800": math.nan}, b'{"\\ud800":null}'),
        (["\ud800", math.inf], b'["\\ud800",null]'),
        (10**30, b"1" + b"0" * 30),
    ],
)
def test_a_value_is_written_as_javascript_writes_it(value, encoded):
    assert encode_json(value) == encoded
    json.loads(encoded)


async def sent_by(answer, method="GET", **headers):
    scope = {
        "method": method,
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }
    messages = []

    async def send(message):
        messages.append(message)

    await answer(scope, None, send)
    return messages


async def test_an_answer_tells_its_length():
    start, body = await sent_by(Answer(200, b"four", ((b"x-a", b"b"),)))
    assert start == {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"x-a", b"b"), (b"content-length", b"4")],
    }
    assert body == {"type": "http.response.body", "body": b"four"}


async def test_an_answer_without_content_has_no_length():
    start, _ = await sent_by(Answer(204))
    assert start["headers"] == []


async def test_a_json_answer_names_its_charset():
    start, body = await sent_by(json_answer(201, {"ü": 1}, (b"x-a", b"b")))
    assert start["status"] == 201
    assert start["headers"] == [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"x-a", b"b"),
        (b"etag", b'W/"8-DoTymivPnvxuqlt1WkJWSrcLVYI"'),
        (b"content-length", b"8"),
    ]
    assert body["body"] == '{"ü":1}'.encode()


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ({"status": "ok"}, b'W/"f-VaSQ4oDUiZblZNAEkkN+sX+q3Sg"'),
        ({"expiresAt": "2026-11-22T02:07:31.000Z"}, b'W/"28-bGcEX60dkwjVl0dS124MZU2ixYQ"'),
    ],
)
async def test_a_json_answer_has_the_entity_tag_that_express_gives_it(value, tag):
    start, _ = await sent_by(json_answer(200, value))
    assert dict(start["headers"])[b"etag"] == tag


TAG = 'W/"f-VaSQ4oDUiZblZNAEkkN+sX+q3Sg"'


@pytest.mark.parametrize("named", [TAG, TAG[2:], "*", f'W/"other", {TAG}', f"{TAG[2:]},x"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_who_has_an_answer_already_is_told_so(method, named):
    start, body = await sent_by(json_answer(200, {"status": "ok"}, (b"x-a", b"b")), method, if_none_match=named)
    assert start["status"] == 304
    assert start["headers"] == [(b"x-a", b"b"), (b"etag", TAG.encode())]
    assert body["body"] == b""


@pytest.mark.parametrize(
    ("status", "method", "headers"),
    [
        (200, "GET", {"if_none_match": 'W/"other"'}),
        (200, "GET", {"if_none_match": ""}),
        (200, "GET", {"if_none_match": TAG, "cache_control": "no-cache"}),
        (200, "POST", {"if_none_match": TAG}),
        (404, "GET", {"if_none_match": TAG}),
    ],
)
async def test_everybody_else_gets_it_whole(status, method, headers):
    start, body = await sent_by(json_answer(status, {"status": "ok"}), method, **headers)
    assert start["status"] == status
    assert body["body"] == b'{"status":"ok"}'
