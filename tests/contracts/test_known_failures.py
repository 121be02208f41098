"""Known failures are let pass, and only they, and only as long as they occur."""

import json
from datetime import date

import jsonschema
import pytest
import yaml

from contracts.known_failures import (
    SHIPPED,
    BrokenKnownFailures,
    KnownFailure,
    KnownFailures,
    load_known_failures,
    shipped_names,
)
from contracts.profile import Profile
from contracts.results import Outcome, Result, StaleEntry
from contracts.rule import BOTH_PROFILES, PUBLISHED_ONLY, Level, Rule, broken
from contracts.rules import all_rules

TODAY = date(2026, 11, 22)
SCHEMA = json.loads((SHIPPED / "known-failures.schema.json").read_text(encoding="utf-8"))


def rule(id="LIFE-01", level=Level.MUST, profiles=BOTH_PROFILES):
    return Rule(id, "It is so.", "#", "It hurts.", "more", lambda _: iter(()), frozenset(), level, profiles)


def failed(*operations, id="LIFE-01"):
    return Result(
        rule(id),
        Outcome.FAIL,
        held=2,
        failures=tuple(broken(operation, expected="this", observed="that") for operation in operations),
    )


def passed(id="LIFE-01"):
    return Result(rule(id), Outcome.PASS, held=2)


def known(*names, expires=None):
    return KnownFailures([KnownFailure(name, f"reason of {name}", expires) for name in names], today=TODAY)


def operations(observations):
    return [observation.operation for observation in observations]


def loaded(tmp_path, content, profile=Profile.PUBLISHED):
    path = tmp_path / "list.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_known_failures(str(path), [rule("LIFE-01"), rule("LIFE-02", profiles=PUBLISHED_ONLY)], profile)


def test_a_listed_rule_is_a_known_failure_wherever_it_breaks():
    result = known("LIFE-01").applied(failed("getTask", "listTasks", None))
    assert result.outcome is Outcome.KNOWN_FAILURE
    assert result.failures == ()
    assert operations(result.known) == ["getTask", "listTasks", None]
    assert result.held == 2
    assert result.reason == "reason of LIFE-01"


def test_a_listed_operation_lets_only_its_own_failures_pass():
    result = known("LIFE-01@getTask").applied(failed("getTask", "listTasks"))
    assert result.outcome is Outcome.FAIL
    assert operations(result.failures) == ["listTasks"]
    assert operations(result.known) == ["getTask"]


def test_several_entries_cover_one_rule_together():
    result = known("LIFE-01@getTask", "LIFE-01@listTasks").applied(failed("getTask", "listTasks", "getTask"))
    assert result.outcome is Outcome.KNOWN_FAILURE
    assert result.reason == "reason of LIFE-01@getTask; reason of LIFE-01@listTasks"


def test_another_rule_is_not_covered():
    found = failed("getTask", id="LIFE-10")
    assert known("LIFE-01").applied(found) is found


def test_what_passes_or_is_not_testable_stays_as_it_is():
    for result in (passed(), Result(rule(), Outcome.NOT_TESTABLE, reason="nothing to judge")):
        assert known("LIFE-01").applied(result) is result


@pytest.mark.parametrize("expires", [date(2026, 11, 22), date(2027, 1, 1)])
def test_an_entry_counts_until_the_end_of_its_last_day(expires):
    entries = known("LIFE-01", expires=expires)
    result = entries.applied(failed("getTask"))
    assert result.outcome is Outcome.KNOWN_FAILURE
    assert entries.stale([result]) == ()


def test_an_expired_entry_covers_nothing_and_is_stale_whether_it_occurs_or_not():
    entries = known("LIFE-01", expires=date(2026, 11, 21))
    found = failed("getTask")
    assert entries.applied(found) is found
    for result in (found, passed()):
        assert entries.stale([result]) == (StaleEntry("LIFE-01", "expired on 2026-11-21"),)


def test_an_entry_that_does_not_occur_any_more_is_stale():
    entries = known("LIFE-01", "LIFE-02@getTask")
    results = [entries.applied(result) for result in (passed(), failed("listTasks", id="LIFE-02"))]
    assert entries.stale(results) == (
        StaleEntry("LIFE-01", "does not occur any more"),
        StaleEntry("LIFE-02@getTask", "does not occur any more"),
    )


