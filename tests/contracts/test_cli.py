"""The installed program, as a user runs it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from contracts.rules import all_rules
from tests.server_process import running_server

PROGRAM = Path(sys.executable).with_name("run-contract-tests")
TOKEN = "mock-user-token"
# What a smoke test comes to must not depend on what else the machine does; that it is quick is a test of its own.
ON_A_BUSY_MACHINE = ("--time-budget", "30")


def run(*arguments, cwd=None, timeout=120, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CONTRACT_TESTS_")}
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        cwd=cwd,
        env={**clean, "COLUMNS": "80", **environment},
    )


@pytest.fixture(scope="module")
def url():
    with running_server() as server:
        yield server.url


def test_a_quick_run_on_the_mock_conforms_and_says_that_it_is_a_smoke_test(url):
    done = run("--base-url", url, "--quick", *ON_A_BUSY_MACHINE, CONTRACT_TESTS_TOKEN=TOKEN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "smoke test" in done.stdout
    assert TOKEN not in done.stdout + done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_quick_run_keeps_to_its_time(url):
    began = time.monotonic()
    run("--base-url", url, "--quick", CONTRACT_TESTS_TOKEN=TOKEN)
    # Starting the program counts for the user, too; what is bounded is the run.
    assert time.monotonic() - began < 10


def test_reports_are_written(url, tmp_path):
    folder = tmp_path / "new" / "reports"
    done = run("--base-url", url, "--quick", *ON_A_BUSY_MACHINE, "--report-dir", folder, CONTRACT_TESTS_TOKEN=TOKEN)
    assert done.returncode == 0, done.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["junit.xml", "report.html", "report.json"]
    assert TOKEN not in "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    names = {case.get("name") for case in ET.parse(folder / "junit.xml").iter("testcase")}
    assert names <= {rule.id for rule in all_rules()}


def test_a_read_only_run_creates_nothing(url):
    done = run("--base-url", url, "--read-only", "--skip", "FUZZ-*", CONTRACT_TESTS_TOKEN=TOKEN)
    assert done.returncode in {0, 2}, done.stdout
    assert " 0 tasks created" in done.stdout.replace("\n", " ")


def test_one_rule_can_be_run_alone(url):
    done = run("--base-url", url, "--only", "ACT-01", CONTRACT_TESTS_TOKEN=TOKEN)
    assert done.returncode == 0, done.stdout


def test_a_broken_rule_is_exit_code_1(url):
    # Without authentication, the server breaks what the document says of security.
    with running_server("--auth", "off") as server:
        done = run("--base-url", server.url, "--only", "AUTH-*", CONTRACT_TESTS_TOKEN=TOKEN)
    assert done.returncode == 1
    assert "AUTH-01" in done.stdout
    assert "curl" in done.stdout


def test_options_come_from_a_file_the_environment_and_the_command_line_in_rising_order(url, tmp_path):
    file = tmp_path / "portal.toml"
    file.write_text(
        f'[tool.run-contract-tests]\nbase-url = "{url}"\nonly = ["ACT-*"]\nprofile = "backstage"\n', encoding="utf-8"
    )
    assert "backstage" in run("--config", file, CONTRACT_TESTS_TOKEN=TOKEN).stdout
    again = run("--config", file, CONTRACT_TESTS_TOKEN=TOKEN, CONTRACT_TESTS_PROFILE="published")
    assert "published" in again.stdout
    again = run("--config", file, "--profile", "backstage", TOKEN=TOKEN, CONTRACT_TESTS_PROFILE="published")
    assert "backstage" in again.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [("[tool.run-contract-tests]\nbase-ulr = 'x'\n", "no option base-ulr"), ("[tool]\n", "no table")],
)
def test_a_broken_file_of_options_is_exit_code_2(tmp_path, content, said):
    file = tmp_path / "portal.toml"
    file.write_text(content, encoding="utf-8")
    done = run("--config", file)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_files_of_the_place_it_runs_in_change_nothing(url, tmp_path):
    (tmp_path / "schemathesis.toml").write_text("seed = 'nonsense'\n[broken", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nonsense\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.run-contract-tests]\nbase-url = 'http://nowhere'\n")
    done = run("--base-url", url, "--only", "ACT-*", "--only", "FUZZ-01", "--max-examples", "1", cwd=tmp_path,
               CONTRACT_TESTS_TOKEN=TOKEN, SCHEMATHESIS_HOOKS="nonsense", HTTP_PROXY="http://127.0.0.1:9")  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_a_base_url_it_says_what_is_missing():
    done = run()
    assert done.returncode == 2
    assert "--base-url" in done.stderr


def test_a_target_that_is_not_there_is_exit_code_2():
    done = run("--base-url", "http://127.0.0.1:9/api/scaffolder")
    assert done.returncode == 2
    assert "answers" in done.stdout


def test_a_base_url_without_the_base_path_is_noticed(url):
    done = run("--base-url", url.removesuffix("/api/scaffolder"), CONTRACT_TESTS_TOKEN=TOKEN)
    assert done.returncode == 2
    assert "/api/scaffolder?" in "".join(done.stdout.split())


def test_a_refused_token_is_exit_code_2(url):
    done = run("--base-url", url, CONTRACT_TESTS_TOKEN="expired-long-ago")
    assert done.returncode == 2
    assert "refuses the token" in " ".join(done.stdout.split())
    assert "expired-long-ago" not in done.stdout + done.stderr


def test_the_list_shows_every_rule_of_the_profile():
    done = run("--list")
    assert done.returncode == 0
    for rule in all_rules():
        if "published" in rule.profiles:
            assert f"{rule.id}  {rule.level}" in done.stdout


def test_the_list_can_be_narrowed():
    assert "LIFE-01" not in run("--list", "--only", "ACT-*").stdout


def test_an_interrupt_ends_with_what_was_judged(url):
    process = subprocess.Popen(
        [PROGRAM, "--base-url", url],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "CONTRACT_TESTS_TOKEN": TOKEN, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    said = ""
    while "life" not in said:
        said += process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 2, said + rest
    assert "interrupted" in (said + rest).lower()


def test_annotations_are_printed_where_github_runs_it(url, tmp_path):
    summary = tmp_path / "summary.md"
    with running_server("--auth", "off") as server:
        done = run("--base-url", server.url, "--only", "AUTH-01", CONTRACT_TESTS_TOKEN=TOKEN, GITHUB_ACTIONS="true",
                   GITHUB_STEP_SUMMARY=str(summary))  # fmt: skip
    assert "::error" in done.stdout
    assert "AUTH-01" in summary.read_text(encoding="utf-8")


def test_reports_are_written_even_if_nobody_reads_what_is_printed(url, tmp_path):
    process = subprocess.Popen(
        [PROGRAM, "--base-url", url, "--only", "ACT-*", "--report-dir", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "CONTRACT_TESTS_TOKEN": TOKEN},
    )
    assert process.stdout is not None
    process.stdout.close()
    process.wait(timeout=60)
    assert (tmp_path / "junit.xml").exists()
