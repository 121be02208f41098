"""No interleaving of deeds makes two views of a task disagree.

`python -m pytest tests/mock_server/task_states --hypothesis-profile=long` looks for a quarter of an hour, each time
somewhere else.
"""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.mock_server.task_states.machine import TaskStates


def test_whatever_is_done_in_whichever_order_no_two_views_disagree():
    run_state_machine_as_test(TaskStates, settings=settings(report_multiple_bugs=False))
