"""The README is executed: its commands run, and what it shows is what comes."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mock_server.app import MockServer
from mock_server.cli import main
from tests.server_process import running_server

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)
TOUR = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MARK = "@@@ next command @@@"


def tour_steps() -> list[tuple[str, str]]:
    """Each command of the tour with the output that the README shows."""
    steps = []
    for block in TOUR:
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            steps.append((command, output))
    return steps


def normalised(text: str) -> str:
    return TIME.sub("TIME", UUID.sub("ID", text)).strip()


def matches(shown: str, came: str) -> bool:
    """Whether the output is the one shown, where `...` stands for anything."""
    pattern = ".*?".join(re.escape(part) for part in normalised(shown).split("..."))
    return re.fullmatch(pattern, normalised(came), re.DOTALL) is not None


@pytest.fixture(scope="module")
def tour(tmp_path_factory) -> list[str]:
    """What each command of the tour prints, all run in one shell against a fresh server."""
    with running_server("--speed", "5") as server:
        address = server.url.removesuffix("/api/scaffolder")
        commands = [command.replace("http://127.0.0.1:7007", address) for command, _ in tour_steps()]
        script = "\n".join(f"{command}\necho\necho '{MARK}'" for command in commands)
        run = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path_factory.mktemp("tour"),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    return run.stdout.split(f"{MARK}\n")


@pytest.mark.parametrize(("number", "step"), list(enumerate(tour_steps())), ids=lambda value: str(value)[:40])
def test_a_command_of_the_tour_prints_what_is_shown(tour, number, step):
    assert matches(step[1], tour[number]), tour[number]


def test_the_first_command_sets_up_a_fresh_clone_and_starts_the_server(tmp_path):
    clone = tmp_path / "clone"
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    setup, _, start = COMMANDS[0].rpartition(" && ")
    subprocess.run(["bash", "-c", setup], cwd=clone, check=True, capture_output=True, timeout=300)
    with running_server(program=clone / start) as server:
        assert "Swagger UI" in server.banner


def test_the_second_command_is_what_ci_runs():
    assert COMMANDS[1] in (ROOT / ".ci/run").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "option", [name for parameter in main.params for name in parameter.opts if name != "--version"]
)
def test_every_option_is_in_the_readme(option):
    assert f"`{option}" in README


def test_every_scenario_is_in_the_readme_with_its_description():
    for scenario in MockServer().simulator.scenarios:
        assert f"| `{scenario.name}` | {scenario.description} |" in README


def test_every_demo_template_is_in_the_readme():
    for ref in MockServer().simulator.catalog.template_refs:
        assert f"| `{ref.removeprefix('template:default/')}` |" in README


def test_the_scenario_of_the_readme_is_valid(tmp_path):
    from mock_server.scenario_files import load_scenarios

    (example,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "marta.yaml").write_text(example, encoding="utf-8")
    (scenario,) = load_scenarios([tmp_path], ROOT / "scenarios/scenario.schema.json")
    assert scenario.match is not None
