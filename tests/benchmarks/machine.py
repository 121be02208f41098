"""What the figures were taken on."""

import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from os import cpu_count
from pathlib import Path

from tests.benchmarks.npm_peers import PACKAGES, PRISM, WIREMOCK

_LIBRARIES = ("connexion", "starlette", "uvicorn", "uvloop", "httptools", "schemathesis")


def machine(peers: Sequence[str]) -> str:
    """The processor, and the versions of everything that was measured."""
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    model = platform.machine() if found is None else found[1]
    parts = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in _LIBRARIES)]
    for peer, command in ((PRISM, ("node", "--version")), (WIREMOCK, ("java", "-version"))):
        if peer in peers:
            parts += [f"{peer} {PACKAGES[peer][1]}", _said(command)]
    return f"{model}, {cpu_count()} cores; {', '.join(parts)}"


def _said(command: Sequence[str]) -> str:
    program, _ = command
    if shutil.which(program) is None:
        return f"no {program}"
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d[\w.]*", run.stdout + run.stderr)
    return program if found is None else f"{program} {found[0]}"
