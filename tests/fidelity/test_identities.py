import pytest

from tests.fidelity.identities import Identities

THEIRS, OURS = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def event(id, task=THEIRS):
    return {"id": id, "taskId": task, "type": "log", "body": {}}


@pytest.fixture
def identities() -> Identities:
    identities = Identities()
    identities.learn_task(THEIRS, OURS)
    identities.learn_events([event(20), event(21), event(30)], [event(1), event(2), event(3)])
    return identities


def test_a_task_is_named_by_our_id(identities):
    assert identities.target(f"/v2/tasks/{THEIRS}/events") == f"/v2/tasks/{OURS}/events"
    assert identities.translated({"message": f"task {THEIRS}"}) == {"message": f"task {OURS}"}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [(21, 2), (25, 2), (10, 0), (30, 3), (99, 2**31), ("-1", -1), ("abc", "abc"), ("%2025", "%202"), ("25.5", "2.5")],
)
def test_an_after_stays_where_it_was_among_the_events(identities, theirs, ours):
    assert identities.target(f"/{THEIRS}/events?after={theirs}") == f"/{OURS}/events?after={ours}"


def test_the_url_of_an_error_is_translated_as_the_target_was(identities):
    assert identities.translated({"url": f"/{THEIRS}/events?after=25"}) == {"url": f"/{OURS}/events?after=2"}


def test_a_target_that_names_no_task_stays_as_it_is(identities):
    assert identities.target("/v2/tasks/x/events?after=25") == "/v2/tasks/x/events?after=25"


def test_an_event_keeps_the_id_that_it_was_first_seen_with(identities):
    identities.learn_events([event(20)], [event(7)])
    assert identities.translated([event(20)]) == [event(1, OURS)]


def test_an_event_that_nobody_has_seen_is_like_none_of_ours(identities):
    assert identities.translated([event(22)])[0]["id"] == "<unseen 22>"
