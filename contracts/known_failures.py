"""Failures that are known of an implementation: listed with a reason, and not held against it until they are over.

What a list looks like is in `known/known-failures.schema.json`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from contracts.contract import contract_of
from contracts.profile import Profile
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

    def stale(self, results: Sequence[Result], *, whole: bool = True) -> tuple[StaleEntry, ...]:
        """The entries that have expired, or whose rule was judged here and does not break so any more. A rule that
        was not run or not testable says nothing of its entries; a run that did not see the `whole` of what there is
        to see cannot tell that a failure is gone."""
        judged = {result.rule.id: result for result in results if result.outcome is not Outcome.NOT_TESTABLE}
        over = [
            StaleEntry(entry.name, f"expired on {entry.expires}") for entry in self._expired if entry.rule in judged
        ]
        gone = [
            StaleEntry(entry.name, "does not occur any more")
            for entry in self._entries
            if whole and entry.rule in judged and not _occurs(entry, judged[entry.rule])
        ]
        return tuple(over + gone)


def _occurs(entry: KnownFailure, result: Result) -> bool:
    return any(entry.covers(result.rule.id, failure) for failure in (*result.known, *result.advice))


def shipped_names() -> tuple[str, ...]:
    """The names of the lists that come with the suite."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def load_known_failures(name: str, rule_ids: Iterable[str]) -> tuple[KnownFailure, ...]:
    """The entries of a file, or of a shipped list by its name. Raises BrokenKnownFailures."""
    path = SHIPPED / f"{name}.yaml" if name in shipped_names() else Path(name)
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BrokenKnownFailures(f"there is neither a file nor a shipped list {name}") from error
    # A ValueError: a date that the calendar does not have, or no UTF-8.
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BrokenKnownFailures(f"{path}: {error}") from error
    if entries is None:
        return ()
    if not isinstance(entries, list):
        raise BrokenKnownFailures(f"{path}: must be a list of entries with `rule` and `reason`")
    known_ids = frozenset(rule_ids)
    found = tuple(_entry(entry, f"{path}, entry {number}", known_ids) for number, entry in enumerate(entries, 1))
    for entry_name, count in Counter(entry.name for entry in found).items():
        if count > 1:
            raise BrokenKnownFailures(f"{path}: {entry_name} is listed {count} times")
    return found


def _entry(entry: Any, where: str, rule_ids: frozenset[str]) -> KnownFailure:
    if not isinstance(entry, dict) or not {"rule", "reason"} <= set(entry) <= {"rule", "reason", "expires"}:
        raise BrokenKnownFailures(f"{where}: needs `rule` and `reason`, and may have `expires`, nothing else")
    name, reason = entry["rule"], entry["reason"]
    rule, at, operation = name.partition("@") if isinstance(name, str) else ("", "", "")
    if rule not in rule_ids:
        raise BrokenKnownFailures(f"{where}: there is no rule {rule or name}")
    if at and operation not in contract_of(Profile.PUBLISHED).operations:
        raise BrokenKnownFailures(f"{where}: there is no operation {operation!r}")
    if not isinstance(reason, str) or not reason.strip():
        raise BrokenKnownFailures(f"{where}: the reason must say something")
    return KnownFailure(name, " ".join(reason.split()), _expiry(entry, where))


def _expiry(entry: dict[str, Any], where: str) -> date | None:
    if "expires" not in entry:
        return None
    expires = entry["expires"]
    if isinstance(expires, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", expires):
        try:
            expires = date.fromisoformat(expires)
        except ValueError as error:
            raise BrokenKnownFailures(f"{where}: expires: {error}") from error
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise BrokenKnownFailures(f"{where}: expires must be a date such as 2027-01-31")
    return expires