def test_an_entry_that_occurs_is_not_stale_though_the_rule_breaks_elsewhere_too():
    entries = known("LIFE-01@getTask")
    assert entries.stale([entries.applied(failed("getTask", "listTasks"))]) == ()


def test_a_rule_that_was_not_run_or_not_testable_leaves_its_entries_alone():
    entries = known("LIFE-01", "LIFE-02", expires=None)
    assert entries.stale([Result(rule(), Outcome.NOT_TESTABLE)]) == ()
    assert known("LIFE-02", expires=date(2020, 1, 1)).stale([passed()]) == ()


def test_a_run_that_did_not_see_everything_cannot_tell_that_a_failure_is_gone():
    assert known("LIFE-01").stale([passed()], whole=False) == ()
    assert known("LIFE-01", expires=date(2020, 1, 1)).stale([passed()], whole=False) != ()


def test_an_entry_of_a_rule_that_only_advises_is_not_stale_while_there_is_advice():
    advice = Result(
        rule(level=Level.SHOULD), Outcome.PASS, advice=(broken("getTask", expected="this", observed="that"),)
    )
    assert known("LIFE-01").stale([advice]) == ()
    assert known("LIFE-01@listTasks").stale([advice]) != ()


def test_a_list_is_read_with_every_key(tmp_path):
    content = """
    - rule: LIFE-01
      reason: >
        We are on it,
        see issue 7.
    - {rule: LIFE-02@getTask, reason: Old., expires: 2027-01-31}
    - {rule: LIFE-02@listTasks, reason: Old., expires: "2027-01-31"}
    - {rule: LIFE-01@listTasks, reason: Now and then., profile: published, intermittent: true}
    """
    assert loaded(tmp_path, content) == (
        KnownFailure("LIFE-01", "We are on it, see issue 7."),
        KnownFailure("LIFE-02@getTask", "Old.", date(2027, 1, 31)),
        KnownFailure("LIFE-02@listTasks", "Old.", date(2027, 1, 31)),
        KnownFailure("LIFE-01@listTasks", "Now and then.", None, Profile.PUBLISHED, intermittent=True),
    )


def test_an_entry_of_one_profile_is_not_for_the_other(tmp_path):
    content = """
    - {rule: LIFE-01, reason: By the document., profile: published}
    - {rule: LIFE-01, reason: By the overlay., profile: backstage}
    - {rule: LIFE-01@getTask, reason: By both.}
    """
    assert [entry.reason for entry in loaded(tmp_path, content)] == ["By the document.", "By both."]
    assert [entry.reason for entry in loaded(tmp_path, content, Profile.BACKSTAGE)] == ["By the overlay.", "By both."]


def test_an_operation_of_the_overlay_may_be_named(tmp_path):
    content = "- {rule: LIFE-01@retryTask, reason: x, profile: backstage}"
    assert loaded(tmp_path, content, Profile.BACKSTAGE)
    assert loaded(tmp_path, content) == ()


def test_that_there_is_nothing_to_judge_a_rule_by_can_be_known():
    entries = KnownFailures([KnownFailure("LIFE-01", "There is no log.", untestable=True)], today=TODAY)
    result = entries.applied(Result(rule(), Outcome.NOT_TESTABLE, reason="nothing to judge"))
    assert (result.outcome, result.reason) == (Outcome.KNOWN_FAILURE, "There is no log.")
    assert entries.stale([result]) == ()
    assert entries.applied(failed("getTask")).outcome is Outcome.FAIL
    assert entries.stale([passed()]) == (StaleEntry("LIFE-01", "does not occur any more"),)
    assert known("LIFE-01").applied(Result(rule(), Outcome.NOT_TESTABLE)).outcome is Outcome.NOT_TESTABLE


def test_an_intermittent_failure_that_does_not_occur_is_not_stale():
    entries = KnownFailures([KnownFailure("LIFE-01", "A race.", intermittent=True)], today=TODAY)
    assert entries.stale([passed()]) == ()
    assert entries.applied(failed("getTask")).outcome is Outcome.KNOWN_FAILURE


@pytest.mark.parametrize("content", ["", "# nothing is known yet\n", "[]"])
def test_a_list_may_be_empty(tmp_path, content):
    assert loaded(tmp_path, content) == ()


