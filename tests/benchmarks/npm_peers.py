"""The peers that npm brings, Prism and WireMock: where they are and what makes them answer what they are told."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from openapi.documents import PUBLISHED
from tests.benchmarks.operations import MOUNT, OPERATIONS, Answers

PRISM, WIREMOCK = "Prism", "WireMock"
PACKAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {PRISM: ("@stoplight/prism-cli", "5.14.2"), WIREMOCK: ("wiremock", "3.13.2")}
)
_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "backstage-scaffolder-mock" / "benchmarks"
_NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType({PRISM: ("node", "npm"), WIREMOCK: ("npm", "java")})


@cache
def why_absent(peer: str) -> str | None:
    """Why a peer cannot be measured; None if it can. It is installed into the user's cache if it is not there."""
    missing = [program for program in _NEEDS[peer] if shutil.which(program) is None]
    if missing:
        return f"no {' and no '.join(missing)}"
    name, version = PACKAGES[peer]
    if _installed(name) == version:
        return None
    _CACHE.mkdir(parents=True, exist_ok=True)
    wanted = ["@".join(package) for package in PACKAGES.values()]
    # Neither needs the scripts of any package.
    npm = ["npm", "install", "--prefix", str(_CACHE), "--no-audit", "--no-fund", "--ignore-scripts", *wanted]
    try:
        subprocess.run(npm, capture_output=True, check=True, timeout=600)
    except (subprocess.SubprocessError, OSError):
        return "npm could not install it"
    return None


def _installed(name: str) -> str | None:
    described = _CACHE / "node_modules" / name / "package.json"
    version: str | None = json.loads(described.read_text())["version"] if described.exists() else None
    return version


def prism_command(answers: Answers, folder: Path, port: int) -> list[str | Path]:
    """Prism with the published document, of which every answer is an example."""
    document = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))
    for id, operation in OPERATIONS.items():
        responses = document["paths"][operation.path][operation.method.lower()]["responses"]
        responses[str(operation.status)]["content"]["application/json"]["example"] = answers[id]
    path = folder / "document.json"
    path.write_text(json.dumps(document, default=str))
    program = _CACHE / "node_modules/@stoplight/prism-cli/dist/index.js"
    return ["node", program, "mock", "--host", "127.0.0.1", "--port", str(port), "--verboseLevel", "silent", path]


def wiremock_command(answers: Answers, folder: Path, port: int) -> list[str | Path]:
    """WireMock with a stub for each answer, and without its journal."""
    mappings = folder / "mappings"
    mappings.mkdir()
    for id, operation in OPERATIONS.items():
        path = re.sub(r"\{\w+\}", "[^/]+", f"{MOUNT}{operation.path}")
        stub: dict[str, Any] = {
            "request": {"method": operation.method, "urlPathPattern": path},
            "response": {
                "status": operation.status,
                "headers": {"Content-Type": "application/json"},
                "body": json.dumps(answers[id]),
            },
        }
        (mappings / f"{id}.json").write_text(json.dumps(stub))
    jar = _CACHE / "node_modules/wiremock/build" / f"wiremock-standalone-{PACKAGES[WIREMOCK][1]}.jar"
    options = ("--no-request-journal", "--disable-banner", "--use-chunked-encoding", "never")
    where = ("--bind-address", "127.0.0.1", "--port", str(port), "--root-dir", folder)
    return ["java", "-jar", jar, *where, *options]
