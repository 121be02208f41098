"""Which tasks have an event next."""

import pytest

from mock_server.due_events import DueEvents


@pytest.fixture
def versions() -> dict[str, int]:
    return {}


@pytest.fixture
def due(versions) -> DueEvents:
    return DueEvents(lambda task_id, version: versions.get(task_id) == version)


def note(due: DueEvents, versions: dict[str, int], task_id: str, version: int, at: int) -> None:
    versions[task_id] = version
    due.note(task_id, version, at)


def test_the_first_that_is_due_is_told(due, versions):
    note(due, versions, "a", 0, 30)
    note(due, versions, "b", 0, 20)
    assert due.next_at() == 20


def test_a_task_is_taken_once_and_only_when_it_is_due(due, versions):
    note(due, versions, "a", 0, 30)
    assert [due.take(29), due.take(30), due.take(31)] == [None, "a", None]


def test_what_was_replaced_or_forgotten_is_not_due(due, versions):
    note(due, versions, "a", 0, 10)
    note(due, versions, "b", 0, 20)
    note(due, versions, "a", 1, 40)
    del versions["b"]
    assert (due.take(30), due.next_at()) == (None, 40)


def test_nothing_is_kept_of_what_was_replaced(due, versions):
    for version in range(10_000):
        note(due, versions, "a", version, version)
    assert len(due._entries) < 300
