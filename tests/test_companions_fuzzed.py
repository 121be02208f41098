"""Plain `schemathesis run` on the document of the companions: what it reports is known."""

import pytest

from openapi.documents import COMPANIONS
from tests.schemathesis_run import VALID_REQUEST_REFUSED, report_of, reported_failures
from tests.server_process import running_server

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
    # Not the stateful phase: it looks for the location that it has created, and none is kept.
    phases = ("--phases", "examples,coverage,fuzzing")
    with running_server() as server:
        url = server.url.removesuffix("/api/scaffolder")
        return report_of(COMPANIONS, url, folder, "--max-examples", "10", *phases)


def test_every_reported_failure_is_known(report):
    assert reported_failures(report) <= KNOWN


def test_the_run_was_whole(report):
    assert report["stop_reason"] == "completed"
    assert report["errors"] == []
    assert report["operations"]["tested"] == report["operations"]["selected"] == 29
