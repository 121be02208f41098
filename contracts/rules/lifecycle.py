"""LIFE: what may become of a task, and how its views tell of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.events import Event
from contracts.evidence import Evidence
from contracts.exchange import Purpose, TroubleKind
from contracts.lifecycle import Status, is_known, is_terminal, may_follow
from contracts.profile import Allowance
from contracts.readings import (
    OTHER_FORM,
    brief,
    completion_of,
    has_no_log,
    same,
    same_time,
    successions,
    tells_success,
    up_to_the_end,
    views,
    went_on,
)
from contracts.rule import Level, Observation, judged, kept, rule
from contracts.rules.answers import NEEDS_THE_TARGET
from contracts.task_story import AS_CLIENTS_DO, TaskStory

TASK = "#/components/schemas/Task"
STATUS = f"{TASK}/properties/status"
LOGS = "#/paths/~1v2~1tasks~1{taskId}~1logs/get"
STREAM = "#/paths/~1v2~1tasks~1{taskId}~1eventstream/get"
NEEDS_A_TASK = "--template and --values, so that a task can be created"
NEEDS_A_FAILURE = "--failing-template, so that a task can be seen to fail"
# Seconds of the judge that status and events may be apart, since servers write one after the other.
CATCHING_UP = 5.0
ENDING = 1.0
SETTLING = 2.0


@rule(
    "LIFE-01",
    "A task only goes from open to processing and from there to an end, or from open to an end.",
    source=STATUS,
    why="A page that shows progress jumps back, or never gets to its end.",
    needs=NEEDS_A_TASK,
    probes={"life", "long-watch"},
)
def transitions_are_legal(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        for view in views(story):
            for before, after in successions(view):
                if is_terminal(before.status) or not (is_known(before.status) and is_known(after.status)):
                    continue
                yield judged(
                    may_follow(Status(before.status), Status(after.status)),
                    after.exchange.operation,
                    after.exchange,
                    before.exchange,
                    expected=f"a status that can follow {before.status}",
                    observed=str(after.status),
                )


@rule(
    "LIFE-02",
    "A task that has ended never changes its status again.",
    source=STATUS,
    why="What the user was told of the outcome turns out to be wrong.",
    needs=NEEDS_A_TASK,
    probes={"life", "long-watch", "aftermath"},
)
def terminal_is_final(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        for view in views(story):
            for before, after in successions(view):
                if is_terminal(before.status):
                    yield judged(
                        after.status == before.status,
                        after.exchange.operation,
                        after.exchange,
                        before.exchange,
                        expected=f"{before.status} for good",
                        observed=brief(after.status),
                    )


@rule(
    "LIFE-03",
    "The status of a task is open, processing, completed, failed or cancelled.",
    source=STATUS,
    why="A client that knows the five does not know whether to go on waiting.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation"},
)
def statuses_are_known(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for sighting in story.sightings:
            yield judged(
                is_known(sighting.status),
                sighting.exchange.operation,
                sighting.exchange,
                expected="one of the five statuses",
                observed=brief(sighting.status),
            )


@rule(
    "LIFE-04",
    "When and by whom a task was created, and of what, stays as it is for all its life.",
    source=TASK,
    why="The task moves about in sorted lists, and starting it over starts something else.",
    needs=NEEDS_A_TASK,
    probes={"life", "long-watch", "aftermath"},
)
def origin_never_changes(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        for view in views(story):
            for before, after in successions(view):
                changed = [
                    (name, value, origin(after.task).get(name))
                    for name, value in origin(before.task).items()
                    if not _unchanged(name, value, origin(after.task).get(name))
                ]
                yield judged(
                    not changed,
                    after.exchange.operation,
                    after.exchange,
                    before.exchange,
                    expected=", ".join(f"{name} {brief(value)} as before" for name, value, _ in changed[:2]),
                    observed=", ".join(brief(value) for _, _, value in changed[:2]),
                )


@rule(
    "LIFE-05",
    "Once a task has told when it was completed, that time never changes.",
    source=f"{TASK}/properties/completedAt",
    why="How long a task took is another number each time one looks.",
    needs=NEEDS_A_TASK,
    probes={"life", "aftermath"},
)
def completion_time_is_final(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        for view in views(story):
            for before, after in successions(view):
                if not is_terminal(before.status):
                    continue
                first, then = before.task.get("completedAt"), after.task.get("completedAt")
                yield judged(
                    first is None or same_time(first, then),
                    after.exchange.operation,
                    after.exchange,
                    before.exchange,
                    expected=f"completedAt {first} for good",
                    observed=brief(then),
                )


@rule(
    "LIFE-06",
    "A task that was created is there, for every operation on it, from the moment its creation is answered.",
    source="#/paths/~1v2~1tasks/post/responses/201",
    why="A client that goes to the page of its new task is told that there is none.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation", "aftermath"},
)
def created_task_is_there(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        for exchange in evidence.authenticated:
            if exchange.path_parameters.get("taskId") != story.id or exchange.purpose not in AS_CLIENTS_DO:
                continue
            if story.created is None or exchange.began < story.created.ended or exchange.request.query:
                continue
            if exchange.operation == "getTaskLogs" and has_no_log(evidence, exchange):
                continue
            if exchange.status in (200, 404):
                yield judged(
                    exchange.status == 200,
                    exchange.operation,
                    exchange,
                    story.created,
                    expected="200, since the task exists",
                    observed="404",
                )


@rule(
    "LIFE-07",
    "Reading, cancelling and following a task that never was is answered 404.",
    source="#/components/responses/NotFound",
    why="A client waits for a task that does not exist.",
    needs=NEEDS_THE_TARGET,
    probes={"unknown-tasks", "life", "aftermath"},
)
def unknown_tasks_are_not_found(evidence: Evidence) -> Iterator[Observation]:
    known = {story.id for story in evidence.tasks.values() if story.created or story.listings}
    for exchange in evidence.of(None, Purpose.UNKNOWN_TASK):
        if exchange.operation is None or exchange.path_parameters.get("taskId") in known:
            continue
        never = exchange.operation == "getTaskEventStream" and (
            exchange.trouble is not None and exchange.trouble.kind is TroubleKind.TIMEOUT
        )
        if exchange.status == 400 and exchange.label == OTHER_FORM:
            yield kept(exchange.operation, exchange)
        elif exchange.status is not None or never:
            yield judged(
                exchange.status == 404,
                exchange.operation,
                exchange,
                expected="404",
                observed=str(exchange.status or "no answer"),
            )


@rule(
    "LIFE-08",
    "A task whose completion was told has ended.",
    source=STREAM,
    why="The log of a task is at its end and its page goes on waiting.",
    needs=NEEDS_A_TASK,
    probes={"life", "long-watch"},
)
def told_completion_ends_the_task(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        readings = [*story.whole_logs, *story.whole_streams]
        told = [
            (found.arrived, exchange)
            for exchange, events in readings
            if (found := completion_of(event for event in events if _is_of(story, event)))
        ]
        if not told:
            continue
        first, source = min(told, key=lambda pair: pair[0])
        for sighting in story.sightings:
            if sighting.began >= first + ENDING or (sighting.began >= first and is_terminal(sighting.status)):
                yield judged(
                    is_terminal(sighting.status),
                    sighting.exchange.operation,
                    sighting.exchange,
                    source,
                    expected="completed, failed or cancelled, since the completion was told",
                    observed=brief(sighting.status),
                )


@rule(
    "LIFE-09",
    "The log of a task that has ended says so with a completion.",
    source=LOGS,
    why="Who reads the log later does not learn how the task ended.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation", "long-watch", "aftermath"},
)
def ended_task_has_completion(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        yield from (kept("getTaskLogs", exchange) for exchange in story.logs if has_no_log(evidence, exchange))
        for exchange, events in story.whole_logs:
            since = None if story.ended_by is None else exchange.began - story.ended_by
            told = completion_of(events) is not None
            if since is not None and since >= 0 and (told or since >= SETTLING):
                yield judged(
                    told,
                    "getTaskLogs",
                    exchange,
                    expected=f"a completion, since the task was seen {story.ended_as}",
                    observed=f"{len(events)} entries without one",
                )


@rule(
    "LIFE-10",
    "The completion of a task agrees with its status: there is an error unless the task completed, and none if it did.",
    source=f"{STREAM}/responses/200",
    why="The page of a task shows an error under a green tick, or no reason for the red one.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation"},
)
def completion_agrees_with_status(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        if story.ended_as is None:
            continue
        for exchange, events in (*story.whole_logs, *story.whole_streams):
            completion = completion_of(events)
            if completion is None:
                continue
            error, status = completion.body.get("error"), completion.body.get("status")
            shown = [sighting.exchange for sighting in story.sightings if is_terminal(sighting.status)]
            if story.ended_as == Status.CANCELLED:
                agrees = not tells_success(completion)
            else:
                agrees = (error is None) == (story.ended_as == Status.COMPLETED)
            yield judged(
                agrees and not (is_terminal(status) and status != story.ended_as),
                exchange.operation,
                exchange,
                *shown[:1],
                expected=f"a completion of a task that {_has_ended(story)}",
                observed=brief({name: completion.body.get(name) for name in ("error", "status", "output")}),
            )


@rule(
    "LIFE-11",
    "The completion of a failed task carries the error, with its message.",
    source=f"{STREAM}/responses/200",
    why="The user sees that it failed and not why.",
    needs=NEEDS_A_FAILURE,
    probes={"life"},
)
def failed_task_has_error(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        if story.ended_as != Status.FAILED:
            continue
        for exchange, events in (*story.whole_logs, *story.whole_streams):
            completion = completion_of(events)
            if completion is not None:
                error = completion.body.get("error")
                message = error.get("message") if isinstance(error, dict) else None
                yield judged(
                    isinstance(message, str) and bool(message),
                    exchange.operation,
                    exchange,
                    expected="an error with a message",
                    observed=brief(error),
                )


@rule(
    "LIFE-12",
    "The completion of a completed task carries its output, even an empty one.",
    source=f"{STREAM}/responses/200",
    why="The page with the results stays empty.",
    needs=NEEDS_A_TASK,
    probes={"life"},
    level=Level.SHOULD,
)
def completed_task_has_output(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        if story.ended_as != Status.COMPLETED:
            continue
        for exchange, events in (*story.whole_logs, *story.whole_streams):
            completion = completion_of(events)
            if completion is not None:
                yield judged(
                    isinstance(completion.body.get("output"), dict),
                    exchange.operation,
                    exchange,
                    expected="an output",
                    observed=brief(dict(completion.body)),
                )


@rule(
    "LIFE-13",
    "A task whose steps run is not open any more.",
    source=STATUS,
    why="The list shows a task as waiting that is long under way.",
    needs=NEEDS_A_TASK,
    probes={"life", "long-watch"},
)
def running_task_is_not_open(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        begun = [
            (events[place].arrived, exchange)
            for exchange, events in (*story.whole_logs, *story.whole_streams)
            for place in range(len(events))
            if events[place].body.get("status") in ("processing", "completed") and events[place].body.get("stepId")
        ]
        if not begun:
            continue
        first, source = min(begun, key=lambda pair: pair[0])
        for sighting in story.sightings:
            is_open = sighting.status == Status.OPEN
            if sighting.began >= first + CATCHING_UP or (sighting.began >= first and not is_open):
                yield judged(
                    not is_open,
                    sighting.exchange.operation,
                    sighting.exchange,
                    source,
                    expected="any other status, since a step has begun",
                    observed="open",
                )


@rule(
    "LIFE-14",
    "Nothing is told of a task after its completion.",
    source=LOGS,
    why="A client that stopped reading at the end misses something.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation", "aftermath"},
)
def nothing_follows_completion(evidence: Evidence) -> Iterator[Observation]:
    profile = evidence.contract.profile
    for story in evidence.tasks.values():
        if profile.allows(Allowance.COMPLETION_FOR_EVER) and story.is_recoverable:
            continue
        for exchange, events in (*story.whole_logs, *story.whole_streams):
            if completion_of(events) is None:
                continue
            after = events[len(up_to_the_end(events)) :]
            yield judged(
                not after,
                exchange.operation,
                exchange,
                expected="the completion last",
                observed=f"then {brief([event.type for event in after])}",
            )


@rule(
    "LIFE-28",
    "A task is said to have ended only when it has: nothing more happens to it.",
    source=STATUS,
    why="A client goes on with results that are not there yet.",
    needs=NEEDS_A_TASK,
    probes={"life", "long-watch"},
)
def ended_task_does_not_go_on(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        for view in views(story):
            # What a cancelled step still says, it may say late.
            over = next((one for one in view if one.status in (Status.COMPLETED, Status.FAILED)), None)
            if over is not None:
                shown = went_on(story, over)
                yield judged(
                    shown is None,
                    over.exchange.operation,
                    over.exchange,
                    *([shown] if shown else []),
                    expected="a task that still runs",
                    observed=str(over.status),
                )


def origin(task: Mapping[str, Any]) -> dict[str, Any]:
    """What a task was born with, as far as it is told: steps count from when there are some."""
    found = {name: task[name] for name in ("createdAt", "createdBy") if task.get(name) is not None}
    spec = task.get("spec")
    if not isinstance(spec, dict):
        return found
    found |= {name: spec[name] for name in ("apiVersion", "parameters") if spec.get(name) is not None}
    info, steps = spec.get("templateInfo"), spec.get("steps")
    if isinstance(info, dict) and info.get("entityRef"):
        found["entityRef"] = info["entityRef"]
    if isinstance(steps, list) and steps:
        found["steps"] = [
            {name: step.get(name) for name in ("id", "name", "action")} if isinstance(step, dict) else step
            for step in steps
        ]
    return found


def _unchanged(name: str, before: object, after: object) -> bool:
    return same_time(before, after) if name == "createdAt" else same(before, after)


def _is_of(story: TaskStory, event: Event) -> bool:
    return str(event.data.get("taskId", story.id)) == story.id


def _has_ended(story: TaskStory) -> str:
    return "completed" if story.ended_as == Status.COMPLETED else f"ended {story.ended_as}"
