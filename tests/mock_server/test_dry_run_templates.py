"""Templates in the idioms people use, dry-run to the folder trees, logs and outputs that scaffolder-backend 4.2.0 gave.

A folder of `dry_runs/` holds `template/` (template.yaml and what its steps fetch), `values.json`, `expected/` (the
tree, with the permissions that a task gives it) and `result.json` (output and log; WORKSPACE stands for a path).
"""

import base64
import itertools
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server.cli import main
from mock_server.sources import read_sources
from tests.server_process import PROGRAM

DRY_RUNS = Path(__file__).parent / "dry_runs"
PER_FILE = re.compile("\x1b\\[32minfo\x1b\\[39m: (Writing (file|directory)|Copying|File .* deleted)")
NAMES = sorted(folder.name for folder in DRY_RUNS.iterdir() if folder.is_dir())


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def request_of(name: str) -> dict:
    folder = DRY_RUNS / name
    (source,) = read_sources(folder / "template" / "template.yaml")
    contents = [
        {"path": path, "base64Content": base64.b64encode(content).decode()}
        for path, content in files_below(folder / "template").items()
    ]
    values = json.loads((folder / "values.json").read_text(encoding="utf-8"))
    return {"template": source.data, "values": values, "directoryContents": contents}


def expected_result(name: str) -> dict:
    return json.loads((DRY_RUNS / name / "result.json").read_text(encoding="utf-8"))


@pytest.fixture
async def result(api, name):
    response = await api.post("/v2/dry-run", json=request_of(name))
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("name", NAMES)
async def test_a_template_is_dry_run_to_the_tree_of_the_real_server(result, name):
    contents = {file["path"]: base64.b64decode(file["base64Content"]) for file in result["directoryContents"]}
    assert contents == files_below(DRY_RUNS / name / "expected")


@pytest.mark.parametrize("name", NAMES)
async def test_no_file_of_a_dry_run_over_http_is_executable(result, name):
    assert not [file["path"] for file in result["directoryContents"] if file["executable"]]


@pytest.mark.parametrize("name", NAMES)
async def test_the_output_of_a_template_is_that_of_the_real_server(result, name):
    assert result["output"] == expected_result(name)["output"]


@pytest.mark.parametrize("name", NAMES)
async def test_the_log_of_a_template_is_that_of_the_real_server(result, name):
    log = [entry["body"] for entry in result["log"]]
    for body in log:
        body["message"] = re.sub(r"/tmp/dry-run-[0-9a-f-]{36}", "WORKSPACE", body["message"])
    assert settled(log) == settled(expected_result(name)["log"])


def settled(log: list[dict]) -> list[dict]:
    """A log whose neighbours that tell of single files are sorted: the real server finds files in no fixed order."""
    pieces = itertools.groupby(log, key=lambda body: PER_FILE.match(body["message"]) is not None)
    return [body for is_per_file, bodies in pieces for body in (sorted(bodies, key=str) if is_per_file else bodies)]


def command_line(name: str, out: Path) -> list[str]:
    folder = DRY_RUNS / name
    return [
        "dry-run",
        str(folder / "template/template.yaml"),
        "--values",
        f"@{folder / 'values.json'}",
        "--out",
        str(out),
    ]


def assert_written(out: Path, expected: Path) -> None:
    """That a folder has the expected files, of which the same are executable."""
    assert files_below(out) == files_below(expected)
    for file in expected.rglob("*"):
        written = out / file.relative_to(expected)
        assert written.is_dir() or os.access(written, os.X_OK) == os.access(file, os.X_OK), written


@pytest.mark.parametrize("name", NAMES)
def test_the_command_writes_the_tree_that_a_task_leaves(name, tmp_path):
    ran = CliRunner().invoke(main, command_line(name, tmp_path / "out"))
    assert ran.exit_code == 0, ran.output
    assert_written(tmp_path / "out", DRY_RUNS / name / "expected")


@pytest.mark.parametrize("name", ["python-library", "terraform-module"])
def test_the_installed_command_tells_each_step_and_each_file(name, tmp_path):
    ran = subprocess.run(
        [PROGRAM, *command_line(name, Path("out"))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert_written(tmp_path / "out", DRY_RUNS / name / "expected")
    for path in files_below(tmp_path / "out"):
        assert f"  {path} (" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
    (source,) = read_sources(DRY_RUNS / name / "template/template.yaml")
    for step in source.data["spec"]["steps"]:
        assert f"{step['id']}: {step['name']} (" in ran.stdout
