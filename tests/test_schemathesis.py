"""Plain `schemathesis run` on the published document: what it reports are faults of the document, each known."""

import pytest

from openapi.documents import PUBLISHED
from tests.schemathesis_run import (
    NOT_AS_IN_THE_SCHEMA,
    UNDOCUMENTED_STATUS,
    VALID_REQUEST_REFUSED,
    report_of,
    reported_failures,
)
from tests.server_process import running_server

# The template of the document's own example, so that its examples and the links from them lead somewhere.
EXAMPLE_TEMPLATE = """
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: create-react-app}
spec:
  type: website
  steps:
    - {action: "debug:log", input: {message: "Hello"}}
"""
FAULTS_OF_THE_DOCUMENT = {
    # It documents no 400 at all, and for createTask not the 404 of an unknown template.
    (UNDOCUMENTED_STATUS, "GET /v2/tasks"),
    (UNDOCUMENTED_STATUS, "GET /v2/tasks/{taskId}/eventstream"),
    (UNDOCUMENTED_STATUS, "GET /v2/tasks/{taskId}/logs"),
    (UNDOCUMENTED_STATUS, "GET /v2/templates/{namespace}/{kind}/{name}/parameter-schema"),
    (UNDOCUMENTED_STATUS, "POST /v2/dry-run"),
    (UNDOCUMENTED_STATUS, "POST /v2/tasks"),
    # It gives an event stream as a string; each event of it is an object.
    (NOT_AS_IN_THE_SCHEMA, "GET /v2/tasks/{taskId}/eventstream"),
    # It takes any text for an entity reference and a kind, and any object for a template.
    (VALID_REQUEST_REFUSED, "GET /v2/templates/{namespace}/{kind}/{name}/parameter-schema"),
    (VALID_REQUEST_REFUSED, "POST /v2/dry-run"),
    (VALID_REQUEST_REFUSED, "POST /v2/tasks"),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("schemathesis")
    template = folder / "template.yaml"
    template.write_text(EXAMPLE_TEMPLATE, encoding="utf-8")
    with running_server("--speed", "1000", "--templates", str(template)) as server:
        return report_of(PUBLISHED, server.url, folder, "--max-examples", "25")


def test_every_reported_failure_is_a_known_fault_of_the_document(report):
    assert reported_failures(report) <= FAULTS_OF_THE_DOCUMENT


def test_the_run_was_whole(report):
    assert report["stop_reason"] == "completed"
    assert report["errors"] == []
    assert report["operations"]["tested"] == 9
