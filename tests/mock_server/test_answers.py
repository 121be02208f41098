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


async def sent_by(answer):
    messages = []

    async def send(message):
        messages.append(message)

    await answer({}, None, send)
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
        (b"content-length", b"8"),
    ]
    assert body["body"] == '{"ü":1}'.encode()
