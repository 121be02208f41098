"""LIFE: the times that a task tells. Only times of the target are compared with each other, never with the judge's."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

from contracts.events import instant
from contracts.evidence import Evidence
from contracts.lifecycle import Status, is_terminal
from contracts.readings import completion_of, successions, up_to_the_end, views
from contracts.rule import PUBLISHED_ONLY, Level, Observation, judged, kept, rule
from contracts.task_story import Sighting

TASK = "#/components/schemas/Task/properties"
EVENTS = "#/paths/~1v2~1tasks~1{taskId}~1logs/get/responses/200"
NEEDS_A_TASK = "--template and --values, so that a task can be created"
NEEDS_A_SLOW_TASK = "--slow-template, so that a task can be watched while it runs"
# Times may be rounded to seconds, each in its own way.
ROUNDING = timedelta(seconds=1)
# Those that are not may still be taken one after the other.
EXACT = timedelta(milliseconds=50)
# Who beats and who ends the task need not be the same.
LAST_BEAT = timedelta(seconds=5)
# Seconds of the judge.
BEATING = 5.0
AFTER_THE_END = 3.0


@rule(
    "LIFE-15",
    "A task says when it was completed only once it has ended.",
    source=f"{TASK}/completedAt",
    why="A task that still runs is shown with a duration, as if it were over.",
    needs=NEEDS_A_SLOW_TASK,
    probes={"life", "long-watch"},
)
def no_completion_time_before_the_end(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for sighting in story.sightings:
            if sighting.status in (Status.OPEN, Status.PROCESSING):
                yield judged(
                    sighting.task.get("completedAt") is None,
                    sighting.exchange.operation,
                    sighting.exchange,
                    expected=f"no completedAt while the task is {sighting.status}",
                    observed=str(sighting.task.get("completedAt")),
                )


@rule(
    "LIFE-16",
    "A task that has ended says when.",
    source=f"{TASK}/completedAt",
    why="How long the task took is never shown.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation"},
    profiles=PUBLISHED_ONLY,
)
def ended_task_has_completion_time(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for sighting in story.sightings:
            if is_terminal(sighting.status):
                yield judged(
                    instant(sighting.task.get("completedAt")) is not None,
                    sighting.exchange.operation,
                    sighting.exchange,
                    expected=f"completedAt, since the task is {sighting.status}",
                    observed=repr(sighting.task.get("completedAt")),
                )


@rule(
    "LIFE-17",
    "A task is created first; its heartbeats and its completion come later.",
    source=f"{TASK}/createdAt",
    why="The task is shown with a negative duration.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation"},
)
def times_are_in_order(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for sighting in story.sightings:
            created, beaten, completed = _times(sighting)
            if created is None:
                continue
            exchange = sighting.exchange
            for name, time in (("lastHeartbeatAt", beaten), ("completedAt", completed)):
                if time is not None:
                    yield judged(
                        time >= created - ROUNDING,
                        exchange.operation,
                        exchange,
                        expected=f"{name} not before createdAt {created.isoformat()}",
                        observed=time.isoformat(),
                    )
            if beaten is not None and completed is not None and is_terminal(sighting.status):
                yield judged(
                    beaten <= completed + LAST_BEAT,
                    exchange.operation,
                    exchange,
                    expected=f"lastHeartbeatAt not after completedAt {completed.isoformat()}",
                    observed=beaten.isoformat(),
                )


@rule(
    "LIFE-18",
    "What happens to a task happens after its creation and before its completion.",
    source=EVENTS,
    why="Steps are shown with times and durations that make no sense.",
    needs=NEEDS_A_TASK,
    probes={"life", "long-watch"},
)
def events_lie_within_the_life(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        created = next((time for sighting in story.polls if (time := _times(sighting)[0])), None)
        ended = [sighting for sighting in story.polls if is_terminal(sighting.status) and _times(sighting)[2]]
        if created is None:
            continue
        for exchange, events in (*story.whole_logs, *story.streams_from_the_start):
            dated = [(event, time) for event in up_to_the_end(events) if (time := event.created_at)]
            early = [time for _, time in dated if _is_before(time, created)]
            if dated:
                yield judged(
                    not early,
                    exchange.operation,
                    exchange,
                    *(sighting.exchange for sighting in story.polls[:1]),
                    expected=f"no event before createdAt {created.isoformat()}",
                    observed=f"one of {min(early, default=created).isoformat()}",
                )
            # What a cancelled step still says, it may say late.
            completed = _times(ended[0])[2] if ended and ended[0].status != Status.CANCELLED else None
            lines = [time for event, time in dated if not event.ends_the_task]
            if completed is None or not lines or completion_of(events) is None:
                continue
            yield judged(
                not any(_is_before(completed, line) for line in lines),
                exchange.operation,
                exchange,
                ended[0].exchange,
                expected=f"no event after completedAt {completed.isoformat()}",
                observed=f"one of {max(lines).isoformat()}",
            )


@rule(
    "LIFE-19",
    "The events of a task are told in the order in which they happened.",
    source=EVENTS,
    why="A log that is read from top to bottom jumps about in time.",
    needs=NEEDS_A_TASK,
    probes={"life", "long-watch"},
)
def event_times_never_go_back(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for exchange, events in (*story.whole_logs, *story.streams_from_the_start):
            times = [time for event in events if (time := event.created_at)]
            back = [
                (one, other) for one, other in zip(accumulate(times, max), times, strict=True) if other < one - ROUNDING
            ]
            if len(times) > 1:
                one, other = back[0] if back else (times[0], times[0])
                yield judged(
                    not back,
                    exchange.operation,
                    exchange,
                    expected=f"nothing of before {one.isoformat()} behind it",
                    observed=other.isoformat(),
                )


@rule(
    "LIFE-20",
    "The heartbeats of a task that is processing never move backwards, and are never taken back.",
    source=f"{TASK}/lastHeartbeatAt",
    why="Whoever looks for tasks that hang takes a living one for dead.",
    needs=NEEDS_A_SLOW_TASK,
    probes={"life", "long-watch"},
)
def heartbeats_never_move_backwards(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        for view in views(story):
            for before, after in successions(view):
                if Status.PROCESSING not in (before.status, after.status) or is_terminal(after.status):
                    continue
                one, other = _times(before)[1], _times(after)[1]
                yield judged(
                    one is None or (other is not None and other >= one),
                    after.exchange.operation,
                    after.exchange,
                    before.exchange,
                    expected=f"lastHeartbeatAt not before {one.isoformat() if one else None}",
                    observed=str(after.task.get("lastHeartbeatAt")),
                )


@rule(
    "LIFE-21",
    f"A task that is processing for {BEATING:g} seconds, and tells of heartbeats, tells of another one.",
    source=f"{TASK}/lastHeartbeatAt",
    why="A task that is well looks as if its worker had died.",
    needs=NEEDS_A_SLOW_TASK,
    probes={"long-watch"},
)
def heartbeats_advance(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        for view in views(story):
            processing = [sighting for sighting in view if sighting.status == Status.PROCESSING]
            beats = {beat for sighting in processing if (beat := _times(sighting)[1])}
            watched = processing[-1].began - processing[0].ended if processing else 0.0
            if len(beats) > 1 or watched >= BEATING:
                yield judged(
                    len(beats) != 1,
                    processing[-1].exchange.operation,
                    processing[-1].exchange,
                    processing[0].exchange,
                    expected=f"another lastHeartbeatAt after {watched:.1f} seconds",
                    observed=f"still {min(beats).isoformat() if beats else None}",
                )


@rule(
    "LIFE-22",
    "A task that is processing tells of its last heartbeat.",
    source=f"{TASK}/lastHeartbeatAt",
    why="Nobody can tell a task that works from one whose worker has died.",
    needs=NEEDS_A_SLOW_TASK,
    probes={"life", "long-watch"},
    level=Level.SHOULD,
)
def processing_task_has_heartbeat(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for sighting in story.sightings:
            if sighting.status == Status.PROCESSING:
                yield judged(
                    _times(sighting)[1] is not None,
                    sighting.exchange.operation,
                    sighting.exchange,
                    expected="lastHeartbeatAt",
                    observed=repr(sighting.task.get("lastHeartbeatAt")),
                )


@rule(
    "LIFE-23",
    "Once a task has ended, its heartbeats stop.",
    source=f"{TASK}/lastHeartbeatAt",
    why="A worker is still busy with a task that is over.",
    needs=NEEDS_A_TASK,
    probes={"life", "long-watch", "aftermath"},
)
def heart_stops_at_the_end(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        for view in views(story):
            over = [sighting for sighting in view if is_terminal(sighting.status)]
            settled = [sighting for sighting in over if sighting.began >= over[0].ended + AFTER_THE_END]
            for before, after in pairwise(settled):
                one, other = _times(before)[1], _times(after)[1]
                yield judged(
                    one is None or other is None or one == other,
                    after.exchange.operation,
                    after.exchange,
                    before.exchange,
                    expected=f"lastHeartbeatAt {one.isoformat() if one else None} for good",
                    observed=str(after.task.get("lastHeartbeatAt")),
                )
            yield from _beats_at_once(over)


def _beats_at_once(over: list[Sighting]) -> Iterator[Observation]:
    """A heart that beats at every look beats too often, however soon after the end that is."""
    beats = [beat for sighting in over if (beat := _times(sighting)[1])]
    if len(beats) >= 4:
        yield judged(
            len(set(beats)) <= 2,
            over[-1].exchange.operation,
            over[-1].exchange,
            over[0].exchange,
            expected="one lastHeartbeatAt for good",
            observed=f"{len(set(beats))} different ones",
        )
    elif over:
        yield kept(over[0].exchange.operation, over[0].exchange)


def _is_before(one: datetime, other: datetime) -> bool:
    """Whether that is certain, however roughly the times are told."""
    is_rounded = 0 in (one.microsecond, other.microsecond)
    return one < other - (ROUNDING if is_rounded else EXACT)


def _times(sighting: Sighting) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When the task was created, when its heart beat last, when it was completed; as far as it tells."""
    task = sighting.task
    return instant(task.get("createdAt")), instant(task.get("lastHeartbeatAt")), instant(task.get("completedAt"))
