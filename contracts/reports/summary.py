"""What every report says in the same words: families, counts, and the verdict in a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from contracts.profile import Profile
from contracts.reports.findings import Finding, Other
from contracts.results import Outcome, Report, Result, Verdict
from contracts.rule import Rule

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "SCHEMA": "schema",
        "STATUS": "status",
        "AUTH": "auth",
        "PARAM": "parameters",
        "LIFE": "lifecycle",
        "EVENTS": "long poll",
        "RETRY": "retry",
        "AUTO": "autocompletion",
        "STREAM": "stream",
        "CONS": "consistency",
        "DRY": "dry run",
        "TEMPL": "templates",
        "ACT": "actions",
        "ROBUST": "robustness",
        "RACE": "concurrency",
        "FUZZ": "fuzzing",
    }
)

AGAINST: Mapping[Profile, str] = MappingProxyType(
    {
        Profile.PUBLISHED: "the published document",
        Profile.BACKSTAGE: "the published document and what the real Backstage adds to it",
    }
)


def family_of(rule: Rule) -> str:
    """The name of the rule's family."""
    return FAMILIES.get(rule.family, rule.family.lower())


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rules of a family came out how; those with advice are not among the passed."""

    family: str
    passed: int = 0
    failed: int = 0
    known: int = 0
    not_testable: int = 0
    advice: int = 0

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        return self.passed, self.failed, self.known, self.not_testable, self.advice


COUNTED = ("passed", "failed", "known", "not testable", "advice")


def tallies(results: Sequence[Result]) -> tuple[Tally, ...]:
    """The count of each family that has rules in this run, in the order of the rules."""
    by_family: dict[str, list[Result]] = {}
    for result in results:
        by_family.setdefault(family_of(result.rule), []).append(result)
    return tuple(tally(family, found) for family, found in by_family.items())


def tally(name: str, results: Sequence[Result]) -> Tally:
    """The count of some results, under a name."""
    outcomes = [result.outcome for result in results]
    advised = sum(1 for result in results if result.outcome is Outcome.PASS and result.advice)
    return Tally(
        name,
        passed=outcomes.count(Outcome.PASS) - advised,
        failed=outcomes.count(Outcome.FAIL),
        known=outcomes.count(Outcome.KNOWN_FAILURE),
        not_testable=outcomes.count(Outcome.NOT_TESTABLE),
        advice=advised,
    )


def supplies(report: Report) -> Mapping[str, Sequence[Rule]]:
    """What would supply the evidence that was missing, each with the rules that wait for it."""
    found: dict[str, list[Rule]] = {}
    for result in report.of(Outcome.NOT_TESTABLE):
        # A rule that broke down is among the problems: no option would help it.
        if result.reason.endswith(result.rule.needs):
            found.setdefault(result.rule.needs, []).append(result.rule)
    return found


def verdict_of(report: Report) -> str:
    """The verdict, with what it is worth: that of a run which left something out is not taken for another."""
    worth = " (smoke test)" if report.limits.quick else " (read-only)" if report.limits.read_only else ""
    return f"{report.verdict}{worth}".upper()


def headline(report: Report) -> str:
    """Why the verdict is what it is, in a sentence without a full stop."""
    total = len(report.results)
    failed, untested = len(report.of(Outcome.FAIL)), len(report.of(Outcome.NOT_TESTABLE))
    if report.verdict is Verdict.NOT_CONFORMING:
        said = [
            *([f"{failed} of {counted(total, 'rule')} {_be(failed)} broken"] if failed else []),
            *([f"{counted(len(report.stale), 'known failure')} {_be(len(report.stale))} over"] if report.stale else []),
            *([f"{untested} could not be judged"] if untested else []),
        ]
    elif report.verdict is Verdict.INCOMPLETE and not total:
        said = ["no rule could be judged"]
    elif report.verdict is Verdict.INCOMPLETE:
        said = ["nothing is broken"]
        if untested:
            said.append(f"{untested} of {counted(total, 'rule')} could not be judged")
        if report.interrupted:
            said.append("the run was interrupted")
        if report.problems:
            said.append(f"the run had {counted(len(report.problems), 'problem')}")
    else:
        known = len(report.of(Outcome.KNOWN_FAILURE))
        advised = sum(bool(result.advice) for result in report.results)
        held = total - known - untested - advised
        said = [f"{held} of {counted(total, 'rule')} {'holds' if held == 1 else 'hold'}"]
        if advised:
            said.append(f"{advised} {'gives' if advised == 1 else 'give'} advice")
        if known:
            said.append(f"{known} {_be(known)} known to be broken")
        if untested:
            said.append(f"{untested} that only advise could not be judged")
    return ", ".join(said)


def caution(report: Report) -> str | None:
    """What a reader must know before believing the verdict; None if there is nothing."""
    if report.limits.quick:
        return "QUICK RUN: this is a smoke test, and no proof that the contract is kept"
    if report.limits.read_only:
        return "READ-ONLY RUN: no task was created, so little is known of how tasks live and end"
    return None


def mode(report: Report) -> str:
    """What kind of run it was, by the options that made it so."""
    options = [
        *(["--quick"] if report.limits.quick else []),
        *(["--read-only"] if report.limits.read_only else []),
    ]
    return " ".join(options)


def facts(report: Report) -> tuple[tuple[str, str], ...]:
    """What was tested, how, and what it took."""
    fuzz = report.evidence.fuzz
    return (
        ("target", report.target.base_url),
        ("profile", f"{report.target.profile}: {AGAINST[report.target.profile]}"),
        ("level", f"{report.level}" + (f", {mode(report)}" if mode(report) else "")),
        ("seed", f"{report.limits.seed}"),
        (
            "took",
            f"{report.seconds:.1f} s, {counted(len(report.evidence.exchanges), 'request')}"
            + (f" ({fuzz.cases:,} fuzzed)" if fuzz else "")
            + f", {counted(report.tasks_created, 'task')} created",
        ),
    )


def counted(number: int, what: str) -> str:
    """The number with its noun."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def otherwise(other: Other, finding: Finding) -> str:
    """What else was observed, and what was expected then if it is something else."""
    expected = "" if other.expected == finding.expected else f"expected {other.expected}, "
    return f"{expected}observed {other.observed} ({times(other.count)})"


def times(count: int) -> str:
    """How often something was seen."""
    return "once" if count == 1 else f"{count:,} times"


def _be(number: int) -> str:
    return "is" if number == 1 else "are"