MALFORMED = [
    ("{rule: LIFE-01, reason: x}", "must be a list"),
    ("just text", "must be a list"),
    ("- LIFE-01", "entry 1: needs `rule` and `reason`"),
    ("- {rule: LIFE-01}", "entry 1: needs `rule` and `reason`"),
    ("- {rule: LIFE-01, reason: x}\n- {rule: LIFE-02, reason: x, until: 2027-01-31}", "entry 2: .*nothing else"),
    ("- {rule: 'LIFE-01 ', reason: x}", "there is no rule LIFE-01 "),
    ("- {rule: LIFE-*, reason: x}", "there is no rule"),
    ("- {rule: 1, reason: x}", "there is no rule 1"),
    ("- {rule: LIFE-01@, reason: x}", "there is no operation ''"),
    ("- {rule: LIFE-01, reason: ' '}", "the reason must say something"),
    ("- {rule: LIFE-01, reason: x, expires: soon}", "expires must be a date"),
    ("- {rule: LIFE-01, reason: x, expires: 2027-01-31 10:00:00}", "expires must be a date"),
    ("- {rule: LIFE-01, reason: x, expires: }", "expires must be a date"),
    ("- {rule: LIFE-01, reason: x, expires: 2027-02-31}", "day"),
    ("- {rule: LIFE-01, reason: x, expires: '2027-02-31'}", "day"),
    ("- {rule: LIFE-01, reason: x, profile: real}", "profile must be published or backstage"),
    ("- {rule: LIFE-01, reason: x, intermittent: often}", "intermittent must be true or false"),
    ("- {rule: LIFE-01, reason: x, untestable: 1}", "untestable must be true or false"),
]
UNUSABLE = [
    ("- {rule: LIFE-99, reason: x}", "there is no rule LIFE-99"),
    ("- {rule: LIFE-01@getTsk, reason: x}", "there is no operation 'getTsk'"),
    ("- {rule: LIFE-01, reason: 7}", "the reason must say something"),
    ("- {rule: LIFE-01@retryTask, reason: x, profile: published}", "there is no operation 'retryTask'"),
    ("- {rule: LIFE-01@getTask, reason: x, untestable: true}", "untestable as a whole"),
    ("- {rule: LIFE-02, reason: x, profile: backstage}", "there is no rule LIFE-02 in the profile backstage"),
    ("- {rule: LIFE-01, reason: x}\n- {rule: LIFE-01, reason: y}", "LIFE-01 is listed 2 times"),
    ("- {rule: LIFE-01, reason: x}\n- {rule: LIFE-01, reason: y, profile: backstage}", "LIFE-01 is listed 2 times"),
    ("- {rule: [", "list.yaml"),
    (b"- \xff", "list.yaml"),
    ("- !!python/object:os.system {}", "list.yaml"),
]


@pytest.mark.parametrize(("content", "said"), MALFORMED + UNUSABLE)
def test_a_list_that_cannot_be_used_is_refused(tmp_path, content, said):
    with pytest.raises(BrokenKnownFailures, match=said):
        loaded(tmp_path, content)


def test_a_list_that_is_not_there_is_refused():
    with pytest.raises(BrokenKnownFailures, match="neither a file nor a shipped list my-portal"):
        load_known_failures("my-portal", [], Profile.PUBLISHED)


def test_a_file_is_not_mistaken_for_a_shipped_list(tmp_path):
    (tmp_path / "list.yaml").write_text("- {rule: LIFE-01, reason: x}", encoding="utf-8")
    with pytest.raises(BrokenKnownFailures, match="neither a file nor a shipped list"):
        load_known_failures(str(tmp_path / "list"), [rule()], Profile.PUBLISHED)


def test_the_schema_describes_every_key():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["description"]
    assert all(described["description"] for described in SCHEMA["items"]["properties"].values())


def test_every_shipped_list_can_be_used():
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    for name in shipped_names():
        text = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
        assert text.startswith("# yaml-language-server: $schema=known-failures.schema.json\n")
        # A date is a text to JSON.
        validator.validate(json.loads(json.dumps(yaml.safe_load(text), default=str)))
        assert all(load_known_failures(name, all_rules(), profile) for profile in Profile)


@pytest.mark.parametrize("content", [content for content, _ in MALFORMED])
def test_the_schema_refuses_what_the_suite_refuses(content):
    # Without turning dates into something that no schema knows.
    parsed = yaml.load(content, Loader=yaml.BaseLoader)
    assert not jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).is_valid(parsed)
