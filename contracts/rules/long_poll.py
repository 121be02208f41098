"""EVENTS: who asks for the next events gets them as soon as there are any, and neither too early nor never."""

from collections.abc import Collection, Iterator
from itertools import pairwise

from contracts.events import Event
from contracts.evidence import Evidence
from contracts.exchange import Exchange, TroubleKind
from contracts.readings import CATCHING_UP, up_to_the_end
from contracts.rule import BACKSTAGE_ONLY, Observation, judged, kept, rule
from contracts.rules.answers import NEEDS_A_TASK, was_well
from contracts.task_batches import Batch, asked, batches, lives, told_by_stream
from contracts.tellings import logged, say_the_same

EVENTS = "#/paths/~1v2~1tasks~1{taskId}~1events/get"
OPERATION = "getTaskEvents"
BODY = f"{EVENTS}/responses/200"
NEEDS_TWO_VIEWS = "--template and --values, so that a task can be created and followed to its end"
# Seconds of the judge: an answer that could be given at once and comes later was waited for.
AT_ONCE = 2.0
# Much is not there in a moment: seconds in which a slow machine makes, sends and reads one event of many.
EACH = 0.001
# Who has nothing to tell and answers within this time has not waited.
NO_WAIT = 1.0
# An answer that took so long was not there when it was asked for.
HAS_WAITED = 0.2
# A server may look for new events once a second, and the judge may be slow as well.
WAKING = 3.0


