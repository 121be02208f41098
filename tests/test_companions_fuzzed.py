"""Plain `schemathesis run` on the document of the companions: what it reports is known."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from openapi.documents import COMPANIONS
from tests.server_process import running_server

VALID_REQUEST_REFUSED = "ST202"
# The document takes any text for a cursor, any object for a predicate or an entity and any text for an address or a
# filter; what does not mean anything is refused, as by the real catalog.
KNOWN = {
    (VALID_REQUEST_REFUSED, f"{operation.replace(' ', ' /api/catalog/')}")
    for operation in (
        "GET entities",
        "GET entities/by-query",
        "GET entity-facets",
        "POST analyze-location",
        "POST entities/by-query",
        "POST entities/by-refs",
        "POST entity-facets",
        "POST locations",
        "POST locations/by-query",
        "POST validate-entity",
    )
}


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("schemathesis")
    with running_server() as server:
        run = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                *("run", COMPANIONS, "--url", server.url.removesuffix("/api/scaffolder")),
                *("--header", "Authorization: Bearer mock-user-token", "--include-path-regex", "^/api/catalog/"),
                *("--seed", "7", "--max-examples", "10", "--continue-on-failure", "--request-timeout", "5"),
                # Not the stateful phase: it looks for the location that it has created, and none is kept.
                *("--phases", "examples,coverage,fuzzing"),
                *("--report", "json", "--report-json-path", folder / "report.json"),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert (folder / "report.json").exists(), run.stdout + run.stderr
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def test_every_reported_failure_is_known(report):
    reported = {(failure["code"], operation) for failure in report["failures"] for operation in failure["operations"]}
    assert reported <= KNOWN


def test_the_run_was_whole(report):
    assert report["stop_reason"] == "completed"
    assert report["errors"] == []
    assert report["operations"]["tested"] == report["operations"]["selected"] == 20
