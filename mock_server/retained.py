"""How much memory tasks take up, and the bound of it.

A store keeps so many tasks, and on the average so many bytes of each: `BYTES_PER_TASK` times the limit in tasks are its
bound, 80 MB for 10,000. Within it a few large tasks are kept as well as many small ones; past it the store lets go of
the same ones as at its limit in tasks. All stores of a server together keep `WORLDS_KEPT` times as much: there may be a
thousand worlds, and each could be full. Past that the world in which a task was created the longest ago gives first.

What is counted is what a task has for itself: its values and what was rendered from them. What it shares with others,
such as the steps of its template, is not. Every creation costs a look at the new task and at those that go for it.
"""

from collections import OrderedDict
from sys import getsizeof
from typing import Any, Protocol

from mock_server.planned import Plan
from mock_server.task import Task

BYTES_PER_TASK = 8_000
WORLDS_KEPT = 4

_PER_TASK = 1_500
_PER_STEP = 300
_PER_LINE = 150


class Giver(Protocol):
    """What retains tasks, and can let go of one."""

    def give(self) -> bool:
        """Let go of the task that is needed least; whether there was any."""
        ...


class Retained:
    """How many bytes all together retain."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        self._givers: OrderedDict[Giver, None] = OrderedDict()

    def take(self, giver: Giver, size: int) -> None:
        """Count what somebody has taken, and see to it that it is not too much. What is given counts as less."""
        self._bytes += size
        if size <= 0:
            return
        self._givers[giver] = None
        self._givers.move_to_end(giver)
        while self._bytes > self._limit and self._givers:
            first = next(iter(self._givers))
            if not first.give():
                del self._givers[first]

    def forget(self, giver: Giver, size: int) -> None:
        """Who has retained so much is gone, and all of it."""
        self._bytes -= size
        self._givers.pop(giver, None)


def bytes_of(task: Task) -> int:
    """About how many bytes a task has for itself."""
    size = _PER_TASK + _of_plan(task.plan)
    if parameters := task.spec.get("parameters"):
        size += _of_value(parameters)
    for run in task.earlier:
        size += _of_plan(run.plan)
    return size


def _of_plan(plan: Plan) -> int:
    # Loops, not sums of generators: every creation waits for it.
    size = len(plan.steps) * _PER_STEP
    for step in plan.steps:
        size += len(step.message)
        for line in step.lines:
            size += _PER_LINE
            for part in line.parts:
                size += getsizeof(part)
        for line in step.late_lines:
            size += _PER_LINE
            for part in line.parts:
                size += getsizeof(part)
    if plan.output:
        size += _of_value(plan.output)
    if plan.error is not None:
        size += getsizeof(plan.error.message)
    for note in plan.notes:
        size += _of_value(note.body)
    return size


def _of_value(value: Any) -> int:
    size, pending = 0, [value]
    while pending:
        node = pending.pop()
        size += getsizeof(node)
        if isinstance(node, dict):
            # The names of members are shared within a text.
            size += sum(map(len, node))
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    return size
