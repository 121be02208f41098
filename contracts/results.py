"""What a run comes to: the outcome of each rule, and the verdict over all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.evidence import Evidence
from contracts.rule import Level, Observation, Rule
from contracts.target import Limits, Target


class Outcome(StrEnum):
    """What became of one rule."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    KNOWN_FAILURE = "known failure"
    NOT_TESTABLE = "not testable"


class Verdict(StrEnum):
    """What the whole run says of the target."""

    CONFORMING = "conforming"
    NOT_CONFORMING = "not conforming"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Result:
    """One rule's outcome. `held` counts the observations that were fine; `failures` are the others, `advice` those of
    a rule whose level does not bind this run; `reason` says why it is known, stale or not testable."""

    rule: Rule
    outcome: Outcome
    held: int = 0
    failures: tuple[Observation, ...] = ()
    known: tuple[Observation, ...] = ()
    advice: tuple[Observation, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StaleEntry:
    """An entry of the known failures that did not occur, or is over: it has to be taken from the list."""

    name: str
    reason: str


# Not to be shown: asyncio does so with the result of a run, in a message that nobody reads, and it is long.
@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """A finished run. `level` is from which level on a broken rule fails it; `problems` are the suite's own;
    `left_out` are rules that a quick or read-only run cannot judge."""

    target: Target
    limits: Limits
    level: Level
    results: tuple[Result, ...]
    evidence: Evidence
    seconds: float
    stale: tuple[StaleEntry, ...] = ()
    problems: tuple[str, ...] = ()
    interrupted: bool = False
    tasks_created: int = 0
    left_out: tuple[Rule, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Not conforming if anything is broken, incomplete if anything could not be judged, conforming otherwise."""
        if self.stale or any(result.outcome is Outcome.FAIL for result in self.results):
            return Verdict.NOT_CONFORMING
        untested = any(self.is_binding(result.rule) for result in self.of(Outcome.NOT_TESTABLE))
        if untested or self.problems or self.interrupted or not self.results:
            return Verdict.INCOMPLETE
        return Verdict.CONFORMING

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.verdict]

    def is_binding(self, rule: Rule) -> bool:
        """Whether the verdict of this run depends on the rule; it only advises otherwise."""
        return rule.level is Level.MUST or self.level is Level.SHOULD

    def of(self, outcome: Outcome) -> Sequence[Result]:
        return [result for result in self.results if result.outcome is outcome]


EXIT_CODES = {Verdict.CONFORMING: 0, Verdict.NOT_CONFORMING: 1, Verdict.INCOMPLETE: 2}
