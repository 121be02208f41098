"""Replaces what a pattern or a text matches, with JavaScript's `$` notation."""

import re
from collections.abc import Iterable

from mock_server.rendering.limits import Budget
from mock_server.rendering.patterns.pattern import Match, Pattern

_REFERENCE = re.compile(r"\$(?:[$&`']|[0-9]{1,2}|<[^<>]{0,100}>)")


def replace_pattern(text: str, pattern: Pattern, replacement: str, budget: Budget) -> str:
    """The text with the first match replaced, or with the flag g every match."""
    return _replaced(text, pattern.matches(text, budget), replacement, budget)


def replace_text(text: str, old: str, replacement: str, budget: Budget) -> str:
    """The text with the first occurrence of `old` replaced."""
    budget.charge_search(text, old)
    position = text.find(old)
    found = [Match(text, position, position + len(old), (), {})] if position >= 0 else []
    return _replaced(text, found, replacement, budget)


def _replaced(text: str, matches: Iterable[Match], replacement: str, budget: Budget) -> str:
    parts: list[str] = []
    end = 0
    for match in matches:
        budget.admit(len(replacement))
        parts += (text[end : match.start], _expanded(replacement, match, budget))
        end = match.end
    parts.append(text[end:])
    budget.admit(sum(map(len, parts)))
    return "".join(parts)


def _expanded(replacement: str, match: Match, budget: Budget) -> str:
    if "$" not in replacement:
        return replacement

    def value(found: re.Match[str]) -> str:
        budget.spend()
        text = _reference(found[0], match)
        budget.admit(len(text))
        return text

    return _REFERENCE.sub(value, replacement)


def _reference(reference: str, match: Match) -> str:
    kind = reference[1]
    if kind == "$":
        return "$"
    if kind == "&":
        return match.text[match.start : match.end]
    if kind == "`":
        return match.text[: match.start]
    if kind == "'":
        return match.text[match.end :]
    if kind == "<":
        return reference if not match.names else _group(match, match.names.get(reference[2:-1], 0))
    for length in (3, 2):
        number = int(reference[1:length])
        if len(reference) >= length and 0 < number <= len(match.groups):
            return _group(match, number) + reference[length:]
    return reference


def _group(match: Match, number: int) -> str:
    return (match.groups[number - 1] or "") if number else ""
