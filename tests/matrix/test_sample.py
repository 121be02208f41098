"""The suite has nothing to object to on servers that conform. What fails here is a false alarm: it is the rule that
has to be mended, never this test."""

from collections.abc import Mapping

import pytest

from tests.matrix.combinations import SAMPLE, SEEDS, SPEEDS, Combination, scenarios
from tests.matrix.judging import Verdict, verdicts_on

pytestmark = pytest.mark.alone

AT_ONCE = 2


@pytest.fixture(scope="module")
def verdicts() -> Mapping[Combination, Verdict]:
    return {verdict.combination: verdict for verdict in verdicts_on(SAMPLE, jobs=AT_ONCE)}


@pytest.mark.parametrize("combination", SAMPLE, ids=str)
def test_a_conforming_server_is_not_objected_to(combination, verdicts):
    assert verdicts[combination].failures == ()


@pytest.mark.parametrize("combination", SAMPLE, ids=str)
def test_the_suite_has_no_problems_of_its_own(combination, verdicts):
    # 10,000 lines, read in every way at once, may take a slow machine too long.
    allowed = "out of time" if combination.scenario == "chatty" else "nothing"
    assert [problem for problem in verdicts[combination].problems if not problem.startswith(allowed)] == []


@pytest.mark.parametrize("combination", [one for one in SAMPLE if one.scenario == "happy-path"], ids=str)
def test_nearly_everything_can_be_tested_where_everything_goes_well(combination, verdicts):
    # On a slow machine, what has to be seen in one moment may not be.
    assert len(verdicts[combination].untested) <= 3


def test_the_sample_has_every_speed_seed_and_profile():
    assert {combination.speed for combination in SAMPLE} == set(SPEEDS)
    assert {combination.seed for combination in SAMPLE} == set(SEEDS)
    assert len({combination.profile for combination in SAMPLE}) == 2
    assert {combination.scenario for combination in SAMPLE} <= set(scenarios())
