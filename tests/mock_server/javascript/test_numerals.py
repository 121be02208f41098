"""Numbers are read and printed as JavaScript does."""

import math

import pytest

from mock_server.javascript.numerals import (
    exponential,
    fixed,
    in_radix,
    leading_integer,
    leading_number,
    number_to_text,
    significant,
    text_to_number,
)
from mock_server.rendering import render


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (3.0, "3"),
        (-0.0, "0"),
        (1.5, "1.5"),
        (-1.25e-7, "-1.25e-7"),
        (1e-6, "0.000001"),
        (1e21, "1e+21"),
        (123456789012345680000.0, "123456789012345680000"),
        (2**53 + 1, "9007199254740992"),
        (10**400, "Infinity"),
        (-(10**400), "-Infinity"),
        (math.nan, "NaN"),
        (0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_a_number_is_printed_in_its_shortest_form(number, text):
    assert number_to_text(number) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        (" 12 ", 12),
        ("0x1F", 31),
        ("0b101", 5),
        ("0o17", 15),
        ("1e3", 1000),
        (".5", 0.5),
        ("-Infinity", -math.inf),
    ],
)
def test_a_text_that_is_a_number_is_read(text, number):
    assert text_to_number(text) == number


@pytest.mark.parametrize("text", ["1_0", "12a", "0x", "0xg", "nan", "infinity", "1e", "--1", "0x" + "f" * 2_000])
def test_a_text_that_is_no_number_is_nan(text):
    assert math.isnan(text_to_number(text))


@pytest.mark.parametrize(
    "numeral", ["1" * 999 + "e5", "1" * 999 + "e+5", "0" * 1_500 + "5", "0." + "0" * 998 + "1e999", "-" + "1" * 1_000]
)
def test_a_numeral_that_is_too_long_is_nan_and_never_a_part_of_it(numeral):
    assert math.isnan(text_to_number(numeral))
    assert math.isnan(leading_number(numeral))
    assert render("${{ n * 1 }}", {"n": numeral}).value is None


def test_a_whole_number_that_is_too_long_is_nan():
    assert leading_integer("0" * 998 + "12") == 12
    assert leading_integer("-0x" + "0" * 998 + "12", 16) == -18
    assert math.isnan(leading_integer("0" * 999 + "12"))


def test_what_follows_a_numeral_may_be_long():
    assert leading_number("1.5" + "x" * 2_000) == 1.5
    assert leading_integer("15" + "x" * 2_000) == 15


def test_a_number_beyond_the_doubles_is_infinite_in_any_base():
    assert render("${{ n.toString(2) }}", {"n": 10**400}).value == "Infinity"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (leading_number("3.5abc"), 3.5),
        (leading_number("-Infinityx"), -math.inf),
        (leading_integer("-12.9"), -12),
        (leading_integer("0x1f", 16), 31),
        (leading_integer("zz", 36), 1295),
    ],
)
def test_what_a_text_begins_with_is_read(result, expected):
    assert result == expected


def test_a_text_that_begins_with_no_number_is_nan():
    assert math.isnan(leading_number("x"))
    assert math.isnan(leading_integer("x"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (fixed(2.5, 0), "3"),
        (fixed(-2.5, 0), "-3"),
        (fixed(1.005, 2), "1.00"),
        (fixed(-0.001, 1), "0.0"),
        (fixed(1e21, 2), "1e+21"),
        (fixed(math.nan, 2), "NaN"),
        (exponential(123.456, 1), "1.2e+2"),
        (exponential(-0.0015, None), "-1.5e-3"),
        (exponential(0, 2), "0.00e+0"),
        (exponential(0, None), "0e+0"),
        (exponential(math.inf, 2), "Infinity"),
        (significant(123.456, 4), "123.5"),
        (significant(123456, 2), "1.2e+5"),
        (significant(-0.00001, 1), "-0.00001"),
        (significant(0, 3), "0.00"),
        (significant(-math.inf, 3), "-Infinity"),
        (significant(0.0000001, 2), "1.0e-7"),
        (in_radix(255.5, 16), "ff.8"),
        (in_radix(-0.5, 2), "-0.1"),
        (in_radix(0.1, 3), "0.0022002200220022002200220022002201"),
        (in_radix(1.5, 10), "1.5"),
    ],
)
def test_a_number_is_printed_as_asked(text, expected):
    assert text == expected


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("2 ** 10000", None),
        ("(-2) ** 10001", None),
        ("0 ** -1", None),
        ("1 ** (1 / 0)", None),
        ("2 ** (0 / 0)", None),
        ("(-8) ** 0.5", None),
        ("5 % (1 / 0)", 5),
        ("(1 / 0) % 5", None),
        ("-7 // 2", -4),
        ("9007199254740992 + 1", 9007199254740992),
        ("1 | round(400)", None),
        ("1 | round(-400)", None),
        ("n ~ ''", "Infinity"),
        ("n > 1", True),
    ],
)
def test_arithmetic_never_leaves_the_doubles(expression, result):
    assert render(f"${{{{ {expression} }}}}", {"n": 10**400}).value == result


def test_an_overflowing_power_keeps_its_sign():
    assert render("x${{ (-2) ** 10001 }} ${{ (-2) ** 10000 }}", {}).value == "x-Infinity Infinity"
