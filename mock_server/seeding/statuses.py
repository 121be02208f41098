"""How many of the tasks have which status."""

from collections.abc import Mapping

from mock_server.lifecycle import TaskStatus
from mock_server.seeding.refusals import NoStatus


def shares(count: int, weights: Mapping[TaskStatus, float]) -> dict[TaskStatus, int]:
    """So many tasks of each status, in proportion to the weights; together they are `count`. Raises NoStatus."""
    # Divided first, so that no sum is beyond all numbers.
    largest = max(weights.values(), default=0)
    if largest <= 0:
        raise NoStatus
    parts = {status: weights.get(status, 0) / largest for status in TaskStatus}
    total = sum(parts.values())
    exact = {status: count * part / total for status, part in parts.items()}
    whole = {status: int(share) for status, share in exact.items()}
    by_remainder = sorted(TaskStatus, key=lambda status: whole[status] - exact[status])
    for status in by_remainder[: count - sum(whole.values())]:
        whole[status] += 1
    return whole
