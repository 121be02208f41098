"""Failures that are known of an implementation: listed with a reason, and not held against it until they are over.

What a list looks like is in `known/known-failures.schema.json`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from contracts.contract import contract_of
from contracts.profile import Profile
from contracts.results import Outcome, Result, StaleEntry
from contracts.rule import Observation, Rule

SHIPPED = Path(__file__).with_name("known")
REQUIRED = frozenset({"rule", "reason"})
OPTIONAL = frozenset({"expires", "profile", "intermittent", "untestable"})


class BrokenKnownFailures(Exception):
    """A list of known failures cannot be used."""


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """`name` is a rule id, or `RULE@operationId` for one operation of it; `profile` is the only one that it is for,
    None for any; `expires` is the last day it counts. What does not occur in every run is `intermittent`; an
    `untestable` rule is one that there is nothing to judge by."""

    name: str
    reason: str
    expires: date | None = None
    profile: Profile | None = None
    intermittent: bool = False
    untestable: bool = False

    @property
    def rule(self) -> str:
        return self.name.partition("@")[0]

    def covers(self, rule_id: str, observation: Observation) -> bool:
        """Whether this is the failure that is known."""
        rule, at, operation = self.name.partition("@")
        return not self.untestable and rule == rule_id and (not at or operation == observation.operation)


class KnownFailures:
    """The list, applied to the results of a run on the day `today`."""

    def __init__(self, entries: Iterable[KnownFailure] = (), *, today: date) -> None:
        entries = tuple(entries)
        self._expired = [entry for entry in entries if entry.expires and entry.expires < today]
        self._entries = [entry for entry in entries if entry not in self._expired]

    def applied(self, result: Result) -> Result:
        """The result with every known failure taken out of its failures; one with nothing but those is known, and so is
        one that cannot be tested where that is known."""
        if result.outcome is Outcome.NOT_TESTABLE:
            why = [entry.reason for entry in self._entries if entry.untestable and entry.rule == result.rule.id]
            return replace(result, outcome=Outcome.KNOWN_FAILURE, reason="; ".join(why)) if why else result
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
        untested = {id for id, result in judged.items() if _is_untested(result)}
        over = [
            StaleEntry(entry.name, f"expired on {entry.expires}") for entry in self._expired if entry.rule in judged
        ]
        gone = [
            StaleEntry(entry.name, "does not occur any more")
            for entry in self._entries
            if whole
            and not entry.intermittent
            and entry.rule in judged
            and not (_occurs(entry, judged[entry.rule]) or entry.rule in untested)
        ]
        return tuple(over + gone)


def _is_untested(result: Result) -> bool:
    """Whether it is known that there is nothing to judge the rule by."""
    return result.outcome is Outcome.KNOWN_FAILURE and not result.known


def _occurs(entry: KnownFailure, result: Result) -> bool:
    return any(entry.covers(result.rule.id, failure) for failure in (*result.known, *result.advice))


def shipped_names() -> tuple[str, ...]:
    """The names of the lists that come with the suite."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def load_known_failures(name: str, rules: Iterable[Rule], profile: Profile) -> tuple[KnownFailure, ...]:
    """The entries of a file, or of a shipped list by its name, that are for the profile. Raises BrokenKnownFailures,
    also for what is wrong with the other entries."""
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
    known = {rule.id: rule for rule in rules}
    found = tuple(_entry(entry, f"{path}, entry {number}", known) for number, entry in enumerate(entries, 1))
    for one in Profile:
        for entry_name, count in Counter(entry.name for entry in found if entry.profile in {None, one}).items():
            if count > 1:
                raise BrokenKnownFailures(f"{path}: {entry_name} is listed {count} times")
    return tuple(entry for entry in found if entry.profile in {None, profile})


def _entry(entry: Any, where: str, rules: Mapping[str, Rule]) -> KnownFailure:
    if not isinstance(entry, dict) or not REQUIRED <= set(entry) <= REQUIRED | OPTIONAL:
        optional = ", ".join(f"`{key}`" for key in sorted(OPTIONAL))
        raise BrokenKnownFailures(f"{where}: needs `rule` and `reason`, and may have {optional}, nothing else")
    name, reason = entry["rule"], entry["reason"]
    rule, at, operation = name.partition("@") if isinstance(name, str) else ("", "", "")
    if rule not in rules:
        raise BrokenKnownFailures(f"{where}: there is no rule {rule or name}")
    profiles = _profiles(entry, where) & rules[rule].profiles
    if not profiles:
        raise BrokenKnownFailures(f"{where}: there is no rule {rule} in the profile {entry['profile']}")
    if at and not any(operation in contract_of(profile).operations for profile in profiles):
        raise BrokenKnownFailures(f"{where}: there is no operation {operation!r}")
    if not isinstance(reason, str) or not reason.strip():
        raise BrokenKnownFailures(f"{where}: the reason must say something")
    intermittent, untestable = (_flag(entry, key, where) for key in ("intermittent", "untestable"))
    if untestable and at:
        raise BrokenKnownFailures(f"{where}: a rule is untestable as a whole, not for one operation")
    return KnownFailure(
        name,
        " ".join(reason.split()),
        _expiry(entry, where),
        Profile(entry["profile"]) if "profile" in entry else None,
        intermittent,
        untestable,
    )


def _flag(entry: Mapping[str, Any], key: str, where: str) -> bool:
    found = entry.get(key, False)
    if not isinstance(found, bool):
        raise BrokenKnownFailures(f"{where}: {key} must be true or false")
    return found


def _profiles(entry: Mapping[str, Any], where: str) -> frozenset[Profile]:
    if "profile" not in entry:
        return frozenset(Profile)
    if entry["profile"] not in set(Profile):
        raise BrokenKnownFailures(f"{where}: profile must be {' or '.join(Profile)}")
    return frozenset({Profile(entry["profile"])})


def _expiry(entry: Mapping[str, Any], where: str) -> date | None:
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
