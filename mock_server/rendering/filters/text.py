"""Filters that change texts."""

import math
import re

from mock_server.javascript.numerals import WHITESPACE, is_number
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.filters.inputs import like, safe, text_only, text_or_nothing
from mock_server.rendering.limits import Budget
from mock_server.rendering.patterns.pattern import Pattern
from mock_server.rendering.patterns.replacement import replace_pattern
from mock_server.rendering.routines import Routine
from mock_server.rendering.values import SafeText, Value, to_integer, to_number, to_text, truthy

_WORD = re.compile(r"\w+", re.ASCII)


def _capitalize(_budget: Budget, value: Value) -> Value:
    text = text_or_nothing(value)
    return like(value, text[:1].upper() + text[1:].lower())


def _center(budget: Budget, value: Value, width: Value = UNDEFINED) -> Value:
    if is_number(value):
        return to_text(value, budget)
    text = to_text(value, budget) if truthy(value) else ""
    length = len(value) if isinstance(value, list) else len(text)
    spaces = 0 if _is_no_number(width, budget) else max(0, (to_integer(width, budget, 80) or 80) - length)
    if truthy(value) and not isinstance(value, (str, list)):
        return text
    budget.admit(spaces)
    return like(value, " " * (spaces // 2) + text + " " * (spaces - spaces // 2))


def _is_no_number(length: Value, budget: Budget) -> bool:
    return truthy(length) and math.isnan(to_number(length, budget))


def _indent(budget: Budget, value: Value, width: Value = UNDEFINED, first: Value = UNDEFINED) -> Value:
    text = text_or_nothing(value)
    if not text:
        return ""
    lines = text.split("\n")
    count = max(0, to_integer(width, budget)) if truthy(width) else 4
    budget.admit(len(text) + count * len(lines))
    prefix = " " * count
    return like(value, (prefix if truthy(first) else "") + f"\n{prefix}".join(lines))


def _lower(_budget: Budget, value: Value) -> Value:
    return text_or_nothing(value).lower()


def _upper(_budget: Budget, value: Value) -> Value:
    return text_or_nothing(value).upper()


def _replace(
    budget: Budget, value: Value, old: Value = UNDEFINED, new: Value = UNDEFINED, count: Value = UNDEFINED
) -> Value:
    if isinstance(old, Pattern):
        return replace_pattern(text_only(value), old, to_text(new, budget), budget)
    if is_number(value):
        value = to_text(value, budget)
    if not isinstance(value, str) or not (isinstance(old, str) or is_number(old)):
        return value
    wanted, replacement = to_text(old, budget), to_text(new, budget)
    most = to_integer(count, budget, -1)
    if not wanted:
        most = -1
    budget.charge_search(value, wanted, times=2)
    found = value.count(wanted) if most < 0 else min(most, value.count(wanted))
    budget.spend(found)
    budget.admit(len(value) + (found + 1) * len(replacement))
    # Around each character, and twice where there is none.
    replaced = str.replace(value, wanted, replacement, most) if value or wanted else 2 * replacement
    return like(value, replaced)


def _string(budget: Budget, value: Value) -> Value:
    if value is None or value is UNDEFINED:
        raise EvaluationError("the filter string needs a value")
    return like(value, to_text(value, budget))


def _title(budget: Budget, value: Value) -> Value:
    words = text_or_nothing(value).split(" ")
    budget.spend(len(words) // 8)
    return like(value, " ".join(word[:1].upper() + word[1:].lower() for word in words))


def _trim(_budget: Budget, value: Value) -> Value:
    return like(value, text_only(value).strip(WHITESPACE))


def _truncate(
    budget: Budget, value: Value, length: Value = UNDEFINED, exact: Value = UNDEFINED, ending: Value = UNDEFINED
) -> Value:
    if _is_no_number(length, budget):
        text = text_or_nothing(value)
        end = 0 if truthy(exact) else max(0, text.rfind(" "))
        return like(value, text[:end] + ("..." if ending is UNDEFINED or ending is None else to_text(ending, budget)))
    limit = to_integer(length, budget, 255) or 255
    if isinstance(value, list) and len(value) <= limit:
        return value
    text = text_or_nothing(value)
    if len(text) <= limit:
        return value if text else ""
    cut = limit
    if not truthy(exact):
        space = text.rfind(" ", 0, max(0, limit) + 1)
        cut = space if space >= 0 else limit
    rest = "..." if ending is UNDEFINED or ending is None else to_text(ending, budget)
    return like(value, text[: max(0, cut)] + rest)


def _wordcount(_budget: Budget, value: Value) -> Value:
    return len(_WORD.findall(text_only(value if truthy(value) else ""))) or None


def _safe(budget: Budget, value: Value) -> Value:
    return value if isinstance(value, SafeText) else safe(value, budget)


TEXT_FILTERS: dict[str, Routine] = {
    "capitalize": _capitalize,
    "center": _center,
    "indent": _indent,
    "lower": _lower,
    "replace": _replace,
    "safe": _safe,
    "string": _string,
    "title": _title,
    "trim": _trim,
    "truncate": _truncate,
    "upper": _upper,
    "wordcount": _wordcount,
}
