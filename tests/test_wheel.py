"""The built wheel, installed in an empty environment elsewhere, runs."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.server_process import running_server

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run([sys.executable, "-m", "pip", *build], check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_the_documents_the_scenarios_and_swagger_ui(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "openapi/backstage-scaffolder-openapi.yml" in names
    assert "scenarios/scenario.schema.json" in names
    assert "scenarios/templates/react-app.yaml" in names
    assert "mock_server/swagger_ui/swagger-ui-bundle.js" in names
    assert "contracts/overlays/both.yaml" in names
    assert "contracts/statements.yaml" in names
    assert "contracts/known/known-failures.schema.json" in names
    assert not any(name.startswith("tests/") for name in names)


def test_both_programs_run_in_an_empty_environment(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    install = ["install", "--quiet", "--constraint", ROOT / "tests/constraints.txt", wheel]
    subprocess.run([tmp_path / "env/bin/python", "-m", "pip", *install], check=True, cwd=tmp_path, timeout=300)
    with running_server(program=tmp_path / "env/bin/run-mock-server") as server:
        headers = {"authorization": "Bearer mock-user-token"}
        assert httpx.get(f"{server.url}/v2/tasks", headers=headers).json() == {"tasks": [], "totalTasks": 0}
        assert httpx.get(f"{server.url}/ui/").status_code == 200
        judged = subprocess.run(
            # With time enough for a busy machine: what is tried here is whether everything is there.
            [tmp_path / "env/bin/run-contract-tests", "--base-url", server.url, "--quick", "--time-budget", "30"],
            env={"CONTRACT_TESTS_TOKEN": "mock-user-token"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert judged.returncode == 0, judged.stdout + judged.stderr
