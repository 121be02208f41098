"""The contract inside somebody's own pytest run, which is a process of its own."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.flawed.server import base_url, flawed_server

ROOT = Path(__file__).parents[2]
TOKEN = "mock-user-token"


@pytest.fixture(scope="module")
def address():
    with flawed_server() as address:
        yield address


@pytest.fixture
def run(tmp_path):
    """Runs pytest in a folder with one test and settings of its own; gives exit code and output."""
    (tmp_path / "test_own.py").write_text("def test_of_my_own(): pass\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")

    def run(*arguments: str, **environment: str) -> tuple[int, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("CONTRACT_TESTS", "PYTEST"))}
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-p",
                "contracts.pytest_plugin",
                "-p",
                "no:cacheprovider",
                "-rA",
                *arguments,
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=100,
            env={
                **clean,
                "PYTHONPATH": str(ROOT),
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                "CONTRACT_TESTS_TOKEN": TOKEN,
                "COLUMNS": "300",
                **environment,
            },
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_nothing_is_added_unless_it_is_asked_for(run):
    code, said = run(CONTRACT_TESTS_BASE_URL="http://127.0.0.1:9/api/scaffolder")
    assert code == 0
    assert "1 passed" in said
    assert "contract" not in said.replace("contracts.pytest_plugin", "")


def test_a_run_without_it_loads_nothing_but_pytest():
    heavy = "print([name for name in ('asyncio', 'click', 'httpx', 'rich', 'yaml') if name in sys.modules])"
    with_it, without_it = (
        subprocess.check_output([sys.executable, "-c", f"import sys, {module}; {heavy}"], cwd=ROOT)
        for module in ("contracts.pytest_plugin", "pytest")
    )
    assert with_it == without_it


def test_the_plugin_is_found_by_pytest():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"]["contract-tests"] == "contracts.pytest_plugin"


def test_every_rule_is_an_item_beside_the_tests_that_are_there(run, address):
    code, said = run("--contract-tests-base-url", base_url(address, "sound"), "--collect-only", "-q")
    assert code == 0
    assert "test_own.py::test_of_my_own" in said
    assert "contract::LIFE-02" in said
    assert "contract::the run itself" in said


def test_rules_that_are_kept_pass(run, address):
    code, said = run("--contract-tests-base-url", base_url(address, "sound"), "-k", "own or LIFE-01 or LIFE-02 or run")
    assert code == 0, said
    assert "PASSED contract::LIFE-02" in said
    assert "PASSED contract::the run itself" in said
    assert "conforming: 2 of 2 rules hold" in said
    assert " / 4 selected" in said


def test_a_broken_rule_fails_and_tells_everything(run, address):
    url = base_url(address, "ended-task-comes-back")
    code, said = run("--contract-tests-base-url", url, "-k", "LIFE-02")
    assert code == 1
    assert "FAILED contract::LIFE-02" in said
    assert "LIFE-02: A task that has ended never changes its status again." in said
    assert "source: #/" in said
    assert "getTask: expected completed for good" in said
    assert "processing" in said
    assert f'curl --include --header "Authorization: Bearer $TOKEN" {url}/v2/tasks/' in said
    assert TOKEN not in said
    assert "Traceback" not in said


def test_a_known_failure_is_expected_to_fail(run, address, tmp_path):
    known = tmp_path / "known.yaml"
    known.write_text("- {rule: LIFE-02, reason: see issue 7}\n", encoding="utf-8")
    url = base_url(address, "ended-task-comes-back")
    code, said = run("--contract-tests-base-url", url, "-k", "LIFE-02", CONTRACT_TESTS_KNOWN_FAILURES=str(known))
    assert code == 0
    assert "XFAIL contract::LIFE-02" in said
    assert "see issue 7" in said


def test_a_known_failure_that_is_over_fails(run, address, tmp_path):
    known = tmp_path / "known.yaml"
    known.write_text("- {rule: LIFE-02, reason: on its way}\n", encoding="utf-8")
    (tmp_path / "portal.toml").write_text(
        f'[tool.run-contract-tests]\nbase-url = "{base_url(address, "sound")}"\nknown-failures = ["{known}"]\n',
        encoding="utf-8",
    )
    code, said = run("--contract-tests-config", "portal.toml", "-k", "LIFE-02")
    assert code == 1
    assert "the known failure LIFE-02: does not occur any more" in said


def test_a_rule_that_cannot_be_tested_fails_with_the_reason(run, address):
    url = base_url(address, "sound")
    code, said = run("--contract-tests-base-url", url, "-k", "LIFE-02", CONTRACT_TESTS_MAX_TASKS="0")
    assert code == 1
    assert "LIFE-02 is not testable: nothing to judge: --template" in said


def test_a_rule_that_this_kind_of_run_leaves_out_is_skipped(run, address):
    url = base_url(address, "sound-and-empty")
    code, said = run("--contract-tests-base-url", url, "-k", "LIFE-02", CONTRACT_TESTS_READ_ONLY="true")
    assert code == 0
    assert "this kind of run does not judge it" in said
    assert "READ-ONLY RUN" in said


def test_every_rule_fails_where_nothing_answers(run):
    code, said = run("--contract-tests-base-url", "http://127.0.0.1:9/api/scaffolder", "-k", "LIFE-02 or run")
    assert code == 1
    assert "LIFE-02 was not judged: nothing that can be tested answers at http://127.0.0.1:9" in said
    assert "FAILED contract::the run itself" in said


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--contract-tests-base-url", "portal.example"], {}, "--base-url must be like"),
        (["--contract-tests-config", "nowhere.toml"], {}, "nowhere.toml"),
        (["--contract-tests-base-url", "http://x"], {"CONTRACT_TESTS_ONLY": "LIVE-*"}, "there is no rule LIVE-"),
        (["--contract-tests-base-url", "http://x"], {"CONTRACT_TESTS_MAX_TASKS": "many"}, "--max-tasks"),
    ],
)
def test_a_mistake_is_told_before_anything_runs(run, arguments, environment, said):
    code, output = run(*arguments, **environment)
    assert code == pytest.ExitCode.USAGE_ERROR
    assert said in output
    assert "Traceback" not in output
