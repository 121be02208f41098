"""The Backstage app of the tests: its packages are installed, it is built once, and the build is kept."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.requirements import require

HERE = Path(__file__).parent
PARTS = ("app", "yarn")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "backstage-scaffolder-mock" / "ui"


def built_app() -> Path:
    """The folder of the built app. It is built when a file of the kit has changed since."""
    kept = CACHE / _key()
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            built = _build(Path(folder))
            # Whoever was faster has built the same.
            if not kept.exists():
                built.rename(kept)
    return kept


def _key() -> str:
    files = sorted(path for part in PARTS for path in (HERE / part).rglob("*") if path.is_file())
    content = hashlib.sha256()
    for path in files:
        content.update(f"{path.relative_to(HERE)}\0".encode() + path.read_bytes() + b"\0")
    return content.hexdigest()[:16]


def _build(place: Path) -> Path:
    node, npm = require("node"), require("npm")
    for part in PARTS:
        shutil.copytree(HERE / part, place / part)
    _run([npm, "ci", "--no-audit", "--no-fund"], place / "yarn")
    registry = _run([npm, "config", "get", "registry"], place / "yarn").strip()
    yarn = [node, str(place / "yarn/node_modules/@yarnpkg/cli-dist/bin/yarn.js")]
    environment = {"YARN_NPM_REGISTRY_SERVER": registry, "YARN_GLOBAL_FOLDER": str(place / "packages")}
    _run([*yarn, "install", "--immutable"], place / "app", **environment)
    _run([*yarn, "build"], place / "app", **environment)
    return place / "app" / "dist"


def _run(command: list[str], folder: Path, **environment: str) -> str:
    ran = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        pytest.fail(f"{' '.join(command)}\n{ran.stdout[-5_000:]}{ran.stderr[-5_000:]}")
    return ran.stdout
