"""Which files are text."""

import pytest

from mock_server.actions.binary import is_binary


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hi\n",
        "Grüße, 世界, \U0001f600".encode(),
        b"\xef\xbb\xbf\0",
        b"\xff\xfeh\0i\0",
        b"\xfe\xff\0h\0i",
        b"mostly text with one odd byte \x01 in it",
        b"x" * 600 + b"\0",
        b"\x1b[32mcolours\x1b[39m of a terminal, and rather more text so that they are few enough",
        ("x" * 511 + "é").encode(),
        "èé, in an encoding of old".encode("latin-1"),
    ],
)
def test_a_text_is_text(content):
    assert not is_binary(content)


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"PK\x03\x04\x14\0",
        b"%PDF-1.4 and then text",
        b"\x80\x81\x82",
        b"caf\xe9",
        b"\x01\x02\x03\x04" * 20,
        b"text \0",
    ],
)
def test_what_is_no_text_is_binary(content):
    assert is_binary(content)
