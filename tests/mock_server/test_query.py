import math

import pytest

from mock_server.query import parse_number, parse_query


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
        (" ", 0),
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
        ("9" * 4_001, None),
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
        ("", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=&b&=c", {"a": "", "b": ""}),
        ("a=b=c", {"a": "b=c"}),
        ("a+b=%2B%20c", {"a b": "+ c"}),
        ("a=1;b=2", {"a": "1;b=2"}),
        ("&&a=1&", {"a": "1"}),
        ("a=%C3%BC", {"a": "ü"}),
        ("a=%ff+%C3%BC", {"a": "%ff %C3%BC"}),
        ("a=%zz%", {"a": "%zz%"}),
        ("a=1&a=2", {"a": ["1", "2"]}),
        ("a[]=1", {"a": ["1"]}),
        ("a%5B%5D=1&a[]=2", {"a": ["1", "2"]}),
        ("a=1&a[]=2", {"a": ["1", "2"]}),
        ("a[]=1&a=2", {"a": ["1", "2"]}),
        ("a[1]=1&a[0]=2", {"a": ["2", "1"]}),
        ("a[999]=1&a[3]=2", {"a": ["2", "1"]}),
        ("a[0]=1&a[0]=2", {"a": ()}),
        ("a[1000]=1", {"a": ()}),
        ("a[01]=1", {"a": ()}),
        ("a[b]=1", {"a": ()}),
        ("a[]=1&a[b]=1&a=2", {"a": ()}),
        ("a[0][0]=1", {"a": ()}),
        ("a[=1", {"a[": "1"}),
        ("[a]=1", {"a": "1"}),
        ("b=1&a=1&b=2", {"b": ["1", "2"], "a": "1"}),
        ("a[" + "1" * 10_000 + "]=1", {"a": ()}),
    ],
)
def test_a_query_is_read_as_express_reads_it(query, parameters):
    read = parse_query(query)
    assert read == parameters
    assert list(read) == list(parameters)


def test_what_comes_after_a_thousand_parameters_is_not_read():
    assert parse_query("&".join(["a=1"] * 1_000 + ["b=1"])) == {"a": ["1"] * 1_000}
