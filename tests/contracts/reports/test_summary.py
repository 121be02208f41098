import pytest

from contracts.evidence import FuzzReport
from contracts.reports.summary import (
    FAMILIES,
    caution,
    facts,
    family_of,
    headline,
    supplies,
    tallies,
    tally,
    times,
    verdict_of,
)
from contracts.rules import all_rules
from tests.contracts.making import evidence
from tests.contracts.reports import making
from tests.contracts.reports.making import advised, known, passed, report, untested


def test_every_family_has_a_name():
    assert {rule.family for rule in all_rules()} <= FAMILIES.keys()


def test_a_family_of_others_is_called_by_its_prefix():
    assert family_of(making.rule("OWN-01")) == "own"


@pytest.mark.parametrize("make", making.ALL)
def test_the_counts_of_the_families_add_up_to_the_rules(make):
    made = make()
    assert sum(sum(each.counts) for each in tallies(made.results)) == len(made.results)
    assert sum(tally("all", made.results).counts) == len(made.results)


def test_a_rule_with_advice_is_not_counted_as_passed():
    found = tally("x", [passed("A-1"), advised("A-2")])
    assert (found.passed, found.advice) == (1, 1)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (making.conforming(), "3 of 5 rules hold, 1 gives advice, 1 is known to be broken"),
        (making.failing(), "1 of 5 rules is broken, 1 known failure is over, 1 could not be judged"),
        (making.incomplete(), "nothing is broken, 3 of 4 rules could not be judged"),
        (making.unusable(), "no rule could be judged"),
        (making.interrupted(), "nothing is broken, the run was interrupted"),
        (report(passed("A-1"), problems=("x", "y")), "nothing is broken, the run had 2 problems"),
        (report(passed("A-1"), known("A-2"), known("A-3")), "1 of 3 rules holds, 2 are known to be broken"),
        (
            report(passed("A-1"), untested("A-2", level=making.Level.SHOULD)),
            "1 of 2 rules holds, 1 that only advise could not be judged",
        ),
    ],
)
def test_the_headline_says_why(made, said):
    assert headline(made) == said


def test_the_verdict_of_a_run_that_left_something_out_says_so():
    assert verdict_of(making.conforming()) == "CONFORMING"
    assert verdict_of(making.quick()) == "CONFORMING (SMOKE TEST)"
    assert verdict_of(making.read_only()) == "CONFORMING (READ-ONLY)"


def test_modes_that_prove_less_are_cautioned_against():
    assert caution(making.conforming()) is None
    assert "smoke test" in caution(making.quick())
    assert "no task was created" in caution(making.read_only())


def test_rules_that_wait_for_the_same_are_named_together():
    found = supplies(making.incomplete())
    assert [[rule.id for rule in rules] for rules in found.values()] == [["RACE-01", "RACE-02"], ["LIFE-09"]]


def test_the_facts_tell_what_was_tested_and_what_it_took():
    made = report(passed("A-1"), evidence=evidence(fuzz=FuzzReport(1_500)))
    assert dict(facts(made))["took"] == "12.3 s, 0 requests (1,500 fuzzed), 1 task created"
    assert dict(facts(making.quick()))["level"] == "must, --quick"


def test_times():
    assert [times(count) for count in (1, 2, 1_000)] == ["once", "2 times", "1,000 times"]
