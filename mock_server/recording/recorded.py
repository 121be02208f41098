"""What a server tells of a task, once it has been checked: nothing in it has a type or a length that it may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mock_server.clock import Milliseconds, parse_timestamp
from mock_server.entity_refs import EntityRef, MalformedEntityRef, parse_entity_ref
from mock_server.lifecycle import EventType
from mock_server.planned import Body
from mock_server.template_schema import MOST_STEPS

# A scenario takes no longer time.
LONGEST: Milliseconds = 31_536_000_000
MAX_EVENTS = 50_000
MAX_DEPTH = 50
_STEP_TEXTS = ("id", "name", "action")


class NotRecordable(Exception):
    """What the server tells is no task, or none that can be replayed."""


@dataclass(frozen=True, slots=True)
class RecordedTask:
    """A task as the server has it. `metadata` is that of its template, `recovery` what the template says of it."""

    id: str
    status: str
    created_at: Milliseconds
    template: EntityRef
    metadata: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]
    output: Mapping[str, Any]
    values: Mapping[str, Any]
    recovery: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event, this long after its run began."""

    at: Milliseconds
    type: str
    body: Body


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """The last run of a task. So many events of it `moved` behind the one that they claimed to come before."""

    events: tuple[RecordedEvent, ...]
    is_retry: bool = False
    moved: int = 0


def task_of(data: Any) -> RecordedTask:
    """Raises NotRecordable."""
    task = _object(data, "the task")
    spec = _object(task.get("spec"), "the spec of the task")
    info = _object(spec.get("templateInfo"), "the templateInfo of the task")
    try:
        template = parse_entity_ref(_text(info.get("entityRef"), "the template of the task"), default_kind="template")
    except MalformedEntityRef as error:
        raise NotRecordable("the template of the task is no entity reference") from error
    if template.kind.lower() != "template":
        raise NotRecordable("the template of the task is of another kind")
    entity = info.get("entity")
    steps = _list(spec.get("steps"), "the steps of the task")
    if len(steps) > MOST_STEPS:
        raise NotRecordable(f"the task has more than {MOST_STEPS:,} steps")
    metadata = entity.get("metadata") if isinstance(entity, dict) else None
    recovery = spec.get("EXPERIMENTAL_recovery")
    return RecordedTask(
        id=_text(task.get("id"), "the id of the task"),
        status=_text(task.get("status"), "the status of the task"),
        created_at=_instant(task.get("createdAt")),
        template=template,
        metadata=metadata if isinstance(metadata, dict) else {},
        steps=[_step(step) for step in steps],
        output=_object(spec.get("output", {}), "the output of the task"),
        values=_object(spec.get("parameters", {}), "the parameters of the task"),
        recovery=recovery if isinstance(recovery, dict) else None,
    )


def run_of(task: RecordedTask, data: Any) -> RecordedRun:
    """The run that the events end with: a retry has taken the ends of those before it away. Raises NotRecordable."""
    events = [_event(event) for event in _list(data, "the events of the task")]
    if len(events) > MAX_EVENTS:
        raise NotRecordable(f"the task has more than {MAX_EVENTS:,} events")
    if all(number is not None for number, _ in events):
        events.sort(key=lambda event: event[0] or 0)
    told = [event for _, event in events]
    retries = [index for index, event in enumerate(told) if event.type == EventType.RECOVERED]
    began = told[retries[-1]].at if retries else task.created_at
    latest, moved, run = began, 0, list[RecordedEvent]()
    for event in told[retries[-1] + 1 :] if retries else told:
        moved += event.at < latest
        latest = max(latest, event.at)
        run.append(RecordedEvent(latest - began, event.type, event.body))
    if latest - began > LONGEST:
        raise NotRecordable("the task takes more than a year")
    return RecordedRun(tuple(run), is_retry=bool(retries), moved=moved)


def _event(data: Any) -> tuple[int | None, RecordedEvent]:
    event = _object(data, "an event of the task")
    number = event.get("id")
    return (
        number if isinstance(number, int) and not isinstance(number, bool) else None,
        RecordedEvent(
            _instant(event.get("createdAt")),
            _text(event.get("type"), "the type of an event"),
            _object(event.get("body"), "the body of an event"),
        ),
    )


def _step(data: Any) -> dict[str, Any]:
    step = _object(data, "a step of the task")
    for key in _STEP_TEXTS:
        _text(step.get(key), f"the {key} of a step")
    return step


def _instant(value: Any) -> Milliseconds:
    text = _text(value, "a time")
    try:
        # Without an offset, as a database may write it, it is UTC.
        return parse_timestamp(text if datetime.fromisoformat(text).tzinfo else f"{text}Z")
    except (ValueError, OverflowError) as error:
        raise NotRecordable("a time of the task is none") from error


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotRecordable(f"{what} is no JSON object")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise NotRecordable(f"{what} are no JSON array")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise NotRecordable(f"{what} is no text")
    return value
