"""All rules, for people who want to know what is tested, and what is not."""

import textwrap
from collections.abc import Iterable

from contracts.rule import Rule
from contracts.statements import not_checkable

WIDTH = 80


def print_rules(rules: Iterable[Rule]) -> None:
    """One rule in three lines: id, level and profiles; what it asks for; where that stands. Then what of the document
    no rule can judge."""
    for rule in rules:
        profiles = ", ".join(sorted(profile.value for profile in rule.profiles))
        print(f"{rule.id}  {rule.level.value}  ({profiles})\n    {rule.sentence}\n    {rule.source}")  # noqa: T201
    print("\nNot checkable from outside:")  # noqa: T201
    for statement in not_checkable():
        partly = f" (The rest is judged by {', '.join(statement.rules)}.)" if statement.rules else ""
        print(f"{statement.pointer}\n{_wrapped(f'{statement.not_checkable}{partly}')}")  # noqa: T201


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
