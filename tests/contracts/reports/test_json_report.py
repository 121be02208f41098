import json
from datetime import UTC, datetime

import pytest

from contracts.reports.json_report import FORMAT, json_report
from tests.contracts.reports import making
from tests.contracts.reports.making import SECRETS, URL

NOW = datetime(2026, 11, 22, 10, 0, 1, 5, tzinfo=UTC)


def parsed(report):
    return json.loads(json_report(report, NOW))


@pytest.mark.parametrize("make", making.ALL)
def test_it_tells_the_verdict_and_how_it_came_about(make):
    report = make()
    found = parsed(report)
    assert found["format"] == FORMAT
    assert found["written_at"] == "2026-11-22T10:00:01+00:00"
    assert (found["verdict"], found["exit_code"]) == (report.verdict.value, report.exit_code)
    assert found["target"]["base_url"] == URL
    assert [each["id"] for each in found["rules"]] == [result.rule.id for result in report.results]
    assert found["run"]["seed"] == report.limits.seed
    assert len(found["coverage"]["operations"]) == 9


def test_a_failure_names_its_exchanges_and_they_are_there():
    found = parsed(making.failing())
    rule = next(each for each in found["rules"] if each["id"] == "LIFE-02")
    assert rule["outcome"] == "fail"
    assert rule["observations"] == {"held": 2, "failed": 4, "known": 0, "advice": 0}
    first = rule["failures"][0]
    assert (first["operation"], first["count"], first["observed"]) == ("getTask", 3, "'processing'")
    assert first["others"] == [{"expected": "completed for good", "observed": "'gone'", "count": 1}]
    numbers = {each["number"] for each in found["exchanges"]}
    assert set(first["exchanges"]) <= numbers
    shown = next(each for each in found["exchanges"] if each["number"] == first["exchanges"][0])
    assert json.loads(shown["response"]["body"]["text"])["status"] == "processing"
    assert "$TOKEN" in shown["curl"]


def test_what_is_missing_is_told_with_what_would_supply_it():
    assert parsed(making.incomplete())["needed"] == [
        {"needs": "--slow-template, whose tasks last", "rules": ["RACE-01", "RACE-02"]},
        {"needs": "a token", "rules": ["LIFE-09"]},
    ]


def test_the_mode_is_told():
    found = parsed(making.quick())
    assert found["run"]["quick"] is True
    assert "smoke test" in found["caution"]
    assert [each["id"] for each in found["left_out"]] == ["FUZZ-01", "RACE-01"]


def test_hostile_texts_stay_texts_and_no_secret_is_told():
    content = json_report(making.hostile(), NOW)
    assert not any(secret.encode() in content for secret in SECRETS)
    assert len(content) < 1_000_000
    bodies = [each["response"]["body"] for each in json.loads(content)["exchanges"]]
    assert any("base64" in body for body in bodies)
    assert any(body["cut"] and body["bytes"] == 4_000_000 for body in bodies)
