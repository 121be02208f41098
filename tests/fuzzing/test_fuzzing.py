"""The parsers hold what they promise for what once went wrong, and for whatever a fuzzer finds in a few seconds."""

import re
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.fuzzing import running
from tests.fuzzing.catalogue import PARSERS, load
from tests.fuzzing.checking import CRASHES, TooSlow, check_within, kept
from tests.fuzzing.running import ROOT, fuzz
from tests.fuzzing.target import Target, bytes_of

SECONDS = 2
# A few seconds of each; the same inputs whenever the tests run, so that what they find is there for whoever looks.
RUNS = 2_000
AT_MOST = 60
MUCH = 100_000
BRACKETS = ("[", "{", "(", '"', "\\", "-", "0", " ")

has_fuzzer = pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has no wheel for this platform")


@pytest.mark.parametrize("name", PARSERS)
def test_what_every_client_sends_and_what_once_went_wrong_is_read_as_it_should(name):
    target = load(name)
    for data in [*target.seeds(), *(file.read_bytes() for file in kept(name)), b""]:
        check_within(target, data)


@pytest.mark.parametrize("name", PARSERS)
def test_what_is_longer_than_a_fuzzer_tries_ends_no_process_and_takes_no_long_time(name):
    target = load(name)
    for word in map(bytes_of, (*target.words, *BRACKETS)):
        check_within(target, bytes_of(target.opening) + word * (MUCH // len(word)), seconds=5)


@has_fuzzer
@pytest.mark.parametrize("name", PARSERS)
def test_a_fuzzer_finds_nothing(name, tmp_path):
    outcome = fuzz(name, AT_MOST, seed=1, folder=tmp_path, runs=RUNS)
    assert outcome.crash is None, outcome.log
    assert outcome.executions > 10, outcome.log
    assert outcome.covered > 10, outcome.log


def test_whatever_is_kept_is_of_a_parser_that_is_there():
    assert {file.parent.name for file in CRASHES.glob("*/*")} <= set(PARSERS)


def test_what_takes_too_long_is_a_mistake_too():
    spins = Target("spins", lambda data: sum(range(10_000_000)), list)
    with pytest.raises(TooSlow):
        check_within(spins, b"", seconds=0.001)


@has_fuzzer
def test_what_a_fuzzer_finds_is_kept_and_told(tmp_path, monkeypatch):
    # A parser that is as good as the others, held against a promise that it does not give.
    monkeypatch.setattr(running, "ROOT", tmp_path)
    package = tmp_path / "tests" / "fuzzing"
    package.mkdir(parents=True)
    (tmp_path / "tests" / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    (package / "child.py").write_text(
        "import sys, atheris\n"
        "def check(data):\n"
        "    if data.startswith(b'template:'):\n"
        "        raise ValueError('found')\n"
        "atheris.Setup([sys.argv[0], *sys.argv[2:]], check)\n"
        "atheris.Fuzz()\n"
    )
    outcome = fuzz("entity_refs", SECONDS, seed=1, folder=tmp_path / "kept")
    assert outcome.crash is not None
    assert outcome.crash.read_bytes().startswith(b"template:")
    assert "ValueError: found" in outcome.log


@has_fuzzer
def test_the_command_tells_how_far_it_went_in_a_table():
    command = [sys.executable, "-m", "tests.fuzzing", "queries", "--seconds", "1", "--seed", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout
    heading, row = done.stdout.splitlines()
    assert heading.split() == ["target", "executions", "a", "second", "covered", "crash"]
    assert re.fullmatch(r"queries +[\d,]+ +[\d,]+ +\d+  -", row)
    assert max(map(len, (heading, row))) <= 80
