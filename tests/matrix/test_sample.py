"""The suite has nothing to object to on servers that conform. What fails here is a false alarm: it is the rule that
has to be mended, never this test."""

import pytest

from tests.matrix.combinations import SAMPLE, SEEDS, SPEEDS, scenarios
from tests.matrix.judging import verdict_on


@pytest.mark.parametrize("combination", SAMPLE, ids=str)
def test_a_conforming_server_is_not_objected_to(combination):
    verdict = verdict_on(combination)
    assert verdict.failures == ()
    assert verdict.problems == ()


def test_the_sample_has_every_speed_seed_and_profile():
    assert {combination.speed for combination in SAMPLE} == set(SPEEDS)
    assert {combination.seed for combination in SAMPLE} == set(SEEDS)
    assert len({combination.profile for combination in SAMPLE}) == 2
    assert {combination.scenario for combination in SAMPLE} <= set(scenarios())
