"""How a dry run is told on a terminal."""

from mock_server.actions.workspace import File
from mock_server.dry_run_report import log_lines, result_lines, wrapped

INFO = "\x1b[32minfo\x1b[39m: "


def entry(message: str, step: str | None = None, status: str | None = None) -> dict:
    body = {"stepId": step, "status": status, "message": message}
    return {"type": "log", "body": {key: value for key, value in body.items() if value is not None}}


def told(*entries: dict) -> list[str]:
    return list(log_lines(entries))


def test_a_step_is_told_with_how_it_ended():
    assert told(
        entry("Starting up task with 2 steps"),
        entry("Beginning step Log", "log", "processing"),
        entry(f"{INFO}hi", "log"),
        entry("\x1b[33mwarn\x1b[39m: mind", "log"),
        entry("Finished step Log", "log", "completed"),
    ) == ["Starting up task with 2 steps", "", "+ log: Log (completed)", "    hi", "    warn: mind"]


def test_a_step_that_failed_is_told_with_its_error():
    assert told(
        entry("Beginning step a", "a", "processing"),
        entry("Error: no\n    at debug:log", "a", "failed"),
        entry("Skipping step b because a previous step failed", "b", "skipped"),
    ) == [
        "",
        "! a (failed)",
        "    Error: no",
        "        at debug:log",
        "",
        "- b (skipped)",
        "    Skipping step b because a previous step failed",
    ]


def test_steps_of_the_same_id_are_told_one_after_the_other():
    assert told(
        entry("Beginning step One", "a", "processing"),
        entry("Finished step One", "a", "completed"),
        entry("Beginning step Two", "a", "processing"),
        entry("Finished step Two", "a", "completed"),
    ) == ["", "+ a: One (completed)", "", "+ a: Two (completed)"]


def test_no_line_is_longer_than_80_columns():
    lines = told(
        entry("Beginning step " + "word " * 30, "a" * 100, "processing"),
        entry(f"{INFO}{'x' * 300}\n{'y ' * 90}", "a" * 100),
    )
    assert max(map(len, lines)) <= 80
    assert max(map(len, wrapped("z" * 200).split("\n"))) == 80


def test_nothing_in_a_message_reaches_the_terminal_as_a_command():
    lines = told(entry(f"{INFO}\x1b[2J\x07\x9b31m\u202eevil\ud800", "a"))
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\ud800"} & set("".join(lines))
    assert "evil" in lines[-1]


def test_folders_that_are_nowhere_have_names_that_tell_something():
    identity = "2dbb3c6c-d8bc-489a-8a12-6c9f632424b7"
    assert wrapped(f"/tmp/dry-run-{identity}/a /tmp/dry-run-content-{identity}/b") == (
        "<workspace>/a <template folder>/b"
    )


def test_the_output_and_the_files_are_listed():
    files = [("b", File(b"12")), ("a/c", File(b"", executable=True))]
    assert list(result_lines(files, {"x": "é"})) == [
        "",
        "Output",
        "  {",
        '    "x": "é"',
        "  }",
        "",
        "2 files",
        "  a/c (0 bytes, executable)",
        "  b (2 bytes)",
    ]
