"""STREAM: the events of one reading, from the first to the last: numbers, order, end."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from contracts.events import Event
from contracts.evidence import Evidence
from contracts.lifecycle import TERMINAL, Status
from contracts.readings import tells_success
from contracts.rule import Observation, judged, rule
from contracts.rules.stream import NEEDS_A_TASK, OPERATION, STREAM
from contracts.sse import Ending
from contracts.stream_reader import CLOSING_GRACE
from contracts.task_story import TaskStory
from contracts.tellings import Telling, tellings

PROBES = frozenset({"life", "cancellation", "streams", "existing-tasks"})
AFTER = "#/paths/~1v2~1tasks~1{taskId}~1eventstream/get/parameters/1"
STAYED = frozenset({Ending.SILENT, Ending.OVERDUE, Ending.LEFT_OPEN})
# Taken off the judge's own deadline, which is looked at a little later than it comes.
SLACK = 0.5


@rule(
    "STREAM-11",
    "Every event carries its sequence number: an integer id in its data, or the id of its frame.",
    source=AFTER,
    why="Without it a reader whose connection was lost cannot say after which event it wants to go on.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def events_are_numbered(evidence: Evidence) -> Iterator[Observation]:
    for telling in _told(evidence):
        bad = [event for event in telling.events if event.sequence is None]
        yield judged(
            not bad,
            OPERATION,
            telling.exchange,
            expected="an integer id in every event",
            observed=f"{len(bad)} of {len(telling.events)} have none, the first: {_shown(bad[0])}" if bad else "",
        )


@rule(
    "STREAM-12",
    "Where a frame has an id, it is the number that its data gives.",
    source=AFTER,
    why="One client goes on after the id of the frame, another after that in the data: one of them loses events.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def ids_agree(evidence: Evidence) -> Iterator[Observation]:
    for telling in _told(evidence):
        bad = [(event.frame.id, event.sequence) for event in telling.events if event.frame and not _agree(event)]
        yield judged(
            not bad,
            OPERATION,
            telling.exchange,
            expected=f"id: {bad[0][1]}" if bad else "",
            observed=f"id: {bad[0][0]}" if bad else "",
        )


@rule(
    "STREAM-13",
    "The sequence numbers in a stream only grow; none comes twice.",
    source=AFTER,
    why="A reader that goes on after the last number that it saw misses events, or gets them again.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def numbers_grow(evidence: Evidence) -> Iterator[Observation]:
    for telling in _told(evidence):
        numbers = [event.sequence for event in telling.events if event.sequence is not None]
        if numbers:
            bad = [(before, number) for before, number in pairwise(numbers) if number <= before]
            yield judged(
                not bad,
                OPERATION,
                telling.exchange,
                expected=f"a number above {bad[0][0]}" if bad else "",
                observed=f"{bad[0][1]}" if bad else "",
            )


@rule(
    "STREAM-14",
    "The times of creation in a stream never go back.",
    source="#/paths/~1v2~1tasks~1{taskId}~1logs/get/responses/200/content/application~1json/schema/items",
    why="The log page computes from them how long each step took.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def times_grow(evidence: Evidence) -> Iterator[Observation]:
    for telling in _told(evidence):
        times = [(event, event.created_at) for event in telling.events]
        known = [(event, time) for event, time in times if time is not None]
        if known:
            bad = [(before, after) for before, after in pairwise(known) if after[1] < before[1]]
            yield judged(
                not bad,
                OPERATION,
                telling.exchange,
                expected=f"nothing before {bad[0][0][0].data['createdAt']}" if bad else "",
                observed=f"{bad[0][1][0].data['createdAt']} in the next event" if bad else "",
            )


@rule(
    "STREAM-15",
    "Every event that names its task names the one whose stream it is in.",
    source=STREAM,
    why="Somebody reads the log of another task, which may not be theirs to see.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def no_foreign_events(evidence: Evidence) -> Iterator[Observation]:
    for telling in _told(evidence):
        named = [event.data["taskId"] for event in telling.events if event.data.get("taskId") is not None]
        foreign = [task_id for task_id in named if task_id != telling.story.id]
        yield judged(
            not foreign,
            OPERATION,
            telling.exchange,
            expected=f"taskId {telling.story.id}",
            observed=f"{len(foreign)} events of another, the first of {foreign[0]}" if foreign else "",
        )


@rule(
    "STREAM-16",
    "Every step that an event names is a step of its task.",
    source="#/components/schemas/Task/properties/spec/properties/steps",
    why="The log page sorts the lines under the steps of the task and drops those of any other.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def steps_are_of_the_task(evidence: Evidence) -> Iterator[Observation]:
    for telling in _told(evidence):
        steps = _steps(telling.story)
        if not steps:
            continue
        named = [event.body.get("stepId") for event in telling.events]
        foreign = [name for name in named if isinstance(name, str) and name and name not in steps]
        yield judged(
            not foreign,
            OPERATION,
            telling.exchange,
            expected=f"one of the steps {', '.join(sorted(steps))}",
            observed=f"stepId {foreign[0]!r} ({len(foreign)} events)" if foreign else "",
        )


@rule(
    "STREAM-17",
    "A stream has one completion, and nothing after it.",
    source=STREAM,
    why="A client stops reading at the completion: it never learns of what comes after it.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def completion_is_last(evidence: Evidence) -> Iterator[Observation]:
    for telling in _told(evidence):
        kinds = [event.type for event in telling.events]
        if "completion" in kinds:
            behind = kinds[kinds.index("completion") + 1 :]
            yield judged(
                not behind,
                OPERATION,
                telling.exchange,
                expected="nothing after the completion",
                observed=f"{len(behind)} more events, the first of type {behind[0]}" if behind else "",
            )


@rule(
    "STREAM-18",
    "A stream that the server closes has told the end of its task: it is not closed while the task runs.",
    source=STREAM,
    why="A client takes it for an error when a stream closes before the completion, and shows one.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def closes_with_the_end(evidence: Evidence) -> Iterator[Observation]:
    for telling in tellings(evidence) if evidence.gone is None else ():
        closed_early = telling.reading.ending in {Ending.CLOSED, Ending.BROKEN} and not telling.tells_end
        if not closed_early:
            if telling.events and telling.tells_end:
                yield judged(True, OPERATION, telling.exchange, expected="", observed="")
            continue
        still_ran = next(
            (
                sighting
                for sighting in telling.story.sightings
                if sighting.began >= telling.reading.closed and sighting.status in (Status.OPEN, Status.PROCESSING)
            ),
            None,
        )
        was_created_here = telling.is_whole and telling.story.created is not None
        if telling.events or still_ran or was_created_here:
            last = f"after {_shown(telling.events[-1])}" if telling.events else "without any event"
            yield judged(
                False,
                OPERATION,
                *((telling.exchange,) if still_ran is None else (telling.exchange, still_ran.exchange)),
                expected="a completion before the stream closes",
                observed=f"{telling.reading.ending} {last}" + (", while the task runs" if still_ran else ""),
            )


@rule(
    "STREAM-19",
    f"The stream of a task that has ended for good is closed, at most {CLOSING_GRACE:g} seconds after its last event.",
    source=STREAM,
    why="Each reader leaves a connection behind that never ends, until the server has no more of them.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def closes_after_the_end(evidence: Evidence) -> Iterator[Observation]:
    ends = _ends(evidence)
    for telling in tellings(evidence) if evidence.gone is None else ():
        # It may run again, and a client of Backstage that knows so takes the end of its stream for a fault.
        if telling.story.is_recoverable:
            continue
        story, reading = telling.story, telling.reading
        has_completion = any(event.ends_the_task for event in telling.events)
        if not has_completion and (
            story.ended_by is None or not (telling.tells_end or _is_behind_the_end(telling, ends))
        ):
            continue
        last = max([reading.opened, *(event.arrived for event in telling.events)])
        waited = reading.closed - (last if has_completion else max(last, story.ended_by or 0.0))
        if reading.ending in STAYED and waited < CLOSING_GRACE - SLACK:
            continue
        if reading.ending in STAYED | {Ending.CLOSED, Ending.BROKEN}:
            yield judged(
                reading.ending is Ending.CLOSED,
                OPERATION,
                telling.exchange,
                expected="a stream that closes when everything is told",
                observed=f"{reading.ending}, {waited:.1f} seconds after the last event",
            )


@rule(
    "STREAM-20",
    f"A stream tells the end of its task at most {CLOSING_GRACE:g} seconds after another view shows it.",
    source=STREAM,
    why="The user waits before a page on which a task that has long ended still runs.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def end_is_told(evidence: Evidence) -> Iterator[Observation]:
    ends = _ends(evidence)
    for telling in tellings(evidence):
        ended_by, reading = telling.story.ended_by, telling.reading
        if telling.tells_end:
            yield judged(True, OPERATION, telling.exchange, expected="", observed="")
        elif ended_by is not None and reading.ending in STAYED and not _is_behind_the_end(telling, ends):
            heard = max([ended_by, reading.opened, *(event.arrived for event in telling.events)])
            if reading.closed - heard >= CLOSING_GRACE - SLACK:
                seen = next(sighting for sighting in telling.story.sightings if sighting.ended == ended_by)
                yield judged(
                    False,
                    OPERATION,
                    telling.exchange,
                    seen.exchange,
                    expected=f"a completion, as the task is {telling.story.ended_as}",
                    observed=f"{reading.closed - heard:.1f} seconds without an event",
                )


@rule(
    "STREAM-21",
    "The completion in a stream tells the same outcome as the task, and says why one failed.",
    source="#/components/schemas/Task/properties/status",
    why="The log page shows the error of the completion above a task that the list shows as completed, or none at all.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def outcomes_agree(evidence: Evidence) -> Iterator[Observation]:
    for telling in _told(evidence):
        status = telling.story.ended_as
        completion = next((event for event in telling.events if event.ends_the_task), None)
        if completion is None or status is None:
            continue
        told = completion.body.get("status")
        error = completion.body.get("error")
        if isinstance(told, str) and told in TERMINAL and told != status:
            expected, observed = f"status {status}", f"status {told}"
        elif status == Status.COMPLETED and error is not None:
            expected, observed = "no error, as the task is completed", f"error {error!r:.120}"
        elif status == Status.CANCELLED and tells_success(completion):
            expected, observed = "no success, as the task is cancelled", "an output and no error"
        elif status == Status.FAILED and not _says_why(error):
            expected, observed = "an error with a message, as the task failed", f"error {error!r:.120}"
        else:
            expected = observed = ""
        yield judged(not expected, OPERATION, telling.exchange, expected=expected, observed=observed)


def _told(evidence: Evidence) -> Iterator[Telling]:
    return (telling for telling in tellings(evidence) if telling.events)


def _ends(evidence: Evidence) -> Mapping[str, int]:
    """The number of the completion of each task, by the task's id."""
    return {
        telling.story.id: event.sequence
        for telling in tellings(evidence)
        for event in telling.events
        if event.ends_the_task and event.sequence is not None
    }


def _is_behind_the_end(telling: Telling, ends: Mapping[str, int]) -> bool:
    """Whether only what comes after the last event of an ended task was asked for."""
    end = ends.get(telling.story.id)
    has_ended = telling.story.ended_as is not None
    return has_ended and end is not None and telling.after is not None and telling.after >= end


def _agree(event: Event) -> bool:
    given = event.frame.id if event.frame else None
    own = event.data.get("id")
    if not given or not isinstance(own, int) or not given.lstrip("-").isdecimal():
        return True
    return given == str(own) or given.lstrip("0") == str(own)


def _steps(story: TaskStory) -> set[str]:
    found: set[str] = set()
    for sighting in story.sightings:
        spec = sighting.task.get("spec")
        steps: Any = spec.get("steps") if isinstance(spec, dict) else None
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict) and isinstance(step.get("id"), str):
                found.add(step["id"])
    return found


def _says_why(error: object) -> bool:
    return isinstance(error, dict) and bool(error.get("message"))


def _shown(event: Event) -> str:
    return f"{event.type} {str(event.body.get('message', ''))[:60]!r}"
