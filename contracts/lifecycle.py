"""The judge's own model of a task's life, up to a retry. The mock server has one of its own; a test compares both."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """The status of a task (`#/components/schemas/Task/properties/status`)."""

    OPEN = "open"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSITIONS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.OPEN: frozenset({Status.PROCESSING, Status.FAILED, Status.CANCELLED}),
        Status.PROCESSING: frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED}),
        Status.COMPLETED: frozenset(),
        Status.FAILED: frozenset(),
        Status.CANCELLED: frozenset(),
    }
)
# Seconds of the judge that a task may take to end, once it was cancelled while it ran.
CANCELLED_WITHIN = 20.0
TERMINAL = frozenset(status for status, following in TRANSITIONS.items() if not following)


def is_terminal(status: object) -> bool:
    """Whether a task of this status has ended. False for what is no status at all."""
    return isinstance(status, str) and status in TERMINAL


def is_known(status: object) -> bool:
    """Whether this is a status at all."""
    return isinstance(status, str) and status in set(Status)


def may_follow(before: Status, after: Status) -> bool:
    """Whether a task seen `before` can later be seen `after`; what lies between need not have been seen."""
    return before is after or any(may_follow(between, after) for between in TRANSITIONS[before])
