from xml.etree.ElementTree import fromstring

import pytest

from contracts.reports.junit import junit
from tests.contracts.reports import making
from tests.contracts.reports.making import SECRETS


def parsed(report):
    return fromstring(junit(report))


def cases(report):
    return {case.get("name"): case for case in parsed(report).iter("testcase")}


@pytest.mark.parametrize("make", making.ALL)
def test_the_counts_are_those_of_the_cases(make):
    root = parsed(make())
    (suite,) = root
    assert root.tag == "testsuites"
    found = list(suite.iter("testcase"))
    for name, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        assert suite.get(name) == root.get(name) == str(len([case for case in found if case.find(tag) is not None]))
    assert suite.get("tests") == str(len(found))
    assert suite[0].tag == "properties"
    assert {child.tag for case in found for child in case} <= {"failure", "error", "skipped", "system-out"}
    assert all(case.get("classname") and case.get("name") for case in found)


@pytest.mark.parametrize("make", making.ALL)
def test_it_is_green_only_if_the_verdict_is_conforming(make):
    report = make()
    root = parsed(report)
    assert (root.get("failures") == root.get("errors") == "0") == (report.exit_code == 0)


def test_every_outcome_has_its_place():
    found = cases(making.failing())
    assert found["SCHEMA-01"].get("classname") == "schema"
    assert len(found["SCHEMA-01"]) == 0
    failure = found["LIFE-02"].find("failure")
    assert "getTask: expected completed for good, observed 'processing' (3 times)" in failure.get("message")
    assert "listTasks" in failure.get("message")
    assert "curl" in failure.text
    assert "A server does what LIFE-02 says." in failure.text
    assert found["RACE-01"].find("error").get("message") == "nothing to judge: --slow-template, whose tasks last"
    assert "ticket 17" in found["DRY-01"].find("skipped").get("message")
    assert "no id line" in found["STREAM-07"].find("system-out").text
    assert found["STREAM-07"].find("failure") is None
    assert found["LIFE-01@getTask"].find("error").get("type") == "stale"


def test_a_rule_that_only_advises_and_could_not_be_tested_is_skipped():
    report = making.report(making.passed("LIFE-01"), making.untested("STREAM-09", level=making.Level.SHOULD))
    assert cases(report)["STREAM-09"].find("skipped") is not None


def test_rules_beyond_the_mode_are_skipped():
    assert cases(making.quick())["FUZZ-01"].find("skipped").get("message") == "left out by --quick"


def test_problems_are_errors():
    assert "answers" in cases(making.unusable())["problem 1"].find("error").get("message")
    assert "interrupted" in cases(making.interrupted())["problem 1"].find("error").get("message")
    assert cases(making.report())["problem 1"].find("error").get("message") == "no rule was judged"


def test_the_properties_say_how_it_was_run():
    properties = {p.get("name"): p.get("value") for p in parsed(making.failing()).iter("property")}
    assert properties["profile"] == "published"
    assert properties["seed"] == "20261122"
    assert properties["verdict"] == "not conforming"


def test_hostile_texts_stay_texts_and_no_secret_is_told():
    content = junit(making.hostile())
    assert not any(secret.encode() in content for secret in SECRETS)
    assert len(content) < 200_000
    assert parsed(making.hostile()).find(".//script") is None
