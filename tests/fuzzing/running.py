"""Fuzz a target in a child process, and tell how far that went."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzzing.catalogue import load
from tests.fuzzing.checking import CRASHES, kept
from tests.fuzzing.target import bytes_of

ROOT = Path(__file__).parents[2]
# More than any input of theirs needs, and less than a machine has.
MEGABYTES = 2_048
# Wall-clock seconds after which an input that does not end is one that never will.
STUCK_SECONDS = 25
_STARTING_SECONDS = 120
_COVERED = re.compile(r"\bcov: (\d+)")
_EXECUTED = re.compile(r"stat::number_of_executed_units: (\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the fuzzing of a target went. `crash` is the input that went wrong, `log` what the fuzzer said of it."""

    target: str
    executions: int
    covered: int
    crash: Path | None
    log: str

    @property
    def is_in_order(self) -> bool:
        return self.crash is None and self.executions > 0


def fuzz(name: str, seconds: int, seed: int, folder: Path = CRASHES, runs: int | None = None) -> Outcome:
    """Fuzz for so many seconds, or until something goes wrong, which is kept in the folder.

    With so many `runs`, the same ones each time as long as the code is the same, and for no longer.
    """
    target = load(name)
    with tempfile.TemporaryDirectory() as scratch:
        corpus, found = Path(scratch, "corpus"), Path(scratch, "found")
        words = Path(scratch, "words")
        corpus.mkdir()
        found.mkdir()
        for number, data in enumerate([*target.seeds(), *(file.read_bytes() for file in kept(name))]):
            Path(corpus, f"seed-{number}").write_bytes(data)
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), encoding="ascii")
        options = (
            *(f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={target.longest}", f"-dict={words}"),
            *(f"-timeout={STUCK_SECONDS}", f"-rss_limit_mb={MEGABYTES}", f"-artifact_prefix={found}{os.sep}"),
            *(() if runs is None else (f"-runs={runs}",)),
            *("-print_final_stats=1", "-report_slow_units=1000", str(corpus)),
        )
        log = _run(name, options, seconds)
        crash = _keep(found.iterdir(), folder / name)
    covered, executed = _COVERED.findall(log), _EXECUTED.findall(log)
    return Outcome(name, int(executed[-1]) if executed else 0, int(covered[-1]) if covered else 0, crash, log)


def _run(name: str, options: Iterable[str], seconds: int) -> str:
    command = [sys.executable, "-m", "tests.fuzzing.child", name, *options]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            # What is covered must not depend on the order of a set.
            env={**os.environ, "PYTHONHASHSEED": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds + STUCK_SECONDS + _STARTING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return f"{(late.stdout or b'').decode('utf-8', 'replace')}\nit did not end"
    return done.stdout.decode("utf-8", "replace")


def _keep(found: Iterable[Path], folder: Path) -> Path | None:
    """The first of the inputs, where it is kept."""
    for file in sorted(found):
        folder.mkdir(parents=True, exist_ok=True)
        crash = folder / file.name
        crash.write_bytes(file.read_bytes())
        return crash
    return None


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in bytes_of(word))
