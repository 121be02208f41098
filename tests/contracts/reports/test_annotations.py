import io

import pytest

from contracts.reports.annotations import MOST_ANNOTATIONS, MOST_FINDINGS, annotations, markdown, print_annotations
from tests.contracts.reports import making
from tests.contracts.reports.making import SECRETS, broken, failed, report


def test_nothing_is_printed_elsewhere_than_on_github(tmp_path):
    summary = tmp_path / "summary.md"
    stream = io.StringIO()
    print_annotations(making.failing(), stream, {"GITHUB_STEP_SUMMARY": str(summary)})
    assert stream.getvalue() == ""
    assert not summary.exists()


def test_the_summary_is_added_to_what_is_there(tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    stream = io.StringIO()
    print_annotations(making.failing(), stream, {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
    assert stream.getvalue().startswith("::error title=LIFE-02 ")
    assert summary.read_text(encoding="utf-8").startswith("before\n## ❌ NOT CONFORMING: ")


def test_without_a_summary_there_are_annotations_all_the_same():
    stream = io.StringIO()
    print_annotations(making.failing(), stream, {"GITHUB_ACTIONS": "true"})
    assert "::error" in stream.getvalue()


def test_a_broken_rule_and_a_stale_entry_are_errors():
    first, second = annotations(making.failing())
    assert first == (
        "::error title=LIFE-02 A server does what LIFE-02 says.::getTask: expected completed for good, "
        "observed 'processing' (3 times)%0Aalso: listTasks%0Asource: #/paths/~1v2~1tasks/get/responses/200, "
        "at http://127.0.0.1:7100/api/scaffolder"
    )
    assert second == "::error title=known failure LIFE-01@getTask::does not occur any more"


def test_no_more_annotations_are_made_than_are_shown():
    found = list(annotations(report(*(failed(f"LIFE-{number:02d}") for number in range(30)))))
    assert len(found) == MOST_ANNOTATIONS
    assert found[-1].endswith("and 21 more, see the report")


def test_an_incomplete_run_is_a_warning_and_a_quick_one_a_notice():
    assert [each.partition(" ")[0] for each in annotations(making.incomplete())] == ["::warning"]
    assert [each.partition(" ")[0] for each in annotations(making.unusable())] == ["::error", "::warning"]
    assert [each.partition(" ")[0] for each in annotations(making.quick())] == ["::notice"]
    assert list(annotations(making.conforming())) == []


def test_hostile_texts_end_neither_the_title_nor_the_line():
    for line in annotations(making.hostile()):
        assert line.isprintable()
        command, title, _ = line.removeprefix("::").split("::", 1)[0].partition("title=")
        assert command in {"error ", "warning ", "notice "}
        assert ":" not in title
        assert "," not in title
        assert not any(secret in line for secret in SECRETS)


@pytest.mark.parametrize("make", making.ALL)
def test_the_summary_has_a_row_for_each_family(make):
    made = make()
    text = markdown(made)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(line.count("|") == 7 for line in rows)
    assert made.verdict.upper() in text.splitlines()[0]


def test_hostile_texts_are_no_markup_in_the_summary():
    text = markdown(making.hostile())
    assert not any(secret in text for secret in SECRETS)
    fenced, outside, fence = [], [], None
    for line in text.splitlines():
        if fence is None and line.startswith("```"):
            fence = line.removesuffix("sh")
        elif line == fence:
            fence = None
        elif fence:
            fenced.append(line)
        else:
            outside.append(line)
    assert fence is None
    assert not any(sign in line for line in outside for sign in ("<script", "[bold]", "&amp; "))
    assert all("curl" in line for line in fenced)


def test_of_very_many_failures_the_rest_is_counted():
    observations = [broken(operation=f"operation{number}") for number in range(MOST_FINDINGS + 3)]
    assert "and 3 more, see the report" in markdown(report(failed("LIFE-01", *observations)))
