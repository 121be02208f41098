"""What the contract suite costs on the mock server: seconds and requests in each of its modes."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import httpx

from openapi.documents import PUBLISHED
from tests.benchmarks.operations import TOKEN
from tests.benchmarks.peers import MOCK, serving
from tests.benchmarks.tables import Column, table

SUITE = Path(sys.executable).with_name("run-contract-tests")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
ALONE = "schemathesis"
MODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "quick": ("--quick",),
        "default": (),
        "read-only": ("--read-only",),
        "published": ("--profile", "published"),
    }
)
_PATIENCE = 300
_COLUMNS = (
    Column("the suite on the mock server", 36),
    Column("seconds", 9),
    Column("CPU", 9),
    Column("server CPU", 12),
    Column("requests", 14),
)


class SuiteFailed(Exception):
    """A run that reported nothing; the message is what it said."""


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One run: seconds of the wall clock, of its own processes' CPU and of the server's, and how many requests."""

    name: str
    wall: float
    cpu: float
    server_cpu: float
    requests: int


def suite_run(mode: str) -> SuiteRun:
    """A run of the suite, or of Schemathesis alone, on a mock server of its own. Raises SuiteFailed."""
    if mode == ALONE:
        return _schemathesis_run()
    shown = " ".join(("run-contract-tests", *MODES[mode]))
    with TemporaryDirectory() as name:
        options = ("--token", TOKEN, "--report-dir", name, *MODES[mode])
        run = _run(shown, lambda url: [SUITE, "--base-url", url, *options], name)
        report = Path(name, "report.json")
        if not report.exists():
            raise SuiteFailed(run.name)
        requests = json.loads(report.read_text(encoding="utf-8"))["run"]["requests"]
    return replace(run, requests=requests)


def _schemathesis_run() -> SuiteRun:
    # On the same document, with its defaults.
    options = ("--header", f"Authorization: Bearer {TOKEN}", "--seed", "7", "--continue-on-failure")
    with TemporaryDirectory() as name:
        return _run(
            "schemathesis run",
            lambda url: [SCHEMATHESIS, "run", PUBLISHED, "--url", url, "--request-timeout", "5", *options],
            name,
        )


def _run(name: str, command: Callable[[str], Sequence[str | Path]], folder: str) -> SuiteRun:
    with serving(MOCK) as server:
        server_cpu, cpu, began = server.cpu_seconds(), _cpu_of_children(), time.perf_counter()
        # Whatever the verdict: what it costs is asked.
        subprocess.run(command(server.url), cwd=folder, capture_output=True, check=False, timeout=_PATIENCE)
        wall, cpu, server_cpu = time.perf_counter() - began, _cpu_of_children() - cpu, server.cpu_seconds() - server_cpu
        counted = int(httpx.get(f"{server.url}/v2/actions").headers["x-mock-journal"].rpartition("/")[2]) - 1
    return SuiteRun(name, wall, cpu, server_cpu, counted)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def suite_table(runs: Sequence[SuiteRun]) -> Iterator[str]:
    return table(
        _COLUMNS,
        [[run.name, f"{run.wall:.1f}", f"{run.cpu:.1f}", f"{run.server_cpu:.1f}", f"{run.requests:,}"] for run in runs],
    )
