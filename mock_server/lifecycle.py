"""The states of a task and of its steps, and which may follow which.

Everything that asks "may this happen now?" asks these tables.
"""

from enum import StrEnum


class TaskStatus(StrEnum):
    """The `status` of a task, as the published document lists it."""

    OPEN = "open"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepStatus(StrEnum):
    """The `status` in the body of a step's events."""

    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class EventType(StrEnum):
    """The `type` of an event. Real clients throw on any other."""

    LOG = "log"
    COMPLETION = "completion"
    CANCELLED = "cancelled"
    RECOVERED = "recovered"


class RecoveryStrategy(StrEnum):
    """What a retry does with the events before it: keep them, or hide them from whoever reads later."""

    NONE = "none"
    START_OVER = "startOver"


TRANSITIONS: dict[TaskStatus, frozenset[TaskStatus]] = {
    TaskStatus.OPEN: frozenset({TaskStatus.PROCESSING, TaskStatus.CANCELLED}),
    TaskStatus.PROCESSING: frozenset({TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED}),
    TaskStatus.COMPLETED: frozenset({TaskStatus.OPEN}),
    TaskStatus.FAILED: frozenset({TaskStatus.OPEN}),
    TaskStatus.CANCELLED: frozenset({TaskStatus.OPEN}),
}
# Nothing but a retry leaves a terminal status, and it starts from the queue.
TERMINAL = frozenset(status for status, following in TRANSITIONS.items() if following == {TaskStatus.OPEN})