@rule(
    "EVENTS-01",
    "The answer is an array of events, each with id, task, type and time, and with the body that its type has.",
    source=f"{BODY}/content/application~1json/schema",
    why="The client throws away, or breaks over, what it cannot read, and the page of the task stands still.",
    needs=NEEDS_A_TASK,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def batches_are_as_described(evidence: Evidence) -> Iterator[Observation]:
    seen: set[bytes] = set()
    for exchange in evidence.of(OPERATION, status=200):
        if exchange.response is None or exchange.trouble or exchange.response.body in seen:
            continue
        seen.add(exchange.response.body)
        found = _violation(evidence, exchange)
        yield judged(found is None, OPERATION, exchange, expected="an array of events", observed=str(found))


@rule(
    "EVENTS-02",
    "Without `after` it tells every event from the first on, in the order of their ids, and never fewer than before.",
    source=BODY,
    why="A page that is opened late shows a log with holes in it.",
    needs=NEEDS_A_TASK,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def whole_batches_are_whole(evidence: Evidence) -> Iterator[Observation]:
    for story in lives(evidence):
        whole = [batch for batch in batches(story) if batch.is_whole]
        for batch in whole:
            rising = all(one < other for one, other in pairwise(batch.numbers))
            yield judged(
                rising, OPERATION, batch.exchange, expected="ids that increase", observed=str(batch.numbers[:20])
            )
        for before, after in pairwise(whole):
            if before.exchange.ended <= after.exchange.began:
                lost = set(before.numbers) - set(after.numbers)
                yield judged(
                    not lost,
                    OPERATION,
                    after.exchange,
                    before.exchange,
                    expected="every event that was told before",
                    observed=f"{len(lost)} are gone, such as {min(lost, default='')}",
                )


@rule(
    "EVENTS-03",
    "The events of a task that has ended go up to its completion.",
    source=BODY,
    why="A client asks for ever for what comes next, and its page never says how the task ended.",
    needs=NEEDS_A_TASK,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def ended_task_has_completion(evidence: Evidence) -> Iterator[Observation]:
    for story in lives(evidence):
        for batch in batches(story):
            since = -1.0 if story.ended_by is None else batch.exchange.began - story.ended_by
            if batch.is_whole and since >= 0 and (batch.has_end or since >= CATCHING_UP):
                yield judged(
                    batch.has_end,
                    OPERATION,
                    batch.exchange,
                    expected=f"a completion, since the task was seen {story.ended_as}",
                    observed=f"{len(batch.events)} events without one",
                )


@rule(
    "EVENTS-04",
    "`after` leaves out the events up to that id, except a completion, and none behind it.",
    source=f"{EVENTS}/parameters/1",
    why="Lines of the log are shown twice, or never.",
    needs=NEEDS_A_TASK,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def after_is_exclusive(evidence: Evidence) -> Iterator[Observation]:
    for story in lives(evidence):
        told = list(batches(story))
        for batch in told:
            if batch.after is None:
                continue
            after, known = batch.after, _known(told, batch.exchange)
            early = [event for event in batch.events if not event.ends_the_task and _is_up_to(event, after)]
            missing = {number for number in known if number > after} - set(batch.numbers)
            yield judged(
                not early and not missing,
                OPERATION,
                batch.exchange,
                expected=f"the events behind {after}, and no others but a completion",
                observed=f"{len(early)} that come before, {len(missing)} missing",
            )


@rule(
    "EVENTS-05",
    "The completion of a task is sent again, whatever `after` says.",
    source=f"{EVENTS}/description",
    why="A client that has missed nothing but the end waits for it for ever.",
    needs=NEEDS_A_TASK,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def completion_is_sent_again(evidence: Evidence) -> Iterator[Observation]:
    for story in lives(evidence):
        told = list(batches(story))
        for exchange in asked(story):
            ended = [batch for batch in told if batch.has_end and batch.exchange.ended <= exchange.began]
            if not ended or (
                exchange.status != 200 and not _waited_in_vain(evidence, exchange, _there(told, exchange))
            ):
                continue
            batch = next((found for found in told if found.exchange is exchange), None)
            yield judged(
                batch is not None and batch.has_end,
                OPERATION,
                exchange,
                ended[0].exchange,
                expected="the completion, since the task has ended",
                observed=f"{len(batch.events)} events without it" if batch else str(exchange.trouble),
            )


@rule(
    "EVENTS-06",
    "What there is to tell is told at once.",
    source=f"{EVENTS}/description",
    why="The page of a task that has long ended stays empty for half a minute.",
    needs=NEEDS_A_TASK,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def what_is_there_is_told_at_once(evidence: Evidence) -> Iterator[Observation]:
    for story in lives(evidence):
        told = list(batches(story))
        for exchange in asked(story):
            there = _there(told, exchange)
            took = exchange.ended - exchange.began
            at_once = AT_ONCE + EACH * (len(exchange.log_events) or len(there))
            late = took > at_once and (exchange.status == 200 or _waited_in_vain(evidence, exchange, there))
            if there and (exchange.status == 200 or late) and (not late or was_well(evidence, exchange)):
                yield judged(
                    not late,
                    OPERATION,
                    exchange,
                    expected=f"an answer at once, since event {max(there)} is there",
                    observed=f"{'none' if exchange.status is None else 'one'} after {took:.1f} seconds",
                )


@rule(
    "EVENTS-07",
    "Who has nothing to tell waits until there is something, instead of saying so at once.",
    source=f"{EVENTS}/description",
    why="Every open page asks again and again, as fast as it can.",
    needs="--slow-template, a template whose tasks run for some seconds",
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def nothing_new_is_waited_for(evidence: Evidence) -> Iterator[Observation]:
    for story in lives(evidence):
        for exchange in asked(story):
            took = exchange.ended - exchange.began
            if exchange.json == [] or (_was_left(exchange) and took >= NO_WAIT):
                yield judged(
                    took >= NO_WAIT,
                    OPERATION,
                    exchange,
                    expected="an answer that waits for events",
                    observed=f"an empty one after {took:.2f} seconds",
                )
            elif exchange.status == 200 and took >= NO_WAIT:
                yield kept(OPERATION, exchange)


@rule(
    "EVENTS-08",
    "Who waits for events is answered when something happens.",
    source=f"{EVENTS}/description",
    why="The page of a task lags behind by half a minute, or stands still.",
    needs="--slow-template, a template whose tasks run for some seconds",
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def who_waits_is_answered(evidence: Evidence) -> Iterator[Observation]:
    for story in lives(evidence):
        streamed = told_by_stream(story)
        for exchange in asked(story):
            position = _position(exchange)
            happened = [
                event for event in streamed if (event.sequence or 0) > position and event.arrived > exchange.began
            ]
            first = min((event.arrived for event in happened), default=None)
            if first is None or first > exchange.ended or not (exchange.status == 200 or _was_left(exchange)):
                # It may also know before the stream does.
                if exchange.json and exchange.status == 200 and exchange.ended - exchange.began >= HAS_WAITED:
                    yield kept(OPERATION, exchange)
                continue
            late = exchange.ended - first
            if exchange.status == 200 or late > WAKING:
                yield judged(
                    late <= WAKING or not was_well(evidence, exchange),
                    OPERATION,
                    exchange,
                    expected="an answer when the stream told of an event",
                    observed=f"{'none' if exchange.status is None else 'one'} {late:.1f} seconds later",
                )


@rule(
    "EVENTS-09",
    "It tells the same events as the event stream and the log.",
    source=BODY,
    why="What the user is shown depends on whether a proxy lets streams through.",
    needs=NEEDS_TWO_VIEWS,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def views_agree(evidence: Evidence) -> Iterator[Observation]:
    for story in lives(evidence):
        whole = next((batch for batch in reversed(list(batches(story))) if batch.is_whole and batch.has_end), None)
        if whole is None:
            continue
        events = up_to_the_end(whole.events)
        for stream, streamed in story.whole_streams:
            other = up_to_the_end(streamed)
            same = len(events) == len(other) and all(
                one.sequence == another.sequence and say_the_same(one, another)
                for one, another in zip(events, other, strict=True)
            )
            yield judged(
                same,
                OPERATION,
                whole.exchange,
                stream,
                expected=f"the {len(other)} events that the stream told",
                observed=f"{len(events)} events that are not the same",
            )
        for log, entries in story.whole_logs:
            other = up_to_the_end(entries)
            if other and other[-1].ends_the_task:
                yield judged(
                    list(map(logged, events)) == list(map(logged, other)),
                    OPERATION,
                    whole.exchange,
                    log,
                    expected=f"the {len(other)} entries that the log has",
                    observed=f"{len(events)} events that are not the same",
                )


def _violation(evidence: Evidence, exchange: Exchange) -> str | None:
    if not isinstance(exchange.json, list):
        return "no array"
    for place, event in enumerate(exchange.json):
        kind = event.get("type") if isinstance(event, dict) else None
        found = evidence.contract.typed_event_violations(kind, event)
        if found:
            return f"/{place}{found[0]}"
        if event["taskId"] != exchange.path_parameters.get("taskId"):
            return f"/{place}: the task {event['taskId']!r:.60}"
    return None


def _known(told: list[Batch], exchange: Exchange) -> set[int]:
    """The ids that had been told before this was asked."""
    return set[int]().union(*(batch.numbers for batch in told if batch.exchange.ended <= exchange.began))


def _there(told: list[Batch], exchange: Exchange) -> list[int]:
    """Those of them that it has to be answered with."""
    return [number for number in _known(told, exchange) if number > _position(exchange)]


def _is_up_to(event: Event, after: int) -> bool:
    return event.sequence is not None and event.sequence <= after


def _position(exchange: Exchange) -> int:
    """The id behind which it was to begin; before every id if it was none."""
    after = exchange.query("after")
    return -1 if after is None else int(after)


def _waited_in_vain(evidence: Evidence, exchange: Exchange, there: Collection[int]) -> bool:
    """Whether nothing came although there was time to send what was there: the judge may leave early, being short of
    time itself."""
    long_enough = exchange.ended - exchange.began >= WAKING + EACH * len(there)
    return long_enough and _was_left(exchange) and was_well(evidence, exchange)


def _was_left(exchange: Exchange) -> bool:
    return exchange.trouble is not None and exchange.trouble.kind in {TroubleKind.LEFT, TroubleKind.TIMEOUT}
