"""CONS: the log, the event stream and the task itself tell the same story."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from contracts.events import Event
from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.lifecycle import Status
from contracts.profile import Allowance
from contracts.readings import CATCHING_UP, brief, completion_of, has_no_log, is_settled, told, up_to_the_end
from contracts.rule import Observation, broken, judged, kept, rule
from contracts.task_story import TaskStory

LOGS = "#/paths/~1v2~1tasks~1{taskId}~1logs/get"
STREAM = "#/paths/~1v2~1tasks~1{taskId}~1eventstream/get"
STEPS = "#/components/schemas/Task/properties/spec/properties/steps"
NEEDS_A_TASK = "--template and --values, so that a task can be created"


@rule(
    "CONS-12",
    "The log of a task that has ended and its event stream tell the same events.",
    source=LOGS,
    why="What a user saw happen is not what is found in the log afterwards.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation", "existing-tasks"},
)
def log_equals_stream(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        if story.created is None and not is_settled(story):
            continue
        yield from _kept_without_a_log(evidence, story)
        logs = [(exchange, events) for exchange, events in story.whole_logs if _ended_before(story, exchange)]
        for log, entries in logs[-1:]:
            for stream, events in story.whole_streams:
                difference = _difference(up_to_the_end(entries), up_to_the_end(events))
                if difference is not None and _is_spoiled(up_to_the_end(events), up_to_the_end(entries)):
                    expected, observed = _difference(up_to_the_end(events), up_to_the_end(entries)) or difference
                    yield broken("getTaskEventStream", stream, log, expected=observed, observed=expected)
                else:
                    yield judged(
                        difference is None,
                        "getTaskLogs",
                        log,
                        stream,
                        expected=difference[1] if difference else "",
                        observed=difference[0] if difference else "",
                    )


@rule(
    "CONS-13",
    "A log only grows: what was in it stays, where it was.",
    source=LOGS,
    why="A client that shows what is new shows lines twice, or never.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation", "existing-tasks"},
)
def log_only_grows(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        if story.created is None and not is_settled(story):
            continue
        yield from _kept_without_a_log(evidence, story)
        for (earlier, before), (later, after) in pairwise(story.whole_logs):
            if earlier.ended > later.began:
                continue
            difference = _difference(after[: len(before)], before)
            yield judged(
                difference is None,
                "getTaskLogs",
                later,
                earlier,
                expected=difference[1] if difference else "",
                observed=difference[0] if difference else "",
            )


@rule(
    "CONS-14",
    "What the event stream has told is in the log.",
    source=LOGS,
    why="A page that is opened in between shows less than the one that was open before.",
    needs="--slow-template, so that a log can be read while the stream of the task is open",
    probes={"life", "long-watch"},
)
def log_keeps_up_with_stream(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        yield from _kept_without_a_log(evidence, story)
        for stream, events in story.streams_from_the_start[:1]:
            for log, entries in story.whole_logs:
                known = sum(event.arrived + CATCHING_UP <= log.began for event in events)
                just_now = sum(event.arrived <= log.began for event in events)
                if log.began < stream.ended and (known or just_now <= len(entries)):
                    yield judged(
                        len(entries) >= known,
                        "getTaskLogs",
                        log,
                        stream,
                        expected=f"at least the {known} events that were streamed before",
                        observed=f"{len(entries)} entries",
                    )


@rule(
    "CONS-15",
    "An event that is of a step names one of the steps of the task.",
    source=STEPS,
    why="Log lines of a step that the page does not know are not shown at all.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation", "existing-tasks"},
)
def events_name_known_steps(evidence: Evidence) -> Iterator[Observation]:
    may_be_zero = evidence.contract.profile.allows(Allowance.CANCELLED_TASK_FAILS)
    for story in evidence.tasks.values():
        steps = _step_ids(story)
        for exchange, events in (*story.whole_logs, *story.streams_from_the_start) if steps else ():
            named = [event.body["stepId"] for event in events if event.body.get("stepId") is not None]
            strange = [id for id in named if id not in steps and not (may_be_zero and id == 0)]
            yield judged(
                not strange,
                exchange.operation,
                exchange,
                *_shown(story),
                expected=f"one of the steps {brief(steps)}",
                observed=brief(strange[0]) if strange else "",
            )


@rule(
    "CONS-16",
    "The steps of a task begin in the order in which the task lists them.",
    source=STEPS,
    why="A page that draws the steps from top to bottom jumps about.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation", "existing-tasks"},
)
def steps_begin_in_order(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        steps = _step_ids(story)
        for exchange, events in (*story.whole_logs, *story.streams_from_the_start) if steps else ():
            begun = list(dict.fromkeys(id for event in events if (id := event.body.get("stepId")) in steps))
            places = [steps.index(id) for id in begun]
            if begun:
                yield judged(
                    places == sorted(places),
                    exchange.operation,
                    exchange,
                    *_shown(story),
                    expected=brief([id for id in steps if id in begun]),
                    observed=brief(begun),
                )


@rule(
    "CONS-17",
    "Of a task that completed, every step is told of, and none is left unfinished.",
    source=STEPS,
    why="A task is shown as done with steps that never ran, or still run.",
    needs=NEEDS_A_TASK,
    probes={"life", "existing-tasks"},
)
def every_step_is_told_of(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        steps = _step_ids(story)
        if not steps or story.ended_as != Status.COMPLETED:
            continue
        for exchange, events in (*story.whole_logs, *story.whole_streams):
            if completion_of(events) is None:
                continue
            last: dict[str, object] = dict.fromkeys(steps, "never told of")
            for event in events:
                if isinstance(id := event.body.get("stepId"), str) and id in last:
                    last[id] = event.body.get("status") or (None if last[id] == "never told of" else last[id])
            wrong = [f"{id}: {how}" for id, how in last.items() if how in ("never told of", "processing", "failed")]
            yield judged(
                not wrong,
                exchange.operation,
                exchange,
                *_shown(story),
                expected="an end of every step, since the task completed",
                observed=", ".join(wrong[:3]),
            )


@rule(
    "CONS-18",
    "The events of a task are its own.",
    source=f"{STREAM}/parameters/0",
    why="A user reads what happened to the task of somebody else.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation", "existing-tasks"},
)
def events_are_of_the_task(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for exchange, events in (*story.whole_logs, *story.streams_from_the_start):
            foreign = [event.data["taskId"] for event in events if event.data.get("taskId", story.id) != story.id]
            if events:
                yield judged(
                    not foreign,
                    exchange.operation,
                    exchange,
                    expected=f"taskId {story.id}",
                    observed=brief(foreign[0]) if foreign else "",
                )


@rule(
    "CONS-19",
    "The entries of a log are numbered in their order, each with a number of its own, as in the event stream.",
    source=f"{LOGS}/parameters/1",
    why="A client that asks for what came after the last number gets lines twice, or never.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation", "existing-tasks"},
)
def log_is_numbered(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        yield from _kept_without_a_log(evidence, story)
        for exchange, events in story.whole_logs:
            numbers = [event.sequence for event in events if event.sequence is not None]
            back = [(one, other) for one, other in pairwise(numbers) if other <= one]
            if events:
                yield judged(
                    not back and len(numbers) in (0, len(events)),
                    "getTaskLogs",
                    exchange,
                    expected=f"a number above {back[0][0]}" if back else "every entry with a number, or none",
                    observed=str(back[0][1]) if back else f"{len(numbers)} of {len(events)} with one",
                )


def _ended_before(story: TaskStory, exchange: Exchange) -> bool:
    ended_by = story.ended_by
    return ended_by is not None and exchange.began >= ended_by


def _difference(shown: tuple[Event, ...], expected: tuple[Event, ...]) -> tuple[str, str] | None:
    """The first event that differs, as it is and as it should be."""
    for place, (one, other) in enumerate(zip(shown, expected, strict=False), 1):
        numbers_differ = None not in (one.sequence, other.sequence) and one.sequence != other.sequence
        if numbers_differ or told(one) != told(other):
            return f"{_text(one)}", f"event {place}: {_text(other)}"
    if len(shown) != len(expected):
        return f"{len(shown)} events", f"{len(expected)} events"
    return None


def _is_spoiled(events: tuple[Event, ...], others: tuple[Event, ...]) -> bool:
    """Whether events come twice or in disorder, or are missing where the others have them and lack none of these."""
    numbers = [event.sequence for event in events if event.sequence is not None]
    if any(after <= before for before, after in pairwise(numbers)):
        return True
    are_numbered = len(numbers) == len(events) and all(event.sequence is not None for event in others)
    one = {event.sequence if are_numbered else repr(told(event)) for event in events}
    other = {event.sequence if are_numbered else repr(told(event)) for event in others}
    return one < other or (one == other and len(events) > len(others))


def _text(event: Event) -> str:
    return brief({name: event.data[name] for name in ("id", "type", "createdAt", "body") if name in event.data})


def _kept_without_a_log(evidence: Evidence, story: TaskStory) -> Iterator[Observation]:
    yield from (kept("getTaskLogs", exchange) for exchange in story.logs if has_no_log(evidence, exchange))


def _step_ids(story: TaskStory) -> list[str]:
    """The ids of the task's steps as it was read last."""
    for sighting in reversed(story.polls):
        spec: Mapping[str, Any] | Any = sighting.task.get("spec")
        steps = spec.get("steps") if isinstance(spec, dict) else None
        if isinstance(steps, list) and steps:
            ids = [step.get("id") for step in steps if isinstance(step, dict)]
            return [id for id in ids if isinstance(id, str)] if len(ids) == len(steps) else []
    return []


def _shown(story: TaskStory) -> tuple[Exchange, ...]:
    return tuple(sighting.exchange for sighting in story.polls[-1:])
