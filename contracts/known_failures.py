"""Failures that are known of an implementation: listed with a reason, and not held against it until they are over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from contracts.results import Outcome, Result, StaleEntry
from contracts.rule import Observation

SHIPPED = Path(__file__).with_name("known")


class BrokenKnownFailures(Exception):
    """A list of known failures cannot be used."""


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """`name` is a rule id, or `RULE@operationId` for one operation of it; `expires` is the last day it counts."""

    name: str
    reason: str
    expires: date | None = None

    @property
    def rule(self) -> str:
        return self.name.partition("@")[0]

    def covers(self, rule_id: str, observation: Observation) -> bool:
        rule, at, operation = self.name.partition("@")
        return rule == rule_id and (not at or operation == observation.operation)


class KnownFailures:
    """The list, applied to the results of a run on the day `today`."""

    def __init__(self, entries: Iterable[KnownFailure] = (), *, today: date) -> None:
        entries = tuple(entries)
        self._expired = [entry for entry in entries if entry.expires and entry.expires < today]
        self._entries = [entry for entry in entries if entry not in self._expired]

    def applied(self, result: Result) -> Result:
        """The result with every known failure taken out of its failures; one with nothing but those is known."""
        known = tuple(
            failure
            for failure in result.failures
            if any(entry.covers(result.rule.id, failure) for entry in self._entries)
        )
        if not known:
            return result
        failures = tuple(failure for failure in result.failures if failure not in known)
        reasons = "; ".join(
            dict.fromkeys(
                entry.reason
                for entry in self._entries
                if any(entry.covers(result.rule.id, failure) for failure in known)
            )
        )
        return Result(
            result.rule,
            Outcome.FAIL if failures else Outcome.KNOWN_FAILURE,
            result.held,
            failures,
            known,
            result.advice,
            reasons,
        )

    def stale(self, results: Sequence[Result]) -> tuple[StaleEntry, ...]:
        """The entries that have expired, or whose rule was judged here and does not break so any more. A rule that
        was not run or not testable says nothing of its entries."""
        judged = {result.rule.id: result for result in results if result.outcome is not Outcome.NOT_TESTABLE}
        over = [
            StaleEntry(entry.name, f"expired on {entry.expires}") for entry in self._expired if entry.rule in judged
        ]
        gone = [
            StaleEntry(entry.name, "does not occur any more")
            for entry in self._entries
            if entry.rule in judged
            and not any(entry.covers(entry.rule, failure) for failure in judged[entry.rule].known)
        ]
        return tuple(over + gone)


def load_known_failures(name: str, rule_ids: Iterable[str]) -> tuple[KnownFailure, ...]:
    """The entries of a file, or of a shipped list by its name. Raises BrokenKnownFailures."""
    shipped = SHIPPED / f"{name}.yaml"
    path = shipped if shipped.exists() else Path(name)
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BrokenKnownFailures(f"{path}: {error}") from error
    if entries is None:
        return ()
    if not isinstance(entries, list):
        raise BrokenKnownFailures(f"{path}: must be a list of entries with `rule` and `reason`")
    known_ids = frozenset(rule_ids)
    return tuple(_entry(entry, f"{path}, entry {number}", known_ids) for number, entry in enumerate(entries, 1))


def _entry(entry: Any, where: str, rule_ids: frozenset[str]) -> KnownFailure:
    if not isinstance(entry, dict) or not {"rule", "reason"} <= set(entry) <= {"rule", "reason", "expires"}:
        raise BrokenKnownFailures(f"{where}: needs `rule` and `reason`, and may have `expires`, nothing else")
    name, reason, expires = entry["rule"], entry["reason"], entry.get("expires")
    if not isinstance(name, str) or name.partition("@")[0] not in rule_ids:
        raise BrokenKnownFailures(f"{where}: there is no rule {name}")
    if not isinstance(reason, str) or not reason.strip():
        raise BrokenKnownFailures(f"{where}: the reason must say something")
    if expires is not None and not isinstance(expires, date):
        raise BrokenKnownFailures(f"{where}: expires must be a date such as 2027-01-31")
    return KnownFailure(name, reason.strip(), expires)
