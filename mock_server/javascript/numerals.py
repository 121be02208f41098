"""Numbers as JavaScript reads and prints them."""

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

SAFE_INTEGER = 2**53
WHITESPACE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# A longer one is no number at all: a part of it would be another number.
_LONGEST_NUMERAL = 1_000
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INFINITY = re.compile(r"[+-]?Infinity")
_RADIX_PREFIXES = {"0x": 16, "0o": 8, "0b": 2}
_EXACT = Context(prec=1200, rounding=ROUND_HALF_UP)


def is_number(value: object) -> bool:
    """Whether a value is a number, which a boolean is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def normal(number: float) -> int | float:
    """The same number, an int exactly when it is a whole number that a double holds precisely."""
    if isinstance(number, int):
        return number if -SAFE_INTEGER <= number <= SAFE_INTEGER else double(number)
    if number.is_integer() and -SAFE_INTEGER <= number <= SAFE_INTEGER:
        return int(number)
    return number


def double(number: float) -> float:
    """The nearest double, infinite if there is none."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def number_to_text(number: float) -> str:
    """The shortest decimal that names the number."""
    number = normal(number)
    if isinstance(number, int):
        return str(number)
    if not math.isfinite(number):
        return _non_finite(number)
    sign = "-" if number < 0 else ""
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if 0 < point <= 21:
        padded = digits.ljust(point, "0")
        return sign + padded[:point] + (f".{padded[point:]}" if len(padded) > point else "")
    return sign + _scientific(digits, point - 1)


def text_to_number(text: str) -> int | float:
    """What arithmetic makes of a text: NaN unless all of it is a number."""
    text = text.strip(WHITESPACE)
    if not text:
        return 0
    if len(text) > _LONGEST_NUMERAL:
        return math.nan
    radix = _RADIX_PREFIXES.get(text[:2].lower())
    if radix is not None:
        digits = text[2:].lower()
        valid = digits and all(digit in _DIGITS[:radix] for digit in digits)
        return normal(int(digits, radix)) if valid else math.nan
    if _INFINITY.fullmatch(text) or _DECIMAL.fullmatch(text):
        return normal(float(text))
    return math.nan


def leading_number(text: str) -> int | float:
    """The decimal a text begins with, else NaN."""
    text = text.strip(WHITESPACE)
    found = _INFINITY.match(text) or _DECIMAL.match(text)
    return normal(float(found[0])) if found and len(found[0]) <= _LONGEST_NUMERAL else math.nan


def leading_integer(text: str, radix: int = 10) -> int | float:
    """The whole number in base `radix` that a text begins with, else NaN."""
    text = text.strip(WHITESPACE)[: _LONGEST_NUMERAL + len("+0x") + 1].lower()
    sign = -1 if text.startswith("-") else 1
    text = text[1:] if text[:1] in ("+", "-") else text
    if radix == 16:
        text = text.removeprefix("0x")
    length = next((index for index, digit in enumerate(text) if digit not in _DIGITS[:radix]), len(text))
    return sign * normal(int(text[:length], radix)) if 0 < length <= _LONGEST_NUMERAL else math.nan


def fixed(number: float, digits: int) -> str:
    """The number with exactly `digits` decimals."""
    if not math.isfinite(number) or abs(number) >= 1e21:
        return number_to_text(number)
    text = format(Decimal(abs(number)).quantize(Decimal(1).scaleb(-digits), context=_EXACT), "f")
    return f"-{text}" if number < 0 and _shows_something(text) else text


def _shows_something(text: str) -> bool:
    """Whether a numeral shows anything but zeros."""
    return any(digit in "123456789" for digit in text)


def exponential(number: float, digits: int | None) -> str:
    """The number in scientific notation with `digits` decimals, or as many as it needs."""
    if not math.isfinite(number):
        return _non_finite(number)
    sign = "-" if number < 0 else ""
    exact = Decimal(repr(abs(number))) if digits is None else _rounded(number, digits + 1)
    if not exact:
        return sign + _scientific("0".ljust((digits or 0) + 1, "0"), 0)
    text = "".join(map(str, exact.as_tuple().digits))
    text = text.rstrip("0") if digits is None else text.ljust(digits + 1, "0")
    return sign + _scientific(text, exact.adjusted())


def significant(number: float, digits: int) -> str:
    """The number with `digits` significant digits."""
    if not math.isfinite(number):
        return _non_finite(number)
    exact = _rounded(number, digits)
    exponent = exact.adjusted() if exact else 0
    if exponent < -6 or exponent >= digits:
        return exponential(number, digits - 1)
    text = format(exact.quantize(Decimal(1).scaleb(exponent - digits + 1), context=_EXACT), "f")
    return f"-{text}" if number < 0 else text


def in_radix(number: float, radix: int) -> str:
    """The number in base `radix`, with no more digits than tell it from its neighbours."""
    if radix == 10 or not math.isfinite(number):
        return number_to_text(number)
    value = abs(double(number))
    whole, fraction = int(value), value - int(value)
    digits = ""
    while whole:
        whole, digit = divmod(whole, radix)
        digits = _DIGITS[digit] + digits
    return ("-" if number < 0 else "") + (digits or "0") + _fraction(fraction, math.ulp(value) / 2, radix)


def _fraction(fraction: float, tolerance: float, radix: int) -> str:
    tolerance = max(tolerance, math.ulp(0.0))
    digits: list[int] = []
    while fraction >= tolerance:
        fraction, tolerance = fraction * radix, tolerance * radix
        digits.append(int(fraction))
        fraction -= digits[-1]
        if fraction > 0.5 and fraction + tolerance > 1:
            digits[-1] += 1
            break
    return "." + "".join(_DIGITS[digit] for digit in digits) if digits else ""


def _rounded(number: float, digits: int) -> Decimal:
    return Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(abs(number)))


def _scientific(digits: str, exponent: int) -> str:
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'+' if exponent >= 0 else '-'}{abs(exponent)}"


def _non_finite(number: float) -> str:
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
