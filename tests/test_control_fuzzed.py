"""Plain `schemathesis run` on the document of the control API: whatever is said, nothing breaks."""

import pytest

from openapi.documents import CONTROL
from tests.schemathesis_run import VALID_REQUEST_REFUSED, report_of, reported_failures
from tests.server_process import running_server

# The document takes any text for a scenario, its name or a template and an instant of any year; it cannot say that a
# name is taken, what can be said of which fault, or how the parts of a snapshot must fit.
KNOWN = {
    (VALID_REQUEST_REFUSED, "POST /worlds"),
    (VALID_REQUEST_REFUSED, "POST /worlds/{world}/tasks/seed"),
    (VALID_REQUEST_REFUSED, "POST /worlds/{world}/faults"),
    (VALID_REQUEST_REFUSED, "PUT /worlds/{world}/snapshot"),
    (VALID_REQUEST_REFUSED, "PUT /scenarios/{scenario}"),
    (VALID_REQUEST_REFUSED, "PUT /worlds/{world}/scenario"),
}

# Ten thousand tasks take their time.
PATIENCE = ("--request-timeout", "60")
# They answer when something happens, and nothing does.
WAITING = ("listJournal", "watchWorld")


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("schemathesis")
    with running_server() as server:
        url = server.url.replace("/api/scaffolder", "/_mock/v1")
        left_out = [part for operation in WAITING for part in ("--exclude-operation-id", operation)]
        return report_of(CONTROL, url, folder, "--max-examples", "20", *PATIENCE, *left_out)


@pytest.fixture(scope="module")
def report_of_waiting(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("schemathesis")
    with running_server() as server:
        url = server.url.replace("/api/scaffolder", "/_mock/v1")
        chosen = [part for operation in WAITING for part in ("--include-operation-id", operation)]
        return report_of(CONTROL, url, folder, "--max-examples", "20", "--request-timeout", "0.5", *chosen)


def test_every_reported_failure_is_known(report):
    assert reported_failures(report) <= KNOWN


def test_the_run_was_whole(report):
    assert report["stop_reason"] == "completed"
    assert report["errors"] == []
    assert report["operations"]["tested"] == report["operations"]["selected"] == 32 - len(WAITING)


def test_nothing_is_reported_of_what_waits(report_of_waiting):
    assert reported_failures(report_of_waiting) == set()
    assert report_of_waiting["operations"]["tested"] == len(WAITING)
