"""Behaviour of scaffolder-backend 4.2.0 that contradicts the published document or hurts a client, one switch each.

Off by default. What the document leaves open is as real without any switch.
"""

from enum import StrEnum


class Quirk(StrEnum):
    """One real behaviour, by the name that `--quirk` takes."""

    BARE_DRY_RUN = "bare-dry-run"
    BATCHED_STREAM = "batched-stream"
    CANCEL_FAILS = "cancel-fails"
    COMPLETION_AGAIN = "completion-again"
    CONTENTS_REQUIRED = "contents-required"
    EMPTY_NOT_FOUND = "empty-not-found"
    EMPTY_QUERY_REFUSED = "empty-query-refused"
    ENDLESS_RECOVERABLE = "endless-recoverable"
    FAULTY_DRY_RUN = "faulty-dry-run"
    FAULTY_REF = "faulty-ref"
    FIRST_VIOLATION = "first-violation"
    LATE_CANCEL_EVENT = "late-cancel-event"
    LATE_HEADERS = "late-headers"
    LEGACY_UNKNOWN = "legacy-unknown"
    NEEDLESS_TOKEN_CHECKED = "needless-token-checked"  # noqa: S105
    NO_COMPLETED_AT = "no-completed-at"
    NO_LOGS = "no-logs"
    NULL_HEARTBEAT = "null-heartbeat"
    REDUCE_FAULT = "reduce-fault"
    STEP_ZERO = "step-zero"
    UNCHECKED_STREAM = "unchecked-stream"

    @property
    def effect(self) -> str:
        """What the server does differently, in one line."""
        return _EFFECTS[self]


_EFFECTS = {
    Quirk.BARE_DRY_RUN: "log entries of a dry run have no type and its steps no status",
    Quirk.BATCHED_STREAM: "an event stream looks for events once a second and sends what it finds in one piece",
    Quirk.CANCEL_FAILS: "a cancelled task goes on until its step notices, then ends failed",
    Quirk.COMPLETION_AGAIN: "an event stream sends the completion whatever `after` says",
    Quirk.CONTENTS_REQUIRED: "a dry run without directoryContents is refused",
    Quirk.EMPTY_NOT_FOUND: "an unknown path or a wrong method is a 404 with an empty body",
    Quirk.EMPTY_QUERY_REFUSED: "an empty query value is refused even where the document takes any text",
    Quirk.ENDLESS_RECOVERABLE: "the stream of a recoverable task repeats the completion every second for ever",
    Quirk.FAULTY_DRY_RUN: "a dry run of what is no template, or of a missing file, is a 500",
    Quirk.FAULTY_REF: "a malformed templateRef is a 500",
    Quirk.FIRST_VIOLATION: "an error names the first violation only",
    Quirk.LATE_CANCEL_EVENT: "cancelling a finished task adds an event behind its completion",
    Quirk.LATE_HEADERS: "an event stream sends nothing, not even headers, before its first event",
    Quirk.LEGACY_UNKNOWN: "a template of another apiVersion is unknown instead of refused, as no catalog takes it",
    Quirk.NEEDLESS_TOKEN_CHECKED: "with `--auth off` a wrong token is refused all the same",
    Quirk.NO_COMPLETED_AT: "a task has no completedAt",
    Quirk.NO_LOGS: "there is no /logs",
    Quirk.NULL_HEARTBEAT: "lastHeartbeatAt is null until the task is claimed",
    Quirk.REDUCE_FAULT: "a cancel is a 500 while the task has events, but none of a step",
    Quirk.STEP_ZERO: "cancelling a queued task names step 0, a number, and leaves the task in the queue",
    Quirk.UNCHECKED_STREAM: "the query of an event stream is not validated",
}
