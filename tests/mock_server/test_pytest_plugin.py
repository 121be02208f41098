"""The fixtures inside somebody's own pytest run, which is a process of its own."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import httpx
import pytest

HELLO = {"templateRef": "hello-world", "values": {}}


@pytest.mark.parametrize("number", range(8))
def test_each_test_has_a_world_of_its_own(mock_scaffolder, number):
    assert mock_scaffolder.tasks == []
    mock_scaffolder.clock.freeze()
    created = mock_scaffolder.client.post("/v2/tasks", json=HELLO).json()
    assert [task["id"] for task in mock_scaffolder.tasks] == [created["id"]]
    while mock_scaffolder.clock.next_event_at is not None:
        mock_scaffolder.clock.step()
    assert mock_scaffolder.tasks[0]["status"] == "completed"


def test_a_test_says_how_its_tasks_go(mock_scaffolder):
    mock_scaffolder.scenario("first-step-fails")
    mock_scaffolder.clock.freeze()
    mock_scaffolder.client.post("/v2/tasks", json=HELLO).raise_for_status()
    mock_scaffolder.clock.advance(60)
    assert mock_scaffolder.tasks[0]["status"] == "failed"


def test_a_test_says_what_goes_wrong_and_sees_what_was_asked(mock_scaffolder):
    with mock_scaffolder.fault("error", code=503, operation="createTask"):
        assert mock_scaffolder.client.post("/v2/tasks", json=HELLO).status_code == 503
    (entry,) = mock_scaffolder.journal.wait_for(operation="createTask")
    assert entry["faults"][0]["fault"] == "error"


def test_an_app_is_told_where_its_backend_is(mock_scaffolder):
    assert mock_scaffolder.base_url == mock_scaffolder.backend_url + "/api/scaffolder"
    signed_in = httpx.get(mock_scaffolder.backend_url + "/api/auth/guest/refresh")
    assert signed_in.status_code == 200
"""
OWN_OPTIONS = """
import pytest


@pytest.fixture(scope="session")
def mock_scaffolder_options():
    return ["--scenario", "slow"]


def test_the_server_has_the_options_of_the_session(mock_scaffolder):
    assert mock_scaffolder.world.scenario == "slow"
"""


def run(folder: Path, tests: str, *arguments: str) -> tuple[int, str]:
    """Runs pytest in a folder with these tests; gives exit code and output."""
    (folder / "test_own.py").write_text(tests, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MOCK_SERVER", "PYTEST"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "mock_server.pytest_plugin", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        env={**clean, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("arguments", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "in parallel"])
def test_a_world_is_there_for_each_test(tmp_path, arguments):
    code, output = run(tmp_path, TESTS, *arguments)
    assert code == 0, output
    assert "11 passed" in output


def test_the_server_is_started_as_the_session_wants(tmp_path):
    code, output = run(tmp_path, OWN_OPTIONS)
    assert code == 0, output
    assert "1 passed" in output


def test_who_asks_for_no_world_loads_nothing_of_the_mock(tmp_path):
    nothing = """
import sys


def test_nothing_is_loaded():
    loaded = {name for name in sys.modules if name.startswith("mock_server")}
    assert loaded == {"mock_server", "mock_server.pytest_plugin"}
    assert "httpx" not in sys.modules
"""
    code, output = run(tmp_path, nothing)
    assert code == 0, output


def test_the_plugin_is_found_by_pytest():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"]["mock-scaffolder"] == "mock_server.pytest_plugin"
