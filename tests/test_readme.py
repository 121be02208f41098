"""The README is executed: its commands run, and what it shows is what comes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from contracts.cli import main as run_contract_tests
from contracts.known_failures import load_known_failures
from contracts.profile import Profile
from contracts.rules import all_rules
from mock_server.app import MockServer
from mock_server.cli import main as run_mock_server
from mock_server.quirks import Quirk
from tests.flawed.catalogue import all_defects
from tests.server_process import running_server

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)
TOUR = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
YAML = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
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
        # As in a clone of the repository, whose environment is in `.venv`.
        folder = tmp_path_factory.mktemp("tour")
        (folder / ".venv").symlink_to(sys.prefix)
        (folder / "scenarios").symlink_to(ROOT / "scenarios")
        script = "\n".join(f"{command}\necho\necho '{MARK}'" for command in commands)
        run = subprocess.run(
            ["bash", "-c", script],
            cwd=folder,
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


def test_the_second_command_judges_the_server_of_the_first():
    program = Path(sys.executable).with_name("run-contract-tests")
    with running_server() as server:
        command = COMMANDS[1].replace(".venv/bin/run-contract-tests", str(program))
        command = command.replace("http://127.0.0.1:7007/api/scaffolder", server.url)
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    assert "CONFORMING" in done.stdout


def test_the_last_command_is_what_ci_runs():
    assert COMMANDS[-1] in (ROOT / ".ci/run").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "option",
    [
        name
        for program in (run_mock_server, *run_mock_server.commands.values(), run_contract_tests)
        for parameter in program.params
        for name in parameter.opts
        if name.startswith("--") and name != "--version"
    ],
)
def test_every_option_is_in_the_readme(option):
    assert f"`{option}" in README


@pytest.mark.parametrize("quirk", Quirk)
def test_every_quirk_is_in_the_readme_with_its_effect(quirk):
    rows = {row.split(" | ")[0]: row for row in README.splitlines() if row.startswith("| `")}
    _, effect, notice = rows[f"| `{quirk}`"].removesuffix(" |").split(" | ")
    assert effect.replace("`", "").lower() == f"{quirk.effect}.".replace("`", "").lower()
    assert len(notice) > 10


def test_the_table_of_the_replay_is_the_one_in_the_readme():
    replay = subprocess.run(
        [sys.executable, "-m", "tests.fidelity"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert replay.stdout.strip() in README


def test_every_scenario_is_in_the_readme_with_its_description():
    for scenario in MockServer().simulator.scenarios:
        assert f"| `{scenario.name}` | {scenario.description} |" in README


def test_every_demo_template_is_in_the_readme():
    for ref in MockServer().simulator.catalog.template_refs:
        assert f"| `{ref.removeprefix('template:default/')}` |" in README


def test_the_scenarios_of_the_readme_are_valid(tmp_path):
    from mock_server.scenario_files import ScenarioReader, load_scenarios

    for number, example in enumerate(block for block in YAML if "match:" in block):
        (tmp_path / f"example-{number}.yaml").write_text(example, encoding="utf-8")
    scenarios = load_scenarios([tmp_path], ScenarioReader(ROOT / "scenarios/scenario.schema.json"))
    assert [scenario.match is not None for scenario in scenarios] == [True, True]


def test_the_known_failures_of_the_readme_are_valid(tmp_path):
    (example,) = (block for block in YAML if "expires:" in block)
    (tmp_path / "known.yaml").write_text(example, encoding="utf-8")
    (entry,) = load_known_failures(str(tmp_path / "known.yaml"), all_rules(), Profile.PUBLISHED)
    assert entry.expires is not None


def test_the_example_for_github_is_yaml():
    (example,) = (block for block in YAML if "jobs:" in block)
    assert yaml.safe_load(example)["jobs"]["contract"]["steps"]


@pytest.mark.parametrize("family", list(dict.fromkeys(rule.family for rule in all_rules())))
def test_every_family_of_rules_is_in_the_readme(family):
    assert f"| `{family}` |" in README


def test_the_readme_counts_the_rules_and_the_defects():
    assert f"by {len(all_rules())} rules." in README
    assert f"`tests/flawed` holds {len(all_defects())} small defects" in README
