"""YAML as the `yaml` package of npm writes it."""

from typing import Any

from mock_server.actions.yaml_folding import units
from mock_server.actions.yaml_strings import key_text, string_text
from mock_server.javascript.numerals import number_to_text
from mock_server.rendering import Budget, BudgetExhausted

_STEP = "  "
_LONGEST_IMPLICIT_KEY = 1024
# Where a line is broken is decided character by character.
_STEPS_PER_CHARACTER = 2


def yaml_text(value: Any, budget: Budget) -> str:
    """The YAML of a JSON value. Raises BudgetExhausted."""
    return _node(value, "", budget) + "\n"


def _node(value: Any, indent: str, budget: Budget, column: int | None = None) -> str:
    """A value whose first line begins at `column`, the further ones behind `indent`."""
    budget.spend()
    if len(indent) > budget.limits.depth * len(_STEP):
        raise BudgetExhausted("the value is nested too deeply")
    if isinstance(value, str):
        budget.admit(len(value) + len(indent) * value.count("\n"))
        budget.spend(len(value) * _STEPS_PER_CHARACTER)
        return string_text(value, indent, column)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return number_to_text(value)
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    budget.admit(len(value) * len(indent))
    if isinstance(value, dict):
        return f"\n{indent}".join(_pair(key, item, indent, budget) for key, item in value.items())
    return f"\n{indent}".join("- " + _node(item, indent + _STEP, budget) for item in value)


def _pair(key: str, value: Any, indent: str, budget: Budget) -> str:
    budget.admit(len(key))
    inner = indent + _STEP
    head = key_text(key, is_at_root=not indent)
    if len(head) > _LONGEST_IMPLICIT_KEY:
        lead = f"? {head}"
        return lead if value is None else f"{lead}\n{indent}: {_node(value, inner, budget)}"
    head += ":"
    if isinstance(value, dict | list) and value:
        return f"{head}\n{inner}{_node(value, inner, budget)}"
    text = _node(value, inner, budget, len(units(head)) + 1)
    return head + text if text.startswith("\n") else f"{head} {text}"
