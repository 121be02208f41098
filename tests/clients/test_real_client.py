"""The real ScaffolderClient and CatalogClient of npm against the mock, in a process of their own."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mock_server.faults.kinds import KINDS
from mock_server.quirks import Quirk
from tests.requirements import require
from tests.server_process import running_server

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DEMO_VALUES = (HERE.parent / "mock_server/data/demo_values.json").read_text(encoding="utf-8")
TEMPLATES = ("--templates", str(ROOT / "scenarios/templates"), "--templates", str(HERE / "templates.yaml"))
# The client never asks for /logs.
UNNOTICED = {Quirk.NO_LOGS}
MODULES = {"openQuirks": "quirks"}


def listed(name: str) -> list[str]:
    """The functions that a module of the driver exports as the list of this name."""
    module = (HERE / f"{MODULES.get(name, name)}.mjs").read_text(encoding="utf-8")
    found = re.search(rf"export const {name} = \[(.*?)\];", module, re.DOTALL)
    assert found is not None
    return re.findall(r"\b[a-z]\w+\b", re.sub(r"process\.env\.SERVER_PID", "", found[1]))


def kebab(name: str) -> str:
    """A name of JavaScript as options and headers have it."""
    return re.sub("[A-Z]", lambda capital: "-" + capital[0].lower(), name)


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
    for module in HERE.glob("*.mjs"):
        shutil.copy(module, cache)
    return cache


def drive(package: Path, name: str, *options: str) -> dict[str, dict]:
    """What came of each function of the list, on a server of its own."""
    with running_server("--speed", "10", *TEMPLATES, *options) as server:
        driven = subprocess.run(
            [require("node"), "drive.mjs", name, server.url, "mock-user-token"],
            cwd=package,
            env={
                **os.environ,
                "DEMO_VALUES": DEMO_VALUES,
                "SERVER_PID": str(server.process.pid),
                "LOST_TOKEN": "lost-token",
            },
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
    assert driven.stdout, driven.stderr
    return {result["journey"]: result for result in map(json.loads, driven.stdout.splitlines())}


@pytest.fixture(scope="module")
def journeys(package):
    return drive(package, "journeys")


@pytest.fixture(scope="module")
def refusals(package):
    return drive(package, "refusals")


@pytest.fixture(scope="module")
def quirks(package):
    return drive(package, "quirks", "--quirks") | drive(package, "openQuirks", "--quirks", "--auth", "off")


@pytest.fixture(scope="module")
def catalog(package):
    return drive(package, "catalog")


@pytest.fixture(scope="module")
def faults(package):
    tokens = ("--token", "mock-user-token=guest", "--token", "lost-token=guest")
    return drive(package, "faults", *tokens)


@pytest.mark.parametrize("fault", listed("faults"))
def test_the_real_client_makes_of_a_fault_what_it_made_of_it(faults, fault):
    assert faults[fault]["ok"], faults[fault]


def test_each_fault_is_tried_with_the_real_client():
    assert {kebab(name) for name in listed("faults")} == set(KINDS)


@pytest.mark.parametrize("journey", listed("journeys"))
def test_the_real_client_completes_its_journey(journeys, journey):
    assert journeys[journey]["ok"], journeys[journey]


@pytest.mark.parametrize("journey", listed("catalog"))
def test_the_real_client_of_the_catalog_completes_its_journey(catalog, journey):
    assert catalog[journey]["ok"], catalog[journey]


@pytest.mark.parametrize("refusal", listed("refusals"))
def test_the_real_client_fails_as_it_does_with_the_real_server(refusals, refusal):
    assert refusals[refusal]["ok"], refusals[refusal]


@pytest.mark.parametrize("quirk", [*listed("quirks"), *listed("openQuirks")])
def test_a_quirk_is_to_the_real_client_what_it_is_on_the_real_server(quirks, quirk):
    assert quirks[quirk]["ok"], quirks[quirk]


def test_each_quirk_that_the_client_can_notice_is_tried():
    driven = listed("quirks") + listed("openQuirks")
    assert {kebab(name) for name in driven} == {quirk.value for quirk in set(Quirk) - UNNOTICED}


def test_what_is_listed_is_what_is_driven(journeys, refusals, quirks, catalog, faults):
    assert list(faults) == listed("faults")
    assert list(catalog) == listed("catalog")
    assert (list(journeys), list(refusals)) == (listed("journeys"), listed("refusals"))
    assert list(quirks) == listed("quirks") + listed("openQuirks")
