"""JavaScript's `JSON.stringify`."""

import json
import math
from collections.abc import Iterable

from mock_server.javascript.keys import ordered
from mock_server.javascript.numerals import number_to_text
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.limits import Budget
from mock_server.rendering.patterns.pattern import Pattern
from mock_server.rendering.values import Value, to_text


def json_text(value: Value, unit: str, budget: Budget) -> str:
    """The JSON of a value, on one line if `unit` is empty, else indented by it."""
    text = _written(value, unit, "\n", budget)
    budget.admit(len(text))
    return text


def _written(value: Value, unit: str, line: str, budget: Budget) -> str:
    budget.spend()
    if isinstance(value, str):
        budget.admit(len(value))
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number_to_text(value) if isinstance(value, int) or math.isfinite(value) else "null"
    if isinstance(value, list):
        return _enclosed("[]", (_written(item, unit, line + unit, budget) for item in value), unit, line, budget)
    if isinstance(value, dict):
        colon = ": " if unit else ":"
        members = (
            json.dumps(key, ensure_ascii=False) + colon + _written(item, unit, line + unit, budget)
            for key, item in ordered(value)
            if item is not UNDEFINED
        )
        return _enclosed("{}", members, unit, line, budget)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value is UNDEFINED:
        return "null"
    if isinstance(value, Pattern):
        return "{}"
    return json.dumps(to_text(value, budget))


def _enclosed(brackets: str, parts: Iterable[str], unit: str, line: str, budget: Budget) -> str:
    items = list(parts)
    budget.admit(sum(map(len, items)) + len(items) * (len(line) + len(unit)))
    if not items or not unit:
        return brackets[0] + ",".join(items) + brackets[1]
    inner = line + unit
    return brackets[0] + inner + f",{inner}".join(items) + line + brackets[1]
