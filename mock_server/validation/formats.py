"""The formats that are checked, each with the lenience or oddity of the validator that is imitated."""

import math
import re
from collections.abc import Callable, Mapping
from ipaddress import AddressValueError, IPv6Address
from types import MappingProxyType
from typing import Final

from mock_server.javascript.numerals import WHITESPACE
from mock_server.validation.budget import Budget
from mock_server.validation.javascript import number
from mock_server.validation.patterns import is_pattern

CHARACTERS_PER_STEP = 20
STEPS_PER_PATTERN = 2_500

_DATE = r"\d{4}-(?:0\d|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:[01]\d|2[0-4]):[0-5]\d:(?:[0-5]\d|60)"
_ZONE = r"(?:[zZ]|[+-][0-5]\d:(?:[0-5]\d|60))"
_DURATION = r"P(?:T\d+[HMS]|\d+[DMWY])"

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?=.{{1,255}}\Z){_LABEL}(?:\.{_LABEL})*\.?"
_OCTET = r"(?:25[0-5]|2[0-4]\d|[01]?\d?\d)"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"

_ATOM = r"[\w!#$%&'*+\-/=?^`{|}~]+"
_EMAIL = rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}(?:\.{_LABEL})+|\[{_IPV4}\])"
_IDN_ATOM = r'[^\x00-\x20"(),.:;<>@\[\\\]]'
_IDN_DOTTED = rf"{_IDN_ATOM}(?:\.?{_IDN_ATOM})*"
_IDN_QUOTED = r'"(?:[^\x00-\x20"\\]|\\[^\x00-\x08\x0a-\x1f])*"'
_IDN_EMAIL = rf"(?:{_IDN_QUOTED}|{_IDN_DOTTED})@(?:{_IDN_DOTTED}|\[[^\x00-\x20\[\\\]]*\])"

_SCHEME = r"[A-Za-z][A-Za-z0-9+.\-]*:"
_URI = rf"{_SCHEME}[^{WHITESPACE}]*"


def _reference(beyond_ascii: str) -> str:
    name = rf"A-Za-z0-9\-._~!$&'()*+,;={beyond_ascii}"
    escape = "%[0-9A-Fa-f]{2}"
    literal = rf"\[(?:[Vv][0-9A-Fa-f]+\.[:{name}]+|[0-9A-Fa-f:.]+)?\]"
    authority = rf"//(?:(?:{escape}|[{name}])+|{literal})?(?::\d*)?(?![^/?#])"
    segment = rf"(?:{escape}|[@{name}])+(?![^/?#])"
    rest = rf"(?:{escape}|[/?:@{name}])*"
    return rf"(?:(?:{_SCHEME})?(?:{authority}|(?!//)(?=[/?#]|\Z))|{_SCHEME}(?!//)|{segment}){rest}(?:\#{rest})?"


_POINTER = r"(?:/(?:[\x00-.0-}\x7f\u017f\u212a]|~[01])*)*"

_COLOURS = "aqua|black|blue|fuchsia|gray|green|lime|maroon|navy|olive|orange|purple|red|silver|teal|white|yellow"
_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_SPACE = f"[{WHITESPACE}]*"
_COMMA = f"{_SPACE},{_SPACE}"
_PERCENTAGES = r"(?:\d?\d%|100%)+"
_COLOUR = "|".join(
    (
        "#?(?:[0-9A-Fa-f]{3}){1,2}",
        _COLOURS,
        rf"rgb\({_SPACE}{_COMMA.join([_BYTE] * 3)}{_SPACE}\)",
        rf"rgb\({_SPACE}{_COMMA.join([_PERCENTAGES] * 3)}{_SPACE}\)",
    )
)


def _whole(pattern: str, flags: re.RegexFlag = re.ASCII) -> Callable[[str], bool]:
    # Compiled by `re` when it is first asked for: all of them would take a tenth of the server's start.
    return lambda value: re.fullmatch(pattern, value, flags) is not None


def _is_duration(value: str) -> bool:
    # Found anywhere: the expression that is imitated has no anchors.
    return re.search(_DURATION, value, re.ASCII | re.IGNORECASE) is not None


def _is_ipv6(value: str) -> bool:
    address, percent, zone = re.sub(f"^[{WHITESPACE}]+", "", value).partition("%")
    if percent and not re.fullmatch(f"[^\n\r\u2028\u2029]++[{WHITESPACE}]*", zone):
        return False
    try:
        IPv6Address(address if percent else address.strip(WHITESPACE))
    except AddressValueError:
        return False
    return True


def _is_milliseconds(value: str) -> bool:
    whole = re.match(rf"{_SPACE}[+-]?\d+", value, re.ASCII)
    decimal = re.match(rf"{_SPACE}[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", value, re.ASCII)
    return bool(whole and decimal and number(whole[0]) == number(decimal[0]) and not math.isnan(number(value)))


def _is_style(value: str) -> bool:
    before_colon, *after = value.split(":")
    return len(after) > 1 or (bool(after) and before_colon.strip("\r\n\t ") != "")


FORMATS: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        "date-time": _whole(rf"{_DATE}[tT ]{_TIME}(?:\.\d+)?{_ZONE}"),
        "date": _whole(_DATE),
        "time": _whole(_TIME),
        "duration": _is_duration,
        "email": _whole(_EMAIL),
        "idn-email": _whole(_IDN_EMAIL),
        "hostname": _whole(_HOST),
        "host-name": _whole(_HOST),
        "ip-address": _whole(_IPV4),
        "ipv4": _whole(_IPV4),
        "ipv6": _is_ipv6,
        "uri": _whole(_URI),
        "uri-reference": _whole(_reference("")),
        "iri": _whole(_URI),
        "iri-reference": _whole(_reference(r"\x7f-\U0010ffff")),
        "uuid": _whole(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.ASCII | re.IGNORECASE),
        "json-pointer": _whole(_POINTER),
        "relative-json-pointer": _whole(rf"\d+(?:\#|{_POINTER})"),
        "utc-millisec": _is_milliseconds,
        "regex": is_pattern,
        "regexp": is_pattern,
        "pattern": is_pattern,
        "style": _is_style,
        "color": _whole(_COLOUR),
        "phone": _whole(r"\+(?:\d ?){6,14}\d"),
        "alpha": _whole("[a-zA-Z]+"),
        "alphanumeric": _whole("[a-zA-Z0-9]+"),
    }
)


def conforms(value: str, name: str, budget: Budget) -> bool:
    """Whether `value` has the format, as everything has one that is unknown."""
    check = FORMATS.get(name)
    budget.spend(len(value) // CHARACTERS_PER_STEP + (STEPS_PER_PATTERN if check is is_pattern else 0))
    return check is None or check(value)
