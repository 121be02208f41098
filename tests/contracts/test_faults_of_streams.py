"""Each fault of event streams that the mock can be told to have, judged by the suite as users run it."""

import json
import subprocess
from pathlib import Path

import pytest

from mock_server.control_client import Control
from mock_server.faults.kinds import KINDS
from mock_server.faults.stream import StreamFault
from tests.server_process import PROGRAM, running_server

SUITE = PROGRAM.with_name("run-contract-tests")
CAUGHT_BY = {
    "drop-after": "STREAM-18",
    "drop-before-completion": "STREAM-18",
    "half-frame": "STREAM-18",
    "silence": "STREAM-20",
    "never-close": "STREAM-19",
    "buffer": "STREAM-32",
    "duplicate": "STREAM-13",
    "reorder": "STREAM-14",
    "malformed-data": "STREAM-07",
    "unknown-event": "STREAM-10",
}


@pytest.fixture(scope="module")
def control():
    with running_server() as server, Control(server.url.removesuffix("/api/scaffolder")) as control:
        yield control


def judge(world, folder: Path) -> tuple[set[str], str]:
    """The rules that are broken, and what the suite says."""
    options = ("--only", "STREAM-*", "--level", "should", "--report-dir", str(folder))
    command = [SUITE, "--base-url", world.base_url, "--token", "mock-user-token", *options]
    judged = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    (report,) = folder.glob("*.json")
    rules = json.loads(report.read_text(encoding="utf-8"))["rules"]
    return {rule["id"] for rule in rules if rule["outcome"] == "fail"}, judged.stdout


def test_every_fault_of_streams_is_judged():
    of_streams = {kind for kind, made in KINDS.items() if isinstance(made, type) and issubclass(made, StreamFault)}
    assert of_streams == {*CAUGHT_BY, "expire-token"}


@pytest.mark.parametrize(("kind", "rule"), CAUGHT_BY.items())
def test_a_stream_with_the_fault_breaks_the_rule(control, tmp_path, kind, rule):
    world = control.create_world()
    world.fault(kind, operation="getTaskEventStream")
    broken, _ = judge(world, tmp_path)
    assert rule in broken


def test_a_token_that_expires_while_the_suite_runs_is_told_as_what_it_is(control, tmp_path):
    world = control.create_world()
    world.fault("expire-token", operation="getTaskEventStream")
    broken, said = judge(world, tmp_path)
    assert broken == set()
    assert "the token was accepted at first and is refused now (401): it has expired" in said
    assert "INCOMPLETE" in said
