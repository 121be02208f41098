"""What the suite says of the mock server with every quirk is what is known of the real one, and nothing else."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contracts.profile import Profile
from tests.server_process import running_server

PROGRAM = Path(sys.executable).with_name("run-contract-tests")
KNOWN = ("--known-failures", "backstage-4.2.0")
# Slow enough for a task to be seen while it runs; time enough for a machine that has much else to do.
SERVER = ("--speed", "5", "--seed", "7")
RUN = ("--seed", "7", "--time-budget", "150")
AT_ONCE = 2
# What a server is started with, and what it is judged with.
CASES = {
    "the mock as it is, with the overlay": ((), ("--profile", Profile.BACKSTAGE)),
    "every quirk, with the overlay": (("--quirks",), ("--profile", Profile.BACKSTAGE, *KNOWN)),
    "every quirk, by the published document": (("--quirks",), ("--profile", Profile.PUBLISHED, *KNOWN)),
}


def judged(case: str) -> subprocess.CompletedProcess[str]:
    started, asked = CASES[case]
    with running_server(*SERVER, *started) as server:
        return subprocess.run(
            [PROGRAM, "--base-url", server.url, *RUN, *asked],
            capture_output=True,
            text=True,
            env={**os.environ, "CONTRACT_TESTS_TOKEN": "mock-user-token"},
            timeout=300,
            check=False,
        )


@pytest.fixture(scope="module")
def runs() -> dict[str, subprocess.CompletedProcess[str]]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(CASES, pool.map(judged, CASES), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_nothing_fails_but_what_is_known_to(case, runs):
    assert runs[case].returncode == 0, runs[case].stdout


@pytest.mark.parametrize("case", [case for case, (started, _) in CASES.items() if started])
def test_what_is_known_is_shown_with_its_reason(case, runs):
    assert "A reference that cannot be parsed is a 500" in " ".join(runs[case].stdout.split())
