"""Everything that must hold, in one command: `python -m tests`. What follows it is given to pytest."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent


def main(arguments: list[str]) -> int:
    """Run each check, all of them even if one fails; returns the exit code."""
    checks = [
        ["ruff", "check"],
        ["ruff", "format", "--check"],
        ["mypy"],
        ["lint-imports"],
        ["pytest", "--cov", "--cov-report=term", *arguments],
    ]
    failed = []
    for check in checks:
        print(f"\n$ {' '.join(check)}", flush=True)
        if subprocess.run([PROGRAMS / check[0], *check[1:]], cwd=ROOT, check=False).returncode:
            failed.append(check[0] if len(check) < 3 else " ".join(check[:2]))
    if failed:
        print(f"\nnot in order: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
