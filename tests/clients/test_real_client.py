"""The real ScaffolderClient of npm against the mock, in a process of its own."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.requirements import require
from tests.server_process import running_server

HERE = Path(__file__).parent
VALUES = json.loads((HERE.parent / "mock_server/data/demo_values.json").read_text(encoding="utf-8"))
JOURNEYS = [
    "listActions",
    "parameterSchema",
    "scaffold",
    "getTask",
    "resumeStream",
    "listTasks",
    "cancelTask",
    "failingTask",
    "dryRun",
    "errors",
]


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Path:
    """The Node package with its dependencies, which are kept from run to run."""
    npm = require("npm")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "backstage-scaffolder-mock" / "clients"
    cache.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    if not (cache / "package-lock.json").exists() or (cache / "package-lock.json").read_bytes() != lock:
        for name in ("package.json", ".npmrc"):
            shutil.copy(HERE / name, cache)
        (cache / "package-lock.json").write_bytes(lock)
        try:
            subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=cache, check=True, capture_output=True)
        except subprocess.CalledProcessError as error:
            (cache / "package-lock.json").unlink()
            pytest.fail(error.stderr.decode())
    shutil.copy(HERE / "drive.mjs", cache)
    return cache


@pytest.fixture(scope="module")
def results(package) -> dict[str, dict]:
    values = {
        "DATA_PIPELINE_VALUES": json.dumps(VALUES["template:default/data-pipeline"]),
        "BROKEN_VALUES": json.dumps(VALUES["template:default/broken-legacy-migration"]),
    }
    with running_server("--speed", "10") as server:
        driven = subprocess.run(
            [require("node"), "drive.mjs", server.url, "mock-user-token"],
            cwd=package,
            env={**os.environ, **values},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
    assert driven.stdout, driven.stderr
    return {result["journey"]: result for result in map(json.loads, driven.stdout.splitlines())}


@pytest.mark.parametrize("journey", JOURNEYS)
def test_the_real_client_completes_its_journey(results, journey):
    assert results[journey]["ok"], results[journey]


def test_every_journey_of_the_driver_is_listed_here(results):
    assert sorted(results) == sorted(JOURNEYS)
