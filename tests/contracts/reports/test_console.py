import io
import re

import pytest

from contracts.reports.console import MOST_RULES_IN_FULL, ConsoleReport
from contracts.runner import Began, Ended, Finished, Judged
from tests.contracts.reports import making
from tests.contracts.reports.making import SECRETS, broken, failed, report

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def said(made, stream=None, width=80):
    stream = stream or io.StringIO()
    ConsoleReport(stream, io.StringIO(), width=width).finished(made)
    return stream.getvalue()


@pytest.mark.parametrize("make", making.ALL)
def test_the_verdict_comes_last_and_nothing_but_commands_is_wider_than_the_terminal(make):
    made = make()
    lines = said(made).rstrip().splitlines()
    assert all(len(line) <= 80 for line in lines if not line.startswith("    curl"))
    assert any(made.verdict.upper() in line for line in lines[-8:])


def test_a_conforming_run_fits_on_one_screen():
    text = said(making.conforming())
    assert len(text.splitlines()) < 40
    assert " CONFORMING \n  3 of 5 rules hold, 1 gives advice, 1 is known to be broken\n" in text


def test_a_failure_is_told_with_all_that_is_needed_to_mend_it():
    text = said(making.failing())
    assert text.split() == ANSI.sub("", text).split()
    for line in (
        "LIFE-02  must, lifecycle",
        "  A server does what LIFE-02 says.",
        "  source    #/paths/~1v2~1tasks/get/responses/200",
        "  why       A client would be led astray.",
        "  getTask, 3 times",
        "    expected  completed for good",
        "    observed  'processing'",
        "    also      observed 'gone' (once)",
        '    curl --include --header "Authorization: Bearer $TOKEN"'
        " http://127.0.0.1:7100/api/scaffolder/v2/tasks/task-1",
        "  listTasks, once",
        "  for want of: --slow-template, whose tasks last",
        "    RACE-01",
        "  DRY-01  once: ticket 17: they work on it",
        "  LIFE-01@getTask: does not occur any more; take it from the list",
        "  LIFE-02",
    ):
        assert line in [found.rstrip() for found in text.splitlines()]


def test_an_incomplete_run_says_what_would_complete_it():
    text = said(making.incomplete())
    assert "for want of: --slow-template, whose tasks last" in text
    assert "RACE-01, RACE-02" in text


def test_a_target_that_could_not_be_tested_is_told():
    text = " ".join(said(making.unusable()).split())
    assert "nothing that can be tested answers at http://127.0.0.1:7100/api/scaffolder: refused" in text
    assert "INCOMPLETE" in text


def test_a_quick_run_says_that_it_proves_nothing():
    assert "QUICK RUN: this is a smoke test" in said(making.quick())
    assert "READ-ONLY RUN" in said(making.read_only())


def test_an_interrupt_is_told():
    assert "the run was interrupted" in said(making.interrupted())


def test_colours_are_for_terminals_that_want_them(monkeypatch):
    assert "\x1b[" in said(making.failing(), Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[0-9;]*(3|4)[0-7]m", said(making.failing(), Terminal()))


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_hostile_texts_neither_move_the_cursor_nor_mark_up_nor_tell_a_secret(stream):
    text = ANSI.sub("", said(making.hostile(), stream()))
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "[bold]no markup[/bold]" in text
    assert not any(secret in text for secret in SECRETS)
    assert len(text) < 60_000


def test_a_build_server_takes_no_command_from_the_target(monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    lines = said(making.hostile()).splitlines()
    word = lines[0].removeprefix("::stop-commands::")
    assert len(word) == 16
    assert lines[-1] == f"::{word}::"
    assert "##[" not in said(making.hostile())


def test_a_stream_that_knows_few_characters_gets_escapes():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    ConsoleReport(stream, io.StringIO(), width=80).finished(report(failed("LIFE-01", broken("münchen 東京"))))
    stream.flush()
    assert b"m\\xfcnchen \\u6771\\u4eac" in raw.getvalue()


def test_of_very_many_broken_rules_the_rest_is_a_line_each():
    text = said(report(*(failed(f"LIFE-{number:02d}") for number in range(MOST_RULES_IN_FULL + 5))))
    assert text.count("expected  ") == MOST_RULES_IN_FULL
    assert f"LIFE-{MOST_RULES_IN_FULL + 4:02d}  A server does what" in text


def test_of_very_many_operations_the_rest_is_named():
    observations = [broken(operation=f"operation{number}") for number in range(7)]
    assert "and operation4, operation5, operation6" in said(report(failed("LIFE-01", *observations)))


EVENTS = (Began("life"), Began("auth"), Ended("auth", 5), Ended("life", 1), Judged(making.failed("LIFE-01")))


def test_progress_is_lines_where_there_is_no_terminal():
    stream, progress = io.StringIO(), io.StringIO()
    console = ConsoleReport(stream, progress)
    for event in EVENTS:
        console.progress(event)
    console.finished(making.conforming())
    assert progress.getvalue() == "auth: done, 5 requests so far\nlife: done, 1 request so far\n"


def test_progress_is_one_line_on_a_terminal_and_gone_in_the_end():
    stream, progress = io.StringIO(), Terminal()
    console = ConsoleReport(stream, progress, width=80)
    shown = []
    for event in (*EVENTS[:3], EVENTS[4], Finished(making.conforming())):
        console.progress(event)
        console._progress._bars.refresh()
        shown.append(ANSI.sub("", progress.getvalue()))
    console.close()
    assert "0 requests, running: life, auth" in shown[1]
    assert "5 requests, running: life" in shown[2]
    assert "judging: 1 rule, 1 broken" in shown[3]
    assert progress.getvalue().count("\x1b[?25l") == progress.getvalue().count("\x1b[?25h") == 1
    assert "\x1b[2K" in progress.getvalue()[-40:]
    assert stream.getvalue() == ""


def test_closing_before_anything_happened_is_no_harm():
    progress = Terminal()
    ConsoleReport(io.StringIO(), progress).close()
    assert progress.getvalue() == ""


def test_a_terminal_that_cannot_move_its_cursor_gets_lines(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    progress = Terminal()
    console = ConsoleReport(io.StringIO(), progress)
    console.progress(Ended("life", 2))
    assert progress.getvalue() == "life: done, 2 requests so far\n"
