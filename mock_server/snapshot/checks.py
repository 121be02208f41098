"""What must hold of the tasks of a snapshot beyond their types, so that a world can live on with them."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import jsonschema_rs

from mock_server.clock import LAST_INSTANT, Milliseconds
from mock_server.entity_refs import MalformedEntityRef
from mock_server.planned import Ending, Lines, Moment, Plan, cut_of
from mock_server.segments import run_segments
from mock_server.snapshot.codec import MAX_NUMBER, InvalidSnapshot, Location
from mock_server.task import MAX_EARLIER_RUNS, Run, Task
from mock_server.templates import InvalidTemplate, check_template, parse_template_ref
from mock_server.timeline import Timeline
from mock_server.violations import compile_schema, violations
from openapi.documents import load_backstage

MAX_EVENTS = 2_000_000


def check_task(task: Task, next_event_id: int, location: Location) -> None:
    """Raises InvalidSnapshot."""
    if not task.id or len(task.id) > 200:
        raise InvalidSnapshot((*location, "id"), "must have 1 to 200 characters")
    if task.version < 0:
        raise InvalidSnapshot((*location, "version"), "must not be negative")
    _check_instant(task.created_at, (*location, "createdAt"))
    _check_spec(task.spec, (*location, "spec"))
    _check_served("Task", task.to_json(task.created_at), location)
    if len(task.earlier) > MAX_EARLIER_RUNS:
        raise InvalidSnapshot((*location, "earlier"), f"must have at most {MAX_EARLIER_RUNS} runs")
    first = 1
    for number, run in enumerate(task.earlier):
        first = _check_run(run, first, (*location, "earlier", number))
    if sum(len(Timeline(run.plan)) for run in task.earlier) > MAX_EVENTS:
        raise InvalidSnapshot((*location, "earlier"), f"must have at most {MAX_EVENTS} events in all")
    last = Run(task.plan, task.started_at, task.first_event_id)
    if _check_run(last, first, location) > next_event_id:
        raise InvalidSnapshot((*location, "firstEventId"), "must leave room below the next event id")


def _check_served(name: str, value: Any, location: Location) -> None:
    """Raises InvalidSnapshot for what the document that is served does not allow."""
    broken = violations(_validator(name), value, below=location)
    if broken:
        raise InvalidSnapshot(broken[0].location, broken[0].message)


@lru_cache(maxsize=8)
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    components = load_backstage()["components"]
    return compile_schema({"$ref": f"#/components/schemas/{name}", "components": components})


def _check_spec(spec: Any, location: Location) -> None:
    for key, kind in (("steps", list), ("output", dict), ("parameters", dict), ("user", dict), ("templateInfo", dict)):
        if not isinstance(spec.get(key), kind):
            raise InvalidSnapshot((*location, key), "must be there, and what a task has")
    if not isinstance(spec.get("EXPERIMENTAL_recovery") or {}, dict):
        raise InvalidSnapshot((*location, "EXPERIMENTAL_recovery"), "must be an object")
    for number, step in enumerate(spec["steps"]):
        if not (isinstance(step, dict) and isinstance(step.get("id"), str) and isinstance(step.get("name"), str)):
            raise InvalidSnapshot((*location, "steps", number), "must have an id and a name")
    try:
        parse_template_ref(spec["templateInfo"].get("entityRef"))
    except (MalformedEntityRef, TypeError, AttributeError):
        raise InvalidSnapshot((*location, "templateInfo", "entityRef"), "must be the reference of a template") from None
    template = {
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "kind": "Template",
        "metadata": {"name": "snapshot"},
        "spec": {"type": "snapshot", "steps": spec["steps"], "output": spec["output"]},
    }
    try:
        check_template(template)
    except InvalidTemplate as error:
        raise InvalidSnapshot(location, f"is of no template: {error}") from None


def _check_run(run: Run, first: int, location: Location) -> int:
    """Raises InvalidSnapshot; the least id that an event after this run can have."""
    _check_instant(run.started_at, location)
    _check_plan(run.plan, run.started_at, (*location, "plan"))
    if run.plan.output is not None:
        _check_served("TaskOutput", run.plan.output, (*location, "plan", "output"))
    if not first <= run.first_event_id <= MAX_NUMBER - MAX_EVENTS:
        raise InvalidSnapshot((*location, "firstEventId"), "must come behind the events of earlier runs")
    return run.first_event_id + len(Timeline(run.plan))


def _check_plan(plan: Plan, started_at: Milliseconds, location: Location) -> None:
    offsets = list(_offsets(plan))
    if any(not 0 <= at <= LAST_INSTANT - started_at for at in offsets):
        raise InvalidSnapshot(location, "must have offsets from 0 to the end of all dates")
    if any(lines.count < 1 or lines.span < 0 for lines in _lines(plan)):
        raise InvalidSnapshot(location, "must have lines that are one at least")
    if sum(lines.count for lines in _lines(plan)) > MAX_EVENTS:
        raise InvalidSnapshot(location, f"must have at most {MAX_EVENTS} lines")
    told = [segment.at for segment in run_segments(plan)]
    if told != sorted(told):
        raise InvalidSnapshot(location, "must have its events in the order of time")
    cut = cut_of(plan)
    if plan.cancellation is not None and plan.ending is not None:
        raise InvalidSnapshot(location, "must have a cancellation or an ending, not both")
    if cut is not None and cut.step not in {None, *range(len(plan.steps))}:
        raise InvalidSnapshot(location, "must be cut short in one of its steps")
    if isinstance(cut, Ending) and cut.output is not None:
        _check_served("TaskOutput", cut.output, (*location, "ending", "output"))
    if cut is not None and not 0 <= cut.notes <= len(plan.notes):
        raise InvalidSnapshot(location, "must be cut short behind its own notes")
    notes = [note.at for note in plan.notes]
    if notes != sorted(notes):
        raise InvalidSnapshot((*location, "notes"), "must be in the order of time")
    for number, note in enumerate(plan.notes):
        _check_note(note, (*location, "notes", number))


def _check_note(note: Moment, location: Location) -> None:
    if not isinstance(note.body.get("message"), str) or not isinstance(note.body.get("stepId", ""), str | int):
        raise InvalidSnapshot(location, "must have a message, and may name a step")


def _offsets(plan: Plan) -> Iterator[Milliseconds]:
    yield from (at for at in (plan.claimed_at, plan.ends_at) if at is not None)
    for step in plan.steps:
        yield step.starts_at
        if step.ends_at is not None:
            yield step.ends_at
    yield from (at for lines in _lines(plan) for at in (lines.at, lines.at + lines.span))
    cut = cut_of(plan)
    if cut is not None:
        yield cut.at
    yield from (note.at for note in plan.notes)


def _lines(plan: Plan) -> Iterator[Lines]:
    return (lines for step in plan.steps for lines in (*step.lines, *step.late_lines))


def _check_instant(instant: Milliseconds, location: Location) -> None:
    if not 0 <= instant <= LAST_INSTANT:
        raise InvalidSnapshot(location, "must be between 1970 and the end of all dates")
