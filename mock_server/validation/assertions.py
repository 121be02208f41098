"""The keywords that look at a value by itself, and the words in which each complains."""

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import combinations
from types import MappingProxyType
from typing import Final

from mock_server.javascript.numerals import is_number
from mock_server.javascript.undefined import UNDEFINED
from mock_server.validation.budget import weight
from mock_server.validation.failure import Failure
from mock_server.validation.formats import conforms
from mock_server.validation.invalid_schema import InvalidSchema
from mock_server.validation.javascript import equal, json_text, number, text
from mock_server.validation.patterns import matches
from mock_server.validation.visit import Keyword, Visit


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on something that can be measured of values of one kind."""

    applies: Callable[[object], bool]
    measure: Callable[..., float]
    holds: Callable[[float, float], bool]
    complaint: str

    def __call__(self, keyword: str, visit: Visit) -> Iterator[Failure]:
        """Complain if the bound that the schema gives does not hold."""
        if self.applies(visit.instance):
            bound = visit.value(keyword)
            if not self.holds(self.measure(visit.instance), number(bound)):
                yield visit.failure(keyword, f"{self.complaint} {text(bound)}", bound)


def _is_finite(value: object) -> bool:
    return is_number(value) and math.isfinite(number(value))


def _is_string(value: object) -> bool:
    return isinstance(value, str)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


LIMITS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        "minLength": Limit(_is_string, len, operator.ge, "does not meet minimum length of"),
        "maxLength": Limit(_is_string, len, operator.le, "does not meet maximum length of"),
        "minItems": Limit(_is_list, len, operator.ge, "does not meet minimum length of"),
        "maxItems": Limit(_is_list, len, operator.le, "does not meet maximum length of"),
        "minProperties": Limit(_is_object, len, operator.ge, "does not meet minimum property length of"),
        "maxProperties": Limit(_is_object, len, operator.le, "does not meet maximum property length of"),
        "minimum": Limit(_is_finite, number, operator.ge, "must be greater than or equal to"),
        "maximum": Limit(_is_finite, number, operator.le, "must be less than or equal to"),
        "exclusiveMinimum": Limit(_is_finite, number, operator.gt, "must be strictly greater than"),
        "exclusiveMaximum": Limit(_is_finite, number, operator.lt, "must be strictly less than"),
    }
)
CHARACTERS_COMPARED_PER_STEP = 16
STEPS_PER_CHOICE = 3
EXCLUSIVE: Final[Mapping[str, tuple[str, Limit]]] = MappingProxyType(
    {
        "minimum": ("exclusiveMinimum", Limit(_is_finite, number, operator.gt, "must be greater than")),
        "maximum": ("exclusiveMaximum", Limit(_is_finite, number, operator.lt, "must be less than")),
    }
)


def limit(keyword: str, visit: Visit) -> Iterator[Failure]:
    """Bounds; `true` for an exclusive bound, as in draft 4, changes its neighbour instead."""
    if isinstance(visit.value(keyword), bool) and keyword.startswith("exclusive"):
        return iter(())
    exclusive, stricter = EXCLUSIVE.get(keyword, (keyword, LIMITS[keyword]))
    return (stricter if visit.value(exclusive) is True else LIMITS[keyword])(keyword, visit)


def multiple(keyword: str, complaint: str, visit: Visit) -> Iterator[Failure]:
    """`multipleOf`, and its older name `divisibleBy`: exact for as many decimal places as are written."""
    if not _is_finite(visit.instance):
        return
    divisor = visit.value(keyword)
    if divisor is not None and number(divisor) == 0:
        raise InvalidSchema(f"{keyword} cannot be zero")
    scale = float(f"1e{max(_decimal_places(visit.instance), _decimal_places(divisor))}")
    try:
        remainder = math.fmod(_rounded(number(visit.instance) * scale), _rounded(number(divisor) * scale))
    except ValueError:
        remainder = math.nan
    if remainder != 0:
        yield visit.failure(keyword, f"{complaint} {json_text(divisor)}", divisor)


def pattern(visit: Visit) -> Iterator[Failure]:
    """The regular expression that a string must match somewhere."""
    if isinstance(visit.instance, str):
        source = visit.value("pattern")
        if not matches(visit.text(source), visit.instance, visit.budget):
            if source is None:
                raise InvalidSchema("null is not a pattern")
            yield visit.failure("pattern", f"does not match pattern {json_text(text(source))}", source)


def format_(visit: Visit) -> Iterator[Failure]:
    """The format that a string must have."""
    name = visit.value("format")
    if isinstance(visit.instance, str) and not conforms(visit.instance, visit.text(name), visit.budget):
        yield visit.failure("format", f"does not conform to the {json_text(name)} format", name)


def enum(visit: Visit) -> Iterator[Failure]:
    """The values to choose from."""
    if visit.instance is UNDEFINED:
        return
    choices = visit.value("enum")
    if not isinstance(choices, list):
        raise InvalidSchema("enum must be a list")
    visit.budget.spend(STEPS_PER_CHOICE * len(choices) * _effort(visit.instance))
    if not any(equal(visit.instance, choice) for choice in choices):
        yield visit.failure("enum", f"is not one of enum values: {','.join(map(text, choices))}", choices)


def const(visit: Visit) -> Iterator[Failure]:
    """The only value allowed."""
    expected = visit.value("const")
    if visit.instance is UNDEFINED:
        return
    visit.budget.spend(_effort(visit.instance))
    if not equal(expected, visit.instance):
        yield visit.failure("const", f"does not exactly match expected constant: {text(expected)}", expected)


def unique_items(visit: Visit) -> Iterator[Failure]:
    """No two items alike."""
    items = visit.instance
    if visit.value("uniqueItems") is not True or not isinstance(items, list):
        return
    visit.budget.spend(len(items) // 8)
    if all(map(_is_string, items)):
        repeated = len(set(items)) < len(items)
    else:
        visit.budget.spend(len(items) * _effort(items))
        repeated = any(equal(earlier, later) for earlier, later in combinations(items, 2))
    if repeated:
        yield visit.failure("uniqueItems", "contains duplicate item")


def required(visit: Visit) -> Iterator[Failure]:
    """The properties that must be there, or, in the form of draft 3, that this one must be."""
    names = visit.value("required")
    if visit.instance is UNDEFINED and names is True:
        yield visit.failure("required", "is required")
    elif isinstance(visit.instance, dict) and isinstance(names, list):
        visit.budget.spend(len(names))
        for name in names:
            if visit.text(name) not in visit.instance:
                yield visit.failure("required", f"requires property {json_text(name)}", name)


def _effort(value: object) -> int:
    # What comparing takes is bounded by either side.
    return 1 + weight(value) // CHARACTERS_COMPARED_PER_STEP


def _decimal_places(value: object) -> int:
    amount = number(value)
    if not math.isfinite(amount):
        return 0
    exponent = Decimal(text(amount)).as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _rounded(value: float) -> float:
    if not math.isfinite(value):
        return value
    whole = math.floor(value)
    return float(whole + (value - whole >= 0.5))


ASSERTIONS: Final[Mapping[str, Keyword]] = MappingProxyType(
    {
        **{keyword: partial(limit, keyword) for keyword in LIMITS},
        "multipleOf": partial(multiple, "multipleOf", "is not a multiple of (divisible by)"),
        "divisibleBy": partial(multiple, "divisibleBy", "is not divisible by (multiple of)"),
        "pattern": pattern,
        "format": format_,
        "enum": enum,
        "const": const,
        "uniqueItems": unique_items,
        "required": required,
    }
)
