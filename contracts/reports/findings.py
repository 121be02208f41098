"""What a rule found wrong, gathered by operation: one example to look at, and how often there was more of it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.exchange import Exchange, Purpose
from contracts.redaction import Redaction
from contracts.reports.foreign import visible
from contracts.results import Report, Result
from contracts.rule import Observation, Rule

LONGEST_TEXT = 500
LONGEST_NAME = 100
MOST_OTHERS = 4
MOST_EXCHANGES = 6

_NUMBER_OR_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


@dataclass(frozen=True, slots=True)
class Other:
    """Something else that was observed, so many times, where the rule was broken too."""

    expected: str
    observed: str
    count: int


@dataclass(frozen=True, slots=True)
class Finding:
    """All that one rule found wrong with one operation. The texts and exchanges are those of the observation with the
    smallest request, and safe to show; `others` say differently, and `more` counts those not listed."""

    rule: Rule
    operation: str | None
    count: int
    expected: str
    observed: str
    exchanges: tuple[Exchange, ...] = ()
    others: tuple[Other, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """What there is to show of one rule's result."""

    result: Result
    failures: tuple[Finding, ...]
    known: tuple[Finding, ...]
    advice: tuple[Finding, ...]


def findings_of(report: Report) -> tuple[Findings, ...]:
    """What every rule found, rule by rule, the rules in order."""
    redaction = Redaction(report.target)
    return tuple(
        Findings(
            result,
            gathered(result.rule, result.failures, redaction),
            gathered(result.rule, result.known, redaction),
            gathered(result.rule, result.advice, redaction),
        )
        for result in report.results
    )


def gathered(rule: Rule, observations: Iterable[Observation], redaction: Redaction) -> tuple[Finding, ...]:
    """The observations by operation."""
    by_operation: dict[str | None, list[Observation]] = {}
    for observation in observations:
        by_operation.setdefault(observation.operation, []).append(observation)
    return tuple(_finding(rule, operation, found, redaction) for operation, found in by_operation.items())


def _finding(rule: Rule, operation: str | None, observations: Sequence[Observation], redaction: Redaction) -> Finding:
    example = min(observations, key=_size)
    kinds: dict[tuple[str, str], Observation] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for observation in observations:
        kind = _kind(observation)
        kinds.setdefault(kind, observation)
        counts[kind] += 1
    del counts[_kind(example)]
    others = [
        Other(_shown(kinds[kind].expected, redaction), _shown(kinds[kind].observed, redaction), count)
        for kind, count in counts.most_common(MOST_OTHERS)
    ]
    return Finding(
        rule,
        None if operation is None else visible(operation, LONGEST_NAME),
        len(observations),
        _shown(example.expected, redaction),
        _shown(example.observed, redaction),
        tuple(redaction.exchange(exchange) for exchange in example.exchanges[:MOST_EXCHANGES]),
        tuple(others),
        counts.total() - sum(other.count for other in others),
    )


def _size(observation: Observation) -> tuple[bool, int, int]:
    """Requests of the suite's own before fuzzed ones, small before large, early before late."""
    if not observation.exchanges:
        return True, 0, 0
    first = observation.exchanges[0]
    request = first.request
    size = len(request.path) + len(request.body or b"") + sum(len(name) + len(value) for name, value in request.query)
    return first.purpose is Purpose.FUZZED, size, first.number


def _kind(observation: Observation) -> tuple[str, str]:
    return _NUMBER_OR_ID.sub("#", observation.expected), _NUMBER_OR_ID.sub("#", observation.observed)


def _shown(text: str, redaction: Redaction) -> str:
    return visible(redaction.text(text), LONGEST_TEXT)
