"""Plain `schemathesis run` on a document, as anybody would start it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

UNDOCUMENTED_STATUS = "ST103"
NOT_AS_IN_THE_SCHEMA = "ST108"
VALID_REQUEST_REFUSED = "ST202"


def report_of(document: Path, url: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """What it reports of the server at this address. It runs in the folder, where nothing else is."""
    report = folder / "report.json"
    run = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("run", document, "--url", url, "--header", "Authorization: Bearer mock-user-token"),
            *("--seed", "7", "--continue-on-failure", "--request-timeout", "5", *arguments),
            *("--report", "json", "--report-json-path", report),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert report.exists(), run.stdout + run.stderr
    return json.loads(report.read_text(encoding="utf-8"))


def reported_failures(report: dict[str, Any]) -> set[tuple[str, str]]:
    """The kind of each failure and the operation that has it."""
    return {(failure["code"], operation) for failure in report["failures"] for operation in failure["operations"]}
