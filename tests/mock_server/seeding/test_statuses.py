"""How many of the tasks have which status."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.lifecycle import TaskStatus
from mock_server.seeding.refusals import NoStatus
from mock_server.seeding.statuses import shares

WEIGHTS = st.dictionaries(st.sampled_from(TaskStatus), st.floats(0, 1e308), min_size=1)


def test_the_weights_share_the_tasks():
    weights = {TaskStatus.COMPLETED: 80, TaskStatus.FAILED: 12, TaskStatus.CANCELLED: 5, TaskStatus.OPEN: 3}
    assert shares(500, weights) == {
        TaskStatus.OPEN: 15,
        TaskStatus.PROCESSING: 0,
        TaskStatus.COMPLETED: 400,
        TaskStatus.FAILED: 60,
        TaskStatus.CANCELLED: 25,
    }


@given(st.integers(1, 10_000), WEIGHTS)
def test_every_task_has_a_status_and_none_has_one_without_weight(count, weights):
    if not any(weights.values()):
        with pytest.raises(NoStatus):
            shares(count, weights)
        return
    shared = shares(count, weights)
    assert sum(shared.values()) == count
    assert all(number >= 0 for number in shared.values())
    assert all(weights.get(status) for status, number in shared.items() if number)
