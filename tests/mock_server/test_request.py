from mock_server.request import header


def test_the_first_header_of_a_name_counts():
    scope = {"headers": [(b"x-a", b"1"), (b"x-b", b"\xfc"), (b"x-a", b"2")]}
    assert (header(scope, b"x-a"), header(scope, b"x-b"), header(scope, b"x-c")) == ("1", "ü", None)
