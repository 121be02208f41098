"""Everything that must hold, in one command: `python -m tests`. What follows it is given to pytest.

Pytest runs twice: first what can share the machine, on all processors, then what judges servers as their users do and
needs the machine for itself. Coverage is that of both.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent
CHECKS = (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("lint-imports",))
SHARING = ("-m", "not alone", "--numprocesses=auto", "--dist=loadfile", "--cov", "--cov-report=", "--cov-fail-under=0")
ALONE = ("-m", "alone", "--cov", "--cov-append", "--cov-report=term")


def main(arguments: list[str]) -> int:
    """Run each check, all of them even if one fails; returns the exit code."""
    codes = {check: _run(check) for check in CHECKS}
    tests = {("pytest", *options): _run(("pytest", *options, *arguments)) for options in (SHARING, ALONE)}
    # All that the arguments choose may be of one kind.
    if set(tests.values()) == {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        tests = {}
    failed = [" ".join(check[:3]) for check, code in {**codes, **tests}.items() if code]
    if failed:
        print(f"\nnot in order: {'; '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _run(check: tuple[str, ...]) -> int:
    print(f"\n$ {' '.join(check)}", flush=True)
    return subprocess.run([PROGRAMS / check[0], *check[1:]], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
