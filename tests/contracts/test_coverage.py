from contracts.coverage import Cover, Place, coverage_of
from contracts.exchange import Purpose
from contracts.profile import Profile
from tests.contracts.making import created, evidence, exchange, listed, logged, polled


def covered(operation, *exchanges):
    return next(each for each in coverage_of(evidence(*exchanges)).operations if each.operation.id == operation)


def parameter(cover, name):
    found = next(each for each in cover.parameters if each.name == name)
    return found.given, found.malformed, found.left_out


def test_every_operation_is_there_though_nothing_was_asked():
    coverage = coverage_of(evidence())
    assert len(coverage.operations) == 9
    assert coverage.elsewhere == 0
    assert all(status.cover is Cover.NEVER_SEEN for operation in coverage.operations for status in operation.statuses)
    assert {200, 201, 401, 404} <= set(coverage.statuses)


def test_parameters_and_properties_that_the_document_refers_to_are_there():
    retried = exchange("retryTask", 201, task_id="x", sent={"secrets": {}}, profile=Profile.BACKSTAGE)
    coverage = coverage_of(evidence(retried, profile=Profile.BACKSTAGE))
    cover = next(each for each in coverage.operations if each.operation.id == "retryTask")
    assert parameter(cover, "taskId") == (1, 0, 0)
    assert parameter(cover, "secrets") == (1, 0, 0)


def test_statuses_are_documented_or_not_and_seen_or_not():
    cover = covered("getTask", polled(), polled(), exchange("getTask", 418, task_id="x"))
    assert {status.status: (status.cover, status.seen) for status in cover.statuses if status.status != 400} == {
        200: (Cover.SEEN, 2),
        401: (Cover.NEVER_SEEN, 0),
        404: (Cover.NEVER_SEEN, 0),
        418: (Cover.UNDOCUMENTED, 1),
    }
    assert cover.requests == 3


def test_a_request_without_an_answer_has_no_status():
    cover = covered("getTask", exchange("getTask", None, task_id="x"))
    assert (cover.requests, cover.unanswered) == (1, 1)
    assert all(status.seen == 0 for status in cover.statuses)


def test_path_and_query_parameters_are_given_malformed_or_left_out():
    cover = covered(
        "getTaskLogs",
        logged([], query=[("after", "5")]),
        logged([], query=[("after", "-5")]),
        logged([], query=[("after", "five")]),
        logged([], query=[("after", "")]),
        logged([], task_id=""),
        exchange("getTaskLogs", 404, path="/v2/tasks/%zz/logs", purpose=Purpose.FUZZED),
    )
    assert parameter(cover, "after") == (2, 2, 2)
    assert parameter(cover, "taskId") == (4, 1, 1)
    assert [each.place for each in cover.parameters] == [Place.PATH, Place.QUERY]


def test_any_text_is_a_value_for_a_filter():
    assert parameter(covered("listTasks", listed(query=[("createdBy", "")]), listed()), "createdBy") == (1, 0, 1)


def test_properties_of_a_body_are_held_against_their_schema():
    cover = covered(
        "createTask",
        created(),
        exchange("createTask", 400, sent={"templateRef": 5, "values": []}),
        exchange("createTask", 400, sent=["no object"]),
        exchange("createTask", 400, request_content=b"no JSON"),
        exchange("createTask", 400),
    )
    assert parameter(cover, "templateRef") == (1, 1, 3)
    assert parameter(cover, "values") == (1, 1, 3)
    assert parameter(cover, "secrets") == (0, 0, 5)


def test_what_no_validator_looks_at_is_malformed():
    deep: list = []
    for _ in range(400):
        deep = [deep]
    sent = {"templateRef": "\ud800", "values": {"deep": deep}}
    cover = covered("createTask", exchange("createTask", 400, sent=sent))
    assert sum(parameter(cover, "values")[:2]) == 1
    assert sum(parameter(cover, "templateRef")[:2]) == 1


def test_undocumented_paths_are_counted():
    assert coverage_of(evidence(exchange(None, 404, path="/nowhere"), polled())).elsewhere == 1
