"""What the outcomes of the rules come to."""

from typing import Any

import pytest

from contracts.results import Outcome, Report, Result, StaleEntry, Verdict
from contracts.rule import Level, Rule
from contracts.target import Limits, Target
from tests.contracts.making import evidence

PASS, FAIL, KNOWN, UNTESTED = Outcome.PASS, Outcome.FAIL, Outcome.KNOWN_FAILURE, Outcome.NOT_TESTABLE
STALE = (StaleEntry("A-01", "does not occur any more"),)


def result(outcome: Outcome, level: Level = Level.MUST) -> Result:
    return Result(Rule("A-01", "", "#", "", "", lambda _: iter(()), frozenset(), level), outcome)


def report(*outcomes: Outcome, level: Level = Level.MUST, of: Level = Level.MUST, **rest: Any) -> Report:
    """The report of a run at that level, over rules `of` a level with these outcomes."""
    results = tuple(result(outcome, of) for outcome in outcomes)
    return Report(Target("http://target.example"), Limits(), level, results, evidence(), 1.5, **rest)


@pytest.mark.parametrize(
    ("outcomes", "rest", "verdict", "exit_code"),
    [
        ([PASS], {}, Verdict.CONFORMING, 0),
        ([PASS, PASS], {}, Verdict.CONFORMING, 0),
        ([PASS, KNOWN], {}, Verdict.CONFORMING, 0),
        ([PASS, FAIL], {}, Verdict.NOT_CONFORMING, 1),
        ([KNOWN, FAIL], {}, Verdict.NOT_CONFORMING, 1),
        ([PASS], {"stale": STALE}, Verdict.NOT_CONFORMING, 1),
        ([PASS, UNTESTED], {}, Verdict.INCOMPLETE, 2),
        ([UNTESTED], {}, Verdict.INCOMPLETE, 2),
        ([PASS], {"problems": ("out of time",)}, Verdict.INCOMPLETE, 2),
        ([PASS], {"interrupted": True}, Verdict.INCOMPLETE, 2),
        ([], {}, Verdict.INCOMPLETE, 2),
        # What is broken is broken, however little else was seen.
        ([FAIL, UNTESTED], {}, Verdict.NOT_CONFORMING, 1),
        ([FAIL], {"problems": ("out of time",)}, Verdict.NOT_CONFORMING, 1),
        ([FAIL], {"interrupted": True}, Verdict.NOT_CONFORMING, 1),
        ([UNTESTED], {"stale": STALE}, Verdict.NOT_CONFORMING, 1),
    ],
)
def test_the_verdict_and_its_exit_code(outcomes, rest, verdict, exit_code):
    made = report(*outcomes, **rest)
    assert made.verdict is verdict
    assert made.exit_code == exit_code


def test_a_rule_that_only_advises_may_be_untested():
    assert report(PASS, UNTESTED, of=Level.SHOULD).verdict is Verdict.CONFORMING
    assert report(PASS, UNTESTED, of=Level.SHOULD, level=Level.SHOULD).verdict is Verdict.INCOMPLETE


def test_results_are_found_by_their_outcome():
    made = report(PASS, FAIL, PASS)
    assert [found.outcome for found in made.of(PASS)] == [PASS, PASS]
    assert made.of(UNTESTED) == []
