"""Every rule can fail, and every defect is noticed."""

from collections import Counter
from collections.abc import Mapping

import pytest

from contracts.rules import all_rules
from tests.flawed.catalogue import all_defects
from tests.flawed.judging import Finding, findings_on
from tests.flawed.server import flawed_server

pytestmark = pytest.mark.alone

DEFECTS = all_defects()


@pytest.fixture(scope="module")
def findings(request) -> Mapping[str, Finding]:
    """What the rules of the chosen tests' defects find, all of them looked for at once."""
    chosen = {item.callspec.params["found"].name for item in request.session.items if _judges_a_defect(item)}
    with flawed_server() as address:
        return findings_on(address, [found for found in DEFECTS if found.name in chosen])


def _judges_a_defect(item: pytest.Item) -> bool:
    return item.module is not None and item.module.__name__ == __name__ and hasattr(item, "callspec")


@pytest.mark.parametrize("found", DEFECTS, ids=lambda found: found.name)
def test_the_rule_of_a_defect_fails_and_names_the_operation(found, findings):
    finding = findings[found.name]
    assert not finding.problems
    assert finding.blamed, finding.reasons
    assert found.blames in finding.blamed


def test_every_rule_has_two_defects():
    proven = Counter(found.rule for found in DEFECTS)
    assert {rule.id: proven[rule.id] for rule in all_rules() if proven[rule.id] < 2} == {}


def test_every_defect_has_a_name_of_its_own():
    assert [name for name, count in Counter(found.name for found in DEFECTS).items() if count > 1] == []
