"""Every rule can fail, and every defect is noticed."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest

from contracts.results import Report
from contracts.rules import all_rules
from tests.flawed.catalogue import all_defects
from tests.flawed.judging import reports_on
from tests.flawed.server import flawed_server

DEFECTS = all_defects()


@pytest.fixture(scope="module")
def reports() -> Mapping[str, Report]:
    with flawed_server() as address:
        return asyncio.run(reports_on(address, DEFECTS))


@pytest.mark.parametrize("found", DEFECTS, ids=lambda found: found.name)
def test_the_rule_of_a_defect_fails_and_names_the_operation(found, reports):
    report = reports[found.name]
    assert not report.problems
    failures = [failure for result in report.results for failure in (*result.failures, *result.advice)]
    assert failures, [result.reason for result in report.results]
    assert found.blames in {failure.operation for failure in failures}


def test_every_rule_has_two_defects():
    proven = Counter(found.rule for found in DEFECTS)
    assert {rule.id: proven[rule.id] for rule in all_rules() if proven[rule.id] < 2} == {}


def test_every_defect_has_a_name_of_its_own():
    assert [name for name, count in Counter(found.name for found in DEFECTS).items() if count > 1] == []
