"""The document that servers are held against: the published one, tightened."""

import json

import jsonschema_rs
import pytest

from contracts.contract import contract_of, load_overlay, tightened_document
from contracts.profile import Profile
from openapi.documents import load_meta_schema, load_published
from tests.contracts.making import completion, event, task

PUBLISHED = contract_of(Profile.PUBLISHED)
BACKSTAGE = contract_of(Profile.BACKSTAGE)


@pytest.mark.parametrize("profile", Profile)
def test_the_tightened_document_is_an_openapi_document(profile):
    jsonschema_rs.Draft202012Validator(load_meta_schema()).validate(tightened_document(profile))


@pytest.mark.parametrize("name", ["both", "published", "backstage"])
def test_every_tightening_says_why(name):
    overlay = load_overlay(name)
    assert overlay["overlay"] == "1.0.0"
    assert all(action["description"] for action in overlay["actions"])


@pytest.mark.parametrize("profile", Profile)
def test_no_operation_and_no_answer_of_the_published_document_is_lost(profile):
    published, tightened = load_published()["paths"], tightened_document(profile)["paths"]
    for path, item in published.items():
        for method, operation in item.items():
            assert operation["responses"].keys() <= tightened[path][method]["responses"].keys()


def test_an_operation_is_found_by_what_was_asked():
    found = PUBLISHED.locate("GET", "/v2/tasks/a%2Fb/logs")
    assert found is not None
    assert (found[0].id, found[1]) == ("getTaskLogs", {"taskId": "a/b"})
    assert PUBLISHED.locate("DELETE", "/v2/tasks/1") is None
    assert PUBLISHED.locate("GET", "/v2/tasks/1/2/3") is None


@pytest.mark.parametrize("status", ["open", "processing", "completed", "failed", "cancelled"])
def test_a_task_of_every_status_conforms(status):
    assert PUBLISHED.task_violations(task(status)) == []


@pytest.mark.parametrize(
    "extra", [{"state": {"checkpoints": {}}}, {"totalTasks": None}, {"createdBy": None}, {"lastHeartbeatAt": None}]
)
def test_other_fields_and_absent_ones_conform(extra):
    assert PUBLISHED.task_violations(task("completed", **extra)) == []


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-22T10:00:00Z",
        "2026-11-22T10:00:00.123456789Z",
        "2026-11-22T10:00:00+05:30",
        "2026-11-22t10:00:00z",
        "2028-02-29T23:59:59.9-00:00",
    ],
)
def test_every_way_to_write_a_time_conforms(time):
    assert PUBLISHED.task_violations(task("open", createdAt=time)) == []


@pytest.mark.parametrize(
    "time", ["2026-11-22T10:00:00", "2026-11-22 10:00", "2026-02-30T10:00:00Z", "", 1_767_225_600, "Sun, 22 Nov 2026"]
)
def test_what_is_no_time_does_not_conform(time):
    violations = PUBLISHED.task_violations(task("open", createdAt=time))
    assert violations
    assert violations[0].startswith("/createdAt: ")


def test_only_the_published_profile_asks_an_ended_task_when_it_ended():
    ended = task("completed", completedAt=None)
    assert PUBLISHED.task_violations(ended) == ['/: "completedAt" is a required property']
    assert BACKSTAGE.task_violations(ended) == []


def test_only_the_backstage_profile_takes_null_for_no_heartbeat():
    queued = {**task("open"), "lastHeartbeatAt": None}
    assert PUBLISHED.task_violations(queued)
    assert BACKSTAGE.task_violations(queued) == []


@pytest.mark.parametrize(
    "told",
    [
        event(1),
        event(None, task_id=None),
        event(1, "step", None, stepId="a", status="processing"),
        event(1, "something-new", None, anything=[1]),
        completion(2),
        completion(2, error="broken"),
        completion(2, output={}) | {"body": {"message": "over", "output": None, "error": None}},
        {**event(1), "id": "01J9Z", "isTaskRecoverable": False, "extra": None},
    ],
)
def test_events_of_other_styles_conform(told):
    assert PUBLISHED.event_violations(told) == []


@pytest.mark.parametrize(
    "told",
    [
        {**event(1), "createdAt": None},
        {**event(1), "body": "text"},
        {**event(1), "type": ""},
        event(1, "log", None),
        event(1, "log", 5),
        event(1, stepId=5),
        {name: value for name, value in event(1).items() if name != "createdAt"},
    ],
)
def test_broken_events_do_not_conform(told):
    assert PUBLISHED.event_violations(told)


@pytest.mark.parametrize(
    ("operation", "status", "body"),
    [
        ("createTask", 400, {"errors": [{"path": ["name"], "message": "is required"}]}),
        ("createTask", 400, {"error": {"name": "InputError", "message": "no"}}),
        ("createTask", 403, {"error": {"name": "NotAllowedError", "message": "no"}}),
        ("getTask", 404, {"error": {"name": "NotFoundError", "message": "no"}, "request": {}, "extra": 1}),
        ("listTasks", 400, {"error": {"name": "InputError", "message": ""}}),
        ("cancelTask", 200, {"anything": True}),
    ],
)
def test_errors_of_either_kind_conform(operation, status, body):
    assert PUBLISHED.body_violations(operation, status, body) == []


def test_what_the_schema_of_a_request_forbids_is_named():
    assert PUBLISHED.request_violations("createTask", {"templateRef": "a", "values": {}}) == []
    (violation,) = PUBLISHED.request_violations("createTask", {"templateRef": "a", "values": []})
    assert violation.startswith("/values: ")


def test_the_links_lead_to_operations_that_exist():
    links = tightened_document(Profile.PUBLISHED)["paths"]["/v2/tasks"]["post"]["responses"]["201"]["links"]
    assert {link["operationId"] for link in links.values()} <= PUBLISHED.operations.keys()
    assert "$response.body#/id" in json.dumps(links)


def test_half_a_character_can_be_described():
    body = {"log": [{"type": "log", "body": {"message": "\ud800"}}], "\udc00": 1, "steps": []}
    assert contract_of(Profile.PUBLISHED).body_violations("dryRunTask", 200, body)
