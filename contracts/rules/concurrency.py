"""RACE: what is done at once comes out as if it had been done one after the other."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from contracts.events import Event
from contracts.evidence import Evidence
from contracts.exchange import Exchange, Purpose
from contracts.lifecycle import Status, is_terminal
from contracts.probes.racing import NEIGHBOUR_AFTER, NEIGHBOUR_BEFORE, TWICE
from contracts.profile import Allowance
from contracts.readings import up_to_the_end
from contracts.rule import Observation, judged, kept, rule
from contracts.sse import Ending
from contracts.task_story import TaskStory, listed_tasks

CREATE = "#/paths/~1v2~1tasks/post/responses/201"
LIST = "#/paths/~1v2~1tasks/get/responses/200"
STREAM = "#/paths/~1v2~1tasks~1{taskId}~1eventstream/get/responses/200"
CANCEL = "#/paths/~1v2~1tasks~1{taskId}~1cancel/post/responses/200"
STATUS = "#/components/schemas/Task/properties/status"
NEEDS_A_TASK = "--template and --values, so that tasks can be created"
NEEDS_A_RACE = (
    "--template of a task that ends within seconds, and --max-tasks, so that some can be cancelled as they end"
)
NEEDS_A_SLOW_TASK = "--slow-template, so that there is a task to cancel"
AT_ONCE = {"concurrency"}
RACING = {"racing"}
# What a task is made of when it is created and does not change while it runs.
CONSTANT = ("id", "createdAt", "createdBy")
# A server may send others, and those to each client as it likes.
OF_THE_TASK = frozenset({"log", "completion", "cancelled", "recovered"})
CLAIM = re.compile(r"status: (completed|failed|cancelled)\b")


@rule(
    "RACE-01",
    "Tasks that are created at once are tasks of their own: each has another id.",
    source=CREATE,
    why="Two users who press the button at the same moment share one task, and one of them gets nothing.",
    needs=NEEDS_A_TASK,
    probes=AT_ONCE,
)
def ids_are_distinct(evidence: Evidence) -> Iterator[Observation]:
    for creations in _created_at_once(evidence).values():
        times = Counter(_created_id(creation) for creation in creations)
        for creation in creations:
            id = _created_id(creation)
            yield judged(
                times[id] == 1,
                "createTask",
                creation,
                *(other for other in creations if other is not creation and _created_id(other) == id),
                expected="an id of its own",
                observed=f"{id!r} for {times[id]} tasks",
            )


@rule(
    "RACE-02",
    "Of equal requests that arrive at once, none is refused because of the others.",
    source=CREATE,
    why="Creating fails now and then, on busy days more often, and nobody can reproduce it.",
    needs=NEEDS_A_TASK,
    probes=AT_ONCE,
)
def all_are_created(evidence: Evidence) -> Iterator[Observation]:
    groups = _created_at_once(evidence)
    for creation in evidence.of("createTask", Purpose.PARALLEL):
        # Too Many Requests is the right answer of a server that counts them.
        if creation.group in groups and creation.status is not None and creation.status != 429:
            yield judged(
                creation.status == 201,
                "createTask",
                creation,
                *groups[creation.group][:1],
                expected="201, as for the others",
                observed=str(creation.status),
            )


@rule(
    "RACE-03",
    "Of tasks that are read at once, each answer is the one that was asked for.",
    source="#/paths/~1v2~1tasks~1{taskId}/get/responses/200",
    why="A user sees the task of another, with all that it says.",
    needs=NEEDS_A_TASK,
    probes=AT_ONCE,
)
def answers_are_not_mixed_up(evidence: Evidence) -> Iterator[Observation]:
    for story in _created_in_parallel(evidence):
        for exchange in evidence.of("getTask", Purpose.PARALLEL):
            if exchange.path_parameters.get("taskId") != story.id or not _is_after_creation(exchange, story):
                continue
            shown = exchange.json.get("id") if isinstance(exchange.json, dict) else None
            if exchange.status is not None:
                yield judged(
                    exchange.status == 200 and shown == story.id,
                    "getTask",
                    exchange,
                    expected=f"the task {story.id}",
                    observed=f"{exchange.status}, {shown!a}",
                )


@rule(
    "RACE-04",
    "Of tasks that are created at once, each is in the list.",
    source=LIST,
    why="A task runs that its user cannot find.",
    needs=NEEDS_A_TASK,
    probes=AT_ONCE,
)
def none_is_lost_from_the_list(evidence: Evidence) -> Iterator[Observation]:
    for listing in evidence.of("listTasks", Purpose.PARALLEL, status=200):
        if listing.query("createdBy") is not None:
            continue
        ids = {task.get("id") for task in listed_tasks(listing)}
        for story in _created_in_parallel(evidence):
            if _is_after_creation(listing, story):
                yield judged(
                    story.id in ids,
                    "listTasks",
                    listing,
                    *_creation(story),
                    expected=f"the task {story.id} in the list",
                    observed=f"{len(ids)} others",
                )


@rule(
    "RACE-05",
    "A list that is asked for beside other requests, even creations, is whole: it names no task twice.",
    source=LIST,
    why="The list page fails, or shows a row twice, just when there is something new.",
    needs=NEEDS_A_TASK,
    probes=AT_ONCE,
)
def lists_are_whole(evidence: Evidence) -> Iterator[Observation]:
    for listing in evidence.of("listTasks", Purpose.PARALLEL):
        if listing.response is None:
            continue
        times = Counter(task["id"] for task in listed_tasks(listing) if isinstance(task.get("id"), str))
        twice = [id for id, count in times.items() if count > 1]
        yield judged(
            listing.status == 200 and not twice,
            "listTasks",
            listing,
            expected="200 and each task once",
            observed=f"{listing.status}{f' and {twice[0]} {times[twice[0]]} times' if twice else ''}",
        )


@rule(
    "RACE-06",
    "Of tasks that are created at once, each has the values that it was created with.",
    source="#/components/schemas/Task/properties/spec/properties/parameters",
    why="One user's project is created under the name that another has chosen.",
    needs="--template of a template that takes values which it does not know",
    probes=AT_ONCE,
)
def values_are_not_mixed_up(evidence: Evidence) -> Iterator[Observation]:
    for story in _created_in_parallel(evidence):
        sent = _marker(story.created.sent.get("values")) if story.created and _is_object(story.created.sent) else None
        for sighting in story.sightings if sent is not None else ():
            spec = sighting.task.get("spec")
            shown = _marker(spec.get("parameters")) if isinstance(spec, dict) else None
            if shown is not None:
                yield judged(
                    shown == sent,
                    sighting.exchange.operation,
                    sighting.exchange,
                    *_creation(story),
                    expected=ascii(sent),
                    observed=ascii(shown),
                )


@rule(
    "RACE-07",
    "Of tasks that run at once, each tells of itself alone.",
    source=STREAM,
    why="The log of one task shows what happens to another.",
    needs=NEEDS_A_TASK,
    probes=AT_ONCE,
)
def events_are_not_mixed_up(evidence: Evidence) -> Iterator[Observation]:
    stories = list(_created_in_parallel(evidence))
    markers = {story.id: _marker_sent(story) for story in stories}
    for story in stories:
        foreign = {marker for id, marker in markers.items() if marker and id != story.id} - {markers[story.id]}
        others = {id for id in markers if id != story.id}
        for exchange, events in _tellings(story):
            # Long streams are looked through as text first.
            text = _text_of(exchange)
            suspicious = any(name in text for name in others | foreign)
            found = [event for event in events if _is_of_another(event, others, foreign)] if suspicious else []
            yield judged(
                not found,
                exchange.operation,
                exchange,
                expected=f"events of {story.id}",
                observed=f"{len(found)} of another: {ascii(dict(found[0].data))[:120] if found else ''}",
            )


@rule(
    "RACE-08",
    "Streams of one task that are read side by side tell the same.",
    source=STREAM,
    why="Two people look at the same task and see different things; a second tab takes events from the first.",
    needs=NEEDS_A_TASK,
    probes=AT_ONCE,
)
def streams_are_the_same(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        by_group: dict[int, list[Exchange]] = defaultdict(list)
        for stream in story.streams:
            if stream.group and stream.query("after") is None and _is_whole(stream):
                by_group[stream.group].append(stream)
        for together in by_group.values():
            first, *others = together
            told = _told(first, evidence)
            for other in others:
                again = _told(other, evidence)
                yield judged(
                    again == told,
                    "getTaskEventStream",
                    other,
                    first,
                    expected=f"the {len(told)} events that the other was sent",
                    observed=_first_difference(told, again),
                )


@rule(
    "RACE-09",
    "All who read a task at once see one and the same task.",
    source="#/components/schemas/Task",
    why="The page shows another name, time or outcome with each reload.",
    needs=NEEDS_A_TASK,
    probes=AT_ONCE,
)
def readers_agree(evidence: Evidence) -> Iterator[Observation]:
    for story in _of_this_probe(evidence):
        together = [
            sighting for sighting in story.sightings if sighting.exchange.purpose in {Purpose.PARALLEL, Purpose.RACE}
        ]
        for before, after in pairwise(together):
            differing = [
                f"{name} {after.task[name]!a} and {before.task[name]!a}"
                for name in CONSTANT
                if name in before.task and name in after.task and after.task[name] != before.task[name]
            ]
            yield judged(
                not differing,
                after.exchange.operation,
                after.exchange,
                before.exchange,
                expected="the same in each answer",
                observed="; ".join(differing),
            )


@rule(
    "RACE-10",
    "A task that is cancelled as it ends, or twice at once, has one outcome, the same in every view.",
    source=STATUS,
    why="The list says completed and the page says cancelled: nobody knows whether there is a repository now.",
    needs=NEEDS_A_RACE,
    probes=RACING,
)
def outcome_is_single(evidence: Evidence) -> Iterator[Observation]:
    for story in _raced(evidence):
        ends = [sighting for sighting in story.sightings if is_terminal(sighting.status)]
        for before, after in pairwise(ends):
            yield judged(
                after.status == before.status,
                after.exchange.operation,
                after.exchange,
                before.exchange,
                expected=f"{before.status} in every view",
                observed=str(after.status),
            )


@rule(
    "RACE-11",
    "A task that is cancelled as it ends, or twice at once, completes once.",
    source=STREAM,
    why="The page that waits for the end is told of two, and may show the wrong one.",
    needs=NEEDS_A_RACE,
    probes=RACING,
)
def completes_once(evidence: Evidence) -> Iterator[Observation]:
    for story in _raced(evidence):
        for exchange, events in _tellings(story):
            if exchange.query("after") is None:
                ends = [event for event in events if event.ends_the_task]
                yield judged(
                    len(ends) <= 1,
                    exchange.operation,
                    exchange,
                    expected="one completion",
                    observed=str(len(ends)),
                )


@rule(
    "RACE-12",
    "The events of a task that is cancelled as it ends, or twice at once, say what became of it.",
    source=STREAM,
    why="A client that follows the stream believes the opposite of one that asks for the task.",
    needs=NEEDS_A_RACE,
    probes=RACING,
)
def outcome_is_told_as_it_is(evidence: Evidence) -> Iterator[Observation]:
    late_cancel_is_told = evidence.contract.profile.allows(Allowance.LATE_CANCEL_IS_TOLD)
    for story in _raced(evidence):
        if story.ended_as is None:
            continue
        for exchange, events in _tellings(story):
            for event in events:
                contrary = _contradiction(event, story.ended_as, late_cancel_is_told=late_cancel_is_told)
                if contrary is not None:
                    yield judged(
                        not contrary,
                        exchange.operation,
                        exchange,
                        *(poll.exchange for poll in story.polls[-1:]),
                        expected=f"events of a task that is {story.ended_as}",
                        observed=contrary,
                    )


@rule(
    "RACE-13",
    "Cancelling a task as it ends, or twice at once, is answered like any other cancelling: never as if there were no "
    "such task.",
    source=CANCEL,
    why="The user who presses the button a moment too late, or twice, is shown a fault.",
    needs=NEEDS_A_TASK,
    probes=RACING,
)
def late_cancels_are_answered(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("cancelTask", Purpose.RACE, Purpose.PARALLEL):
        if exchange.status is None:
            continue
        # That it is too late can be said by a 4xx; but not that the task is unknown or the caller is.
        refused = 400 <= exchange.status < 500 and exchange.status not in {401, 403, 404, 405}
        yield judged(
            exchange.status == 200 or refused,
            "cancelTask",
            exchange,
            expected="200",
            observed=str(exchange.status),
        )


@rule(
    "RACE-14",
    "A task that is cancelled twice at once is cancelled once.",
    source=CANCEL,
    why="The log says twice that it was cancelled, and what is to be done on cancelling is done twice.",
    needs=NEEDS_A_SLOW_TASK,
    probes=RACING,
)
def is_cancelled_once(evidence: Evidence) -> Iterator[Observation]:
    again_is_told = evidence.contract.profile.allows(Allowance.LATE_CANCEL_IS_TOLD)
    for story in evidence.created_tasks:
        if not any(cancel.label == TWICE and cancel.status == 200 for cancel in story.cancels):
            continue
        for exchange, events in _tellings(story):
            if exchange.query("after") is None:
                told = [event for event in events if event.type == "cancelled"]
                ends = [event for event in events if event.ends_the_task]
                yield judged(
                    (len(told) <= 1 or again_is_told) and len(ends) <= 1,
                    exchange.operation,
                    exchange,
                    *story.cancels[:2],
                    expected="at most one event that it was cancelled, and one completion",
                    observed=f"{len(told)} and {len(ends)}",
                )


@rule(
    "RACE-15",
    "Cancelling a task leaves the others that run alone.",
    source=CANCEL,
    why="One user's click ends the work of all.",
    needs=NEEDS_A_SLOW_TASK,
    probes=RACING,
)
def neighbours_go_on(evidence: Evidence) -> Iterator[Observation]:
    looks: dict[int, dict[str, Exchange]] = defaultdict(dict)
    for exchange in evidence.of("getTask", Purpose.PARALLEL, status=200):
        if exchange.label in {NEIGHBOUR_BEFORE, NEIGHBOUR_AFTER} and _is_object(exchange.json):
            looks[exchange.group][exchange.label] = exchange
    pairs = [
        (found[NEIGHBOUR_BEFORE], found[NEIGHBOUR_AFTER])
        for found in looks.values()
        if len(found) == 2 and not is_terminal(found[NEIGHBOUR_BEFORE].json.get("status"))
    ]
    hit = [(before, after) for before, after in pairs if after.json.get("status") == Status.CANCELLED]
    # Somebody else can have cancelled one at that very moment, but not another the next time.
    if len(hit) > 1:
        for before, after in hit:
            yield judged(False, "cancelTask", after, before, expected="it runs on", observed="it is cancelled, too")
    elif len(pairs) > len(hit):
        yield kept("cancelTask", *(after for _, after in pairs))


def _created_at_once(evidence: Evidence) -> dict[int, list[Exchange]]:
    """The creations of each group in which more than one succeeded."""
    groups: dict[int, list[Exchange]] = defaultdict(list)
    for creation in evidence.of("createTask", Purpose.PARALLEL, status=201):
        if _created_id(creation) is not None:
            groups[creation.group].append(creation)
    return {group: creations for group, creations in groups.items() if len(creations) > 1}


def _created_id(creation: Exchange) -> str | None:
    id = creation.json.get("id") if _is_object(creation.json) else None
    return id if isinstance(id, str) else None


def _created_in_parallel(evidence: Evidence) -> Iterator[TaskStory]:
    return (story for story in evidence.created_tasks if story.created and story.created.purpose is Purpose.PARALLEL)


def _raced(evidence: Evidence) -> Iterator[TaskStory]:
    """Tasks that were cancelled as they ended, or twice at once, and that have ended."""
    for story in evidence.created_tasks:
        raced = any(cancel.purpose is Purpose.RACE or cancel.label == TWICE for cancel in story.cancels)
        if raced and story.ended_as is not None:
            yield story


def _of_this_probe(evidence: Evidence) -> Iterator[TaskStory]:
    for story in evidence.created_tasks:
        if story.created and story.created.purpose in {Purpose.PARALLEL, Purpose.RACE}:
            yield story


def _creation(story: TaskStory) -> tuple[Exchange, ...]:
    return (story.created,) if story.created else ()


def _is_after_creation(exchange: Exchange, story: TaskStory) -> bool:
    return story.created is not None and story.created.ended <= exchange.began


def _is_object(body: Any) -> bool:
    return isinstance(body, dict)


def _marker(values: Any) -> str | None:
    marker = values.get("contractTests") if isinstance(values, dict) else None
    return marker if isinstance(marker, str) else None


def _marker_sent(story: TaskStory) -> str | None:
    return _marker(story.created.sent.get("values")) if story.created and _is_object(story.created.sent) else None


def _tellings(story: TaskStory) -> Iterator[tuple[Exchange, tuple[Event, ...]]]:
    """Every stream and log of a task, with the events in it."""
    for stream in story.streams:
        if stream.stream is not None:
            yield stream, stream.stream_events
    for log in story.logs:
        if log.status == 200:
            yield log, log.log_events


def _text_of(telling: Exchange) -> str:
    if telling.stream is not None:
        return "\n".join(frame.data for frame in telling.stream.frames)
    return telling.response.body.decode(errors="replace") if telling.response else ""


def _is_of_another(event: Event, others: set[str], foreign: set[str]) -> bool:
    if event.data.get("taskId") in others:
        return True
    text = json.dumps(event.body)
    return any(marker in text for marker in foreign)


def _is_whole(stream: Exchange) -> bool:
    return stream.stream is not None and stream.stream.ending is Ending.CLOSED


def _told(stream: Exchange, evidence: Evidence) -> list[tuple[int | None, str, str]]:
    events = stream.stream_events
    if evidence.contract.profile.allows(Allowance.LATE_CANCEL_IS_TOLD):
        events = up_to_the_end(events)
    return [
        (event.sequence, event.type, json.dumps(event.body, sort_keys=True))
        for event in events
        if event.type in OF_THE_TASK
    ]


def _first_difference(told: list[Any], again: list[Any]) -> str:
    for place, (one, other) in enumerate(zip(told, again, strict=False)):
        if one != other:
            return f"{ascii(other)[:120]} for {ascii(one)[:120]} as event {place + 1}"
    return f"{len(again)} events"


def _contradiction(event: Event, status: str, *, late_cancel_is_told: bool) -> str | None:
    """What this event says against that outcome: an empty text for nothing, None if it says nothing of it."""
    if event.type == "cancelled":
        return "it was cancelled" if status == Status.COMPLETED and not late_cancel_is_told else ""
    if not event.ends_the_task:
        return None
    if status == Status.COMPLETED and event.body.get("error"):
        return f"completion with an error: {ascii(event.body['error'])[:120]}"
    claim = CLAIM.search(str(event.body.get("message", "")))
    if claim and claim.group(1) != status:
        return f"completion that says {claim.group()!r}"
    return ""
