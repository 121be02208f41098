"""The methods of texts and of regular expressions."""

from mock_server.javascript.numerals import WHITESPACE
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.limits import Budget
from mock_server.rendering.patterns.pattern import Pattern
from mock_server.rendering.patterns.replacement import replace_pattern, replace_text
from mock_server.rendering.routines import Routine
from mock_server.rendering.values import Value, to_integer, to_text


def _to_upper_case(_budget: Budget, text: str) -> Value:
    return text.upper()


def _to_lower_case(_budget: Budget, text: str) -> Value:
    return text.lower()


def _trim(_budget: Budget, text: str) -> Value:
    return text.strip(WHITESPACE)


def _trim_start(_budget: Budget, text: str) -> Value:
    return text.lstrip(WHITESPACE)


def _trim_end(_budget: Budget, text: str) -> Value:
    return text.rstrip(WHITESPACE)


def _char_at(budget: Budget, text: str, index: Value = UNDEFINED) -> Value:
    position = to_integer(index, budget)
    return text[position] if 0 <= position < len(text) else ""


def _char_code_at(budget: Budget, text: str, index: Value = UNDEFINED) -> Value:
    position = to_integer(index, budget)
    return ord(text[position]) if 0 <= position < len(text) else float("nan")


def _concat(budget: Budget, text: str, *others: Value) -> Value:
    parts = [text, *(to_text(other, budget) for other in others)]
    budget.admit(sum(map(len, parts)))
    return "".join(parts)


def _includes(budget: Budget, text: str, part: Value, start: Value = UNDEFINED) -> Value:
    return _found(text, part, start, budget) >= 0


def _starts_with(budget: Budget, text: str, part: Value, start: Value = UNDEFINED) -> Value:
    return text.startswith(to_text(part, budget), _clamped(start, text, budget))


def _ends_with(budget: Budget, text: str, part: Value, end: Value = UNDEFINED) -> Value:
    return text[: _clamped(end, text, budget, len(text))].endswith(to_text(part, budget))


def _index_of(budget: Budget, text: str, part: Value, start: Value = UNDEFINED) -> Value:
    return _found(text, part, start, budget)


def _last_index_of(budget: Budget, text: str, part: Value, start: Value = UNDEFINED) -> Value:
    wanted = to_text(part, budget)
    searched = text[: _clamped(start, text, budget, len(text)) + len(wanted)]
    budget.charge_search(searched, wanted)
    # Unlike `find`, `rfind` may compare every part with every other.
    found = searched[::-1].find(wanted[::-1])
    return found if found < 0 else len(searched) - len(wanted) - found


def _slice(budget: Budget, text: str, start: Value = UNDEFINED, end: Value = UNDEFINED) -> Value:
    return text[to_integer(start, budget) : to_integer(end, budget, len(text))]


def _substring(budget: Budget, text: str, start: Value = UNDEFINED, end: Value = UNDEFINED) -> Value:
    first, last = sorted((_clamped(start, text, budget), _clamped(end, text, budget, len(text))))
    return text[first:last]


def _replace(budget: Budget, text: str, old: Value, new: Value) -> Value:
    replacement = to_text(new, budget)
    if isinstance(old, Pattern):
        return replace_pattern(text, old, replacement, budget)
    return replace_text(text, to_text(old, budget), replacement, budget)


def _split(budget: Budget, text: str, separator: Value = UNDEFINED, limit: Value = UNDEFINED) -> Value:
    parts: list[Value] = [text]
    if isinstance(separator, Pattern):
        parts = _split_by(separator, text, budget)
    elif separator is not UNDEFINED:
        wanted = to_text(separator, budget)
        budget.charge_search(text, wanted, times=2)
        budget.spend(text.count(wanted) if wanted else len(text))
        parts = list(text.split(wanted) if wanted else text)
    most = to_integer(limit, budget, -1)
    return parts if most < 0 else parts[:most]


def _split_by(pattern: Pattern, text: str, budget: Budget) -> list[Value]:
    if not text:
        return [] if pattern.match(text, 0, budget) else [text]
    parts: list[Value] = []
    start = position = 0
    while position < len(text):
        found = pattern.match(text, position, budget)
        if found is None or found.end == start:
            position += 1
            continue
        parts.append(text[start:position])
        parts.extend(UNDEFINED if group is None else group for group in found.groups)
        start = found.end
        position = max(found.end, position)
    return [*parts, text[start:]]


def _test(budget: Budget, pattern: Pattern, text: Value = UNDEFINED) -> Value:
    return pattern.search(to_text(text, budget), 0, budget) is not None


def _found(text: str, part: Value, start: Value, budget: Budget) -> int:
    wanted = to_text(part, budget)
    budget.charge_search(text, wanted)
    return text.find(wanted, _clamped(start, text, budget))


def _clamped(index: Value, text: str, budget: Budget, default: int = 0) -> int:
    return min(max(0, to_integer(index, budget, default)), len(text))


# No others: the real renderer knows no `padStart`, `repeat` or `replaceAll`.
STRING_METHODS: dict[str, Routine] = {
    "charAt": _char_at,
    "charCodeAt": _char_code_at,
    "concat": _concat,
    "endsWith": _ends_with,
    "includes": _includes,
    "indexOf": _index_of,
    "lastIndexOf": _last_index_of,
    "replace": _replace,
    "slice": _slice,
    "split": _split,
    "startsWith": _starts_with,
    "substring": _substring,
    "toLowerCase": _to_lower_case,
    "toUpperCase": _to_upper_case,
    "trim": _trim,
    "trimEnd": _trim_end,
    "trimStart": _trim_start,
}
PATTERN_METHODS: dict[str, Routine] = {"test": _test}
