"""STREAM: readings of one task side by side: late, at once, resumed; and its log beside them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.rule import PUBLISHED_ONLY, Level, Observation, judged, kept, rule
from contracts.rules.stream import NEEDS_A_TASK, OPERATION, STREAM
from contracts.rules.stream_course import AFTER
from contracts.sse import Ending
from contracts.tellings import Key, Telling, by_story, logged, numbered_log, reference, said, say_the_same, tellings

if TYPE_CHECKING:
    from contracts.events import Event

PROBES = frozenset({"life", "cancellation", "streams", "existing-tasks"})
LOGS = "#/paths/~1v2~1tasks~1{taskId}~1logs/get"
LAST_EVENT_ID = "WHATWG HTML, section 9.2.4"


@rule(
    "STREAM-22",
    "A stream gives every event that an earlier reader of it was given.",
    source=STREAM,
    why="Who opens the page of a task later, or once more, finds holes in its log.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def later_readers_miss_nothing(evidence: Evidence) -> Iterator[Observation]:
    for readings in by_story(evidence).values():
        whole = [telling for telling in readings if telling.is_whole]
        for later in whole:
            earlier = [other for other in whole if other.exchange.ended <= later.exchange.began and other.events]
            if later.is_complete and earlier:
                yield _has_all(later, earlier, "an earlier reader")


@rule(
    "STREAM-23",
    "A reader that follows a task to its end is given every event that a later reader is given.",
    source=STREAM,
    why="Who watched the task all the time has seen less than who comes afterwards.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def earlier_readers_miss_nothing(evidence: Evidence) -> Iterator[Observation]:
    for readings in by_story(evidence).values():
        whole = [telling for telling in readings if telling.is_whole and telling.is_complete]
        for earlier in whole:
            later = [other for other in whole if earlier.exchange.ended <= other.exchange.began]
            if later:
                yield _has_all(earlier, later, "a later reader")


@rule(
    "STREAM-24",
    "All who read a stream at the same time are given the same events.",
    source=STREAM,
    why="Two people, or two tabs, look at the same task and each sees half of it.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def parallel_readers_see_the_same(evidence: Evidence) -> Iterator[Observation]:
    for readings in by_story(evidence).values():
        whole = [telling for telling in readings if telling.is_whole]
        for telling in whole:
            beside = [other for other in whole if other is not telling and _overlap(telling.exchange, other.exchange)]
            if telling.is_complete and any(other.events for other in beside):
                yield _has_all(telling, beside, "another reader at the same time")


@rule(
    "STREAM-25",
    "An event says the same whenever and however often it is read: type, time and body under its number.",
    source=STREAM,
    why="The log that the user reloads is another one than that which they saw.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def events_stay_the_same(evidence: Evidence) -> Iterator[Observation]:
    for readings in by_story(evidence).values():
        known: dict[int, tuple[Event, Telling]] = {}
        for telling in readings:
            differs = None
            for event in telling.events:
                if event.sequence is not None and differs is None:
                    first, by = known.setdefault(event.sequence, (event, telling))
                    differs = None if say_the_same(first, event) else (first, event, by)
            if differs:
                first, now, by = differs
                yield judged(
                    False,
                    OPERATION,
                    telling.exchange,
                    by.exchange,
                    expected=f"event {now.sequence} to be {_from_difference(said(first), said(now))}",
                    observed=_from_difference(said(now), said(first)),
                )
            elif telling.events and len(readings) > 1:
                yield kept(OPERATION, telling.exchange)


@rule(
    "STREAM-26",
    "A stream that is asked for what comes after a number gives nothing up to that number.",
    source=AFTER,
    why="A reader that comes back shows lines twice.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def after_is_exclusive(evidence: Evidence) -> Iterator[Observation]:
    for telling in tellings(evidence):
        if telling.is_resumed and telling.after is not None:
            after = telling.after
            again = [event for event in telling.events if event.sequence is not None and event.sequence <= after]
            yield judged(
                not again,
                OPERATION,
                telling.exchange,
                expected=f"only numbers above {after}",
                observed=f"{again[0].sequence} ({len(again)} events too many)" if again else "",
            )


@rule(
    "STREAM-27",
    "A stream that is asked for what comes after a number gives all events above it that the whole stream has.",
    source=AFTER,
    why="A reader whose connection was lost for a moment misses lines for good.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def resumption_misses_nothing(evidence: Evidence) -> Iterator[Observation]:
    for readings in by_story(evidence).values():
        whole = reference(readings)
        if whole is None or whole.numbers is None:
            continue
        for telling in readings:
            if telling.is_resumed and telling.after is not None and telling.numbers is not None:
                after = telling.after
                yield _continues(
                    telling,
                    whole,
                    [number for number in whole.numbers if number > after],
                    [number for number in telling.numbers if number > after],
                )


@rule(
    "STREAM-28",
    "Where frames have ids, a reader that sends the last one as Last-Event-ID is given what comes after it.",
    source=LAST_EVENT_ID,
    why="A browser's own EventSource reconnects like this, and gets everything once more.",
    needs=NEEDS_A_TASK,
    probes=frozenset({"streams"}),
    level=Level.SHOULD,
)
def last_event_id_is_honoured(evidence: Evidence) -> Iterator[Observation]:
    for readings in by_story(evidence).values():
        whole = reference(readings)
        ids = [event.frame.id if event.frame else None for event in whole.events] if whole else []
        if whole is None or not ids:
            continue
        if not any(ids):
            yield kept(OPERATION, whole.exchange)
            continue
        for telling in readings:
            if telling.last_event_id in ids and telling.is_complete:
                expected = list(whole.keys[ids.index(telling.last_event_id) + 1 :])
                yield _continues(telling, whole, expected, list(telling.keys))


@rule(
    "STREAM-29",
    "A log that is asked for what comes after a number gives the entries above it, all of them and no others.",
    source=f"{LOGS}/parameters/1",
    why="A page that asks again and again for what is new shows lines twice, or not at all.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
    profiles=PUBLISHED_ONLY,
)
def logs_after_a_number(evidence: Evidence) -> Iterator[Observation]:
    stories = by_story(evidence)
    for story in evidence.tasks.values():
        entries = numbered_log(story, reference(stories.get(story.id, [])))
        if entries is None or story.ended_by is None:
            continue
        for exchange in story.logs:
            after = _after(exchange)
            if after is None or exchange.status != 200 or exchange.began < story.ended_by:
                continue
            expected = [entry for number, entry in entries if number > after]
            given = [logged(event) for event in exchange.log_events]
            yield judged(
                given == expected,
                "getTaskLogs",
                exchange,
                expected=f"the {len(expected)} entries above {after}",
                observed=f"{len(given)} entries" + (", not all the same" if len(given) == len(expected) else ""),
            )


def _has_all(telling: Telling, others: Sequence[Telling], who: str) -> Observation:
    """Whether it has every event that the others have."""
    own = set(telling.keys)
    missing: Mapping[Key, Telling] = {key: other for other in others for key in other.keys if key not in own}
    shown = next(iter(missing.values()), None)
    return judged(
        not missing,
        OPERATION,
        *((telling.exchange,) if shown is None else (telling.exchange, shown.exchange)),
        expected=f"the {len(shown.events) if shown else 0} events that {who} was given",
        observed=f"{len(missing)} are missing, the first: {str(next(iter(missing), ''))[:120]}",
    )


def _continues(telling: Telling, whole: Telling, expected: Sequence[Key], given: Sequence[Key]) -> Observation:
    """Whether it gives what is expected, or as much of it as could come before the reading was ended."""
    came_late = telling.story.ended_by is not None and telling.exchange.began >= telling.story.ended_by
    to_the_end = telling.is_complete or (telling.reading.ending is Ending.CLOSED and came_late)
    wanted = expected if to_the_end else expected[: len(given)]
    there, awaited = set(given), set(expected)
    missing = [key for key in wanted if key not in there]
    extra = [key for key in given if key not in awaited]
    return judged(
        not missing and not extra,
        OPERATION,
        telling.exchange,
        whole.exchange,
        expected=f"{len(wanted)} events",
        observed=f"{len(given)} events: {len(missing)} are missing, {len(extra)} are not in the whole stream",
    )


def _overlap(one: Exchange, other: Exchange) -> bool:
    return one.began < other.ended and other.began < one.ended


def _after(exchange: Exchange) -> int | None:
    given = exchange.query("after")
    is_number = given is not None and given.removeprefix("-").isdecimal() and given.isascii() and len(given) < 16
    return int(given) if given is not None and is_number and len(exchange.request.query) == 1 else None


def _from_difference(text: str, other: str) -> str:
    """The text from a little before the first place where the other differs."""
    place = next((at for at, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), 0)
    return text[max(0, place - 30) : place + 60]
