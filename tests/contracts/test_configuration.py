"""What the user may ask for, and how mistakes are told."""

import json
from datetime import date

import pytest

from contracts.configuration import BrokenConfiguration, Configuration, checked_base_url, chosen_rules, read_options
from contracts.profile import Profile
from contracts.rule import Level
from contracts.rules import all_rules
from contracts.target import DEFAULT_MAX_TASKS, DEFAULT_SEED, TemplateChoice

URL = "http://127.0.0.1:7007/api/scaffolder"
TODAY = date(2026, 11, 22)


def order(**options):
    return Configuration(base_url=URL, **options).order(today=TODAY)


def test_a_base_url_is_all_that_is_needed():
    made = order()
    assert made.target.base_url == URL
    assert made.target.profile is Profile.PUBLISHED
    assert made.level is Level.MUST
    assert made.limits.time_budget == 60
    assert made.limits.max_tasks == DEFAULT_MAX_TASKS
    assert made.limits.seed == DEFAULT_SEED
    assert len(made.rules) == len([rule for rule in all_rules() if Profile.PUBLISHED in rule.profiles])


def test_a_quick_run_takes_five_seconds_unless_told_otherwise():
    assert order(quick=True).limits.time_budget == 5
    assert order(quick=True, time_budget=9).limits.time_budget == 9


def test_a_slash_at_the_end_of_the_base_url_is_dropped():
    assert checked_base_url(f"{URL}/") == URL


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (None, "--base-url says what to test"),
        ("portal.example", "must be like"),
        ("ftp://portal.example", "must be like"),
        ("http://", "must be like"),
        ("http://[::1", "must be like"),
        ("http://user:secret@portal.example/api", "must not hold credentials"),
        (f"{URL}?x=1", "must end with the path"),
    ],
)
def test_a_base_url_that_cannot_be_used_is_refused(url, said):
    with pytest.raises(BrokenConfiguration, match=said) as refused:
        checked_base_url(url)
    assert "secret" not in str(refused.value)


def test_values_are_json_or_a_file_or_a_table(tmp_path):
    file = tmp_path / "values.json"
    file.write_text('{"name": "x"}', encoding="utf-8")
    for values in ('{"name": "x"}', f"@{file}", {"name": "x"}):
        assert order(template="a", values=values).target.template == TemplateChoice("a", {"name": "x"})
    assert order(template="a").target.template == TemplateChoice("a", None)


@pytest.mark.parametrize("values", ["{", "[1]", "@/does/not/exist"])
def test_values_that_are_no_object_are_refused(values):
    with pytest.raises(BrokenConfiguration, match="--values"):
        order(template="a", values=values)


def test_values_without_a_template_are_refused():
    with pytest.raises(BrokenConfiguration, match="--template"):
        order(values="{}")


def test_further_templates_carry_their_values_behind_an_equals_sign():
    made = order(slow_template='template:default/slow={"seconds": 60}', failing_template="broken").target
    assert made.slow_template == TemplateChoice("template:default/slow", {"seconds": 60})
    assert made.failing_template == TemplateChoice("broken", None)


def test_headers_are_taken_apart_at_the_first_colon():
    assert order(header=["X-Portal: a:b", "Cookie: c=d"]).target.headers == (("X-Portal", "a:b"), ("Cookie", "c=d"))


@pytest.mark.parametrize("line", ["secret", ": secret", "Name:", "Na me: secret", "Name: secret\r\nX: y"])
def test_a_broken_header_is_refused_and_not_repeated(line):
    with pytest.raises(BrokenConfiguration, match="--header") as refused:
        order(header=[line])
    assert "secret" not in str(refused.value)


def test_certificates_are_checked_unless_told_otherwise():
    assert order().target.verify is True
    assert order(insecure=True).target.verify is False
    assert order(ca_bundle="own.pem").target.verify == "own.pem"
    with pytest.raises(BrokenConfiguration, match="--ca-bundle"):
        order(insecure=True, ca_bundle="own.pem")


def test_rules_are_chosen_by_id_and_glob():
    chosen = [rule.id for rule in chosen_rules(Profile.PUBLISHED, ["LIFE-*", "CONS-01"], ["LIFE-01"])]
    assert "LIFE-02" in chosen
    assert "CONS-01" in chosen
    assert "LIFE-01" not in chosen
    assert {id.partition("-")[0] for id in chosen} == {"LIFE", "CONS"}


@pytest.mark.parametrize("chosen", [{"only": ["LIVE-01"]}, {"skip": ["nothing"]}, {"only": ["LIFE-01"], "skip": ["*"]}])
def test_a_choice_of_no_rule_is_refused(chosen):
    with pytest.raises(BrokenConfiguration, match="no rule"):
        order(**chosen)


def test_options_are_read_from_the_table_of_a_toml_file(tmp_path):
    file = tmp_path / "portal.toml"
    file.write_text(
        '[tool.run-contract-tests]\nbase-url = "http://x"\nmax-tasks = 3\nvalues = {name = "x"}\n', encoding="utf-8"
    )
    assert read_options(file) == {"base_url": "http://x", "max_tasks": 3, "values": {"name": "x"}}


@pytest.mark.parametrize("content", ["[tool]\n", "tool = 1\n", "[[tool.run-contract-tests]]\n", "{", b"\xff"])
def test_a_file_without_the_table_is_refused(tmp_path, content):
    file = tmp_path / "portal.toml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(BrokenConfiguration, match=r"portal\.toml"):
        read_options(file)


def test_known_failures_are_loaded_and_checked(tmp_path):
    file = tmp_path / "known.yaml"
    file.write_text("- {rule: LIFE-01, reason: We are on it.}\n", encoding="utf-8")
    assert order(known_failures=[str(file)]).known is not None
    assert order().known is None
    file.write_text(json.dumps([{"rule": "NO-01", "reason": "x"}]), encoding="utf-8")
    with pytest.raises(BrokenConfiguration, match="no rule NO-01"):
        order(known_failures=[str(file)])
