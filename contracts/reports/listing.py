"""All rules, for people who want to know what is tested."""

from collections.abc import Iterable

from contracts.rule import Rule


def print_rules(rules: Iterable[Rule]) -> None:
    """One rule in three lines: id, level and profiles; what it asks for; where that stands."""
    for rule in rules:
        profiles = ", ".join(sorted(profile.value for profile in rule.profiles))
        print(f"{rule.id}  {rule.level.value}  ({profiles})\n    {rule.sentence}\n    {rule.source}")  # noqa: T201
