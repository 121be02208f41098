"""What a head must be that the parser lets pass; over sockets it is in tests/hostile."""

import pytest

from mock_server.request import InvalidRequest
from mock_server.request_head import MAX_HEAD, MAX_TARGET, absolute, check_head, check_size

HOST = (b"host", b"localhost:7007")


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b"localhost",
        b"mock_server:7007",
        b"[::1]:7007",
        b"127.0.0.1:",
        b"xn--bcher-kva.example",
        b"a.b-c~d",
    ],
)
def test_a_host_may_be_a_name_or_an_address_with_or_without_a_port(host):
    check_head("1.1", b"GET", b"/", [(b"host", host)])


@pytest.mark.parametrize("host", [b"a b", b"a/b", b"<x>", b"a:b", b"user@host", b"\xff", b"[::1", b"::1", b"a:1:2"])
def test_another_host_is_refused(host):
    with pytest.raises(InvalidRequest, match="malformed Host header"):
        check_head("1.1", b"GET", b"/", [(b"host", host)])


def test_only_http_1_0_needs_no_host():
    check_head("1.0", b"GET", b"/", [])
    with pytest.raises(InvalidRequest, match="one Host header"):
        check_head("1.1", b"GET", b"/", [])


def test_a_target_may_be_as_long_as_the_parser_takes_it():
    check_head("1.1", b"GET", b"/" * MAX_TARGET, [HOST])
    with pytest.raises(InvalidRequest, match="target is too long"):
        check_head("1.1", b"GET", b"/" * (MAX_TARGET + 1), [HOST])


def test_a_head_may_be_as_large_as_the_limit():
    headers = [(b"a", b"b" * (MAX_HEAD - len("/a: \r\n")))]
    check_size(b"/", headers)
    with pytest.raises(InvalidRequest, match="too large"):
        check_size(b"//", headers)


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        (b"http://host:1/a?b", (b"host:1", b"/a?b")),
        (b"HTTPS://host", (b"host", b"/")),
        (b"http://user:pass@host?b", (b"host", b"/?b")),
        (b"http://[::1]:7007/", (b"[::1]:7007", b"/")),
    ],
)
def test_an_absolute_target_names_the_host(target, parts):
    assert absolute(target) == parts


@pytest.mark.parametrize("target", [b"ftp://host/", b"http:///a", b"http://", b"host:80", b"a@b@c"])
def test_a_target_of_another_form_is_refused(target):
    with pytest.raises(InvalidRequest, match="malformed request target"):
        absolute(target)
