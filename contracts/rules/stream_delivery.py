"""STREAM: when a reader is given what happens. Never compares a time of the judge with one of the target."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.events import Event, instant
from contracts.evidence import Evidence
from contracts.exchange import Exchange, TroubleKind
from contracts.lifecycle import is_terminal
from contracts.profile import Allowance
from contracts.rule import PUBLISHED_ONLY, Observation, judged, kept, rule
from contracts.rules.stream import NEEDS_A_TASK, OPERATION, STREAM
from contracts.sse import Ending
from contracts.task_story import TaskStory
from contracts.tellings import Said, Telling, by_story, is_known, logged

PROBES = frozenset({"life", "cancellation", "streams", "existing-tasks"})
PROMPT = 5.0
# How many seconds an event may be behind what another view has shown.
BEHIND_THE_LOG = 3.0
# More, where the delay is computed from the target's own times.
BEHIND_ITS_TIME = 4.0
# An event that comes after so many others, which came meanwhile, is not held back: there is much to send.
MANY = 50

Shown = Mapping[tuple[int, Said], tuple[float, Exchange]]


@dataclass(frozen=True, slots=True)
class _Late:
    """The event that was longest behind: when it was known, and when it came or had not come yet."""

    due: float
    seen: float
    came: bool
    log: Exchange


@rule(
    "STREAM-30",
    f"The headers of an event stream come within {PROMPT:g} seconds, whether there is an event yet or not.",
    source=STREAM,
    why="A client, or a proxy on the way, gives up a request that is not answered.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def headers_come_promptly(evidence: Evidence) -> Iterator[Observation]:
    may_be_late = evidence.contract.profile.allows(Allowance.LATE_HEADERS)
    for exchange in evidence.authenticated:
        waited = _waited_for_headers(exchange)
        if waited is None or (may_be_late and not _has_ended_before(exchange, evidence)):
            continue
        if waited < PROMPT:
            yield kept(OPERATION, exchange)
        elif evidence.gone is None and not _was_slow(evidence, exchange.began, exchange.began + waited):
            yield judged(
                False,
                OPERATION,
                exchange,
                expected=f"headers within {PROMPT:g} seconds",
                observed=f"none for {waited:.1f} seconds",
            )


@rule(
    "STREAM-31",
    f"An event that the log shows is on every open stream of the task within {BEHIND_THE_LOG:g} seconds.",
    source=STREAM,
    why="The page that follows a task shows nothing for minutes, and then everything at once.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
    profiles=PUBLISHED_ONLY,
)
def not_behind_the_log(evidence: Evidence) -> Iterator[Observation]:
    for task_id, readings in by_story(evidence).items():
        shown = _first_shown(evidence.tasks[task_id])
        for telling in readings if shown else ():
            late = _longest_behind(telling, shown)
            if late is not None:
                delay = late.seen - late.due
                yield judged(
                    delay <= BEHIND_THE_LOG or not _was_alive(evidence, late.due + BEHIND_THE_LOG, late.seen),
                    OPERATION,
                    telling.exchange,
                    late.log,
                    expected=f"an event that the log had, within {BEHIND_THE_LOG:g} seconds",
                    observed=f"{'it came' if late.came else 'nothing of it'} after {delay:.1f} seconds",
                )


@rule(
    "STREAM-32",
    "Events are sent when they happen, not held back until later ones.",
    source=STREAM,
    why="The page that follows a task shows nothing for minutes, and then everything at once.",
    needs=NEEDS_A_TASK,
    probes=PROBES,
)
def sent_when_they_happen(evidence: Evidence) -> Iterator[Observation]:
    for readings in by_story(evidence).values():
        for telling in readings:
            if not telling.events:
                continue
            delay, came = _longest_held_back(telling)
            yield judged(
                delay <= BEHIND_ITS_TIME or not _was_alive(evidence, came - delay + 1.0, came),
                OPERATION,
                telling.exchange,
                expected="each event about as long before the last one as the times in them say",
                observed=f"one that came {delay:.1f} seconds late, together with later ones",
            )


def _waited_for_headers(exchange: Exchange) -> float | None:
    if exchange.operation != OPERATION:
        return None
    if exchange.stream is not None:
        return exchange.stream.opened - exchange.began
    nothing_came = exchange.response is None and exchange.trouble and exchange.trouble.kind is TroubleKind.TIMEOUT
    waited = exchange.ended - exchange.began
    return waited if nothing_came and waited >= PROMPT else None


def _has_ended_before(exchange: Exchange, evidence: Evidence) -> bool:
    story = evidence.tasks.get(exchange.path_parameters.get("taskId", ""))
    return story is not None and story.ended_by is not None and story.ended_by <= exchange.began


def _was_slow(evidence: Evidence, began: float, ended: float) -> bool:
    """Whether the target was slow to answer anything else at that time."""
    return any(
        exchange.stream is None
        and exchange.operation != OPERATION
        and exchange.began < ended
        and exchange.ended > began
        and exchange.ended - exchange.began > PROMPT / 2
        for exchange in evidence.exchanges
    )


def _was_alive(evidence: Evidence, since: float, until: float) -> bool:
    """Whether the target was asked for something in this time, and answered: neither it nor the judge stood still."""
    return any(
        exchange.began >= since and exchange.ended <= until and exchange.status is not None
        for exchange in evidence.exchanges
    )


def _first_shown(story: TaskStory) -> Shown:
    """When each event was first in an answer of the whole log; of equal ones the first, the second, and so on."""
    found: dict[tuple[int, Said], tuple[float, Exchange]] = {}
    for exchange in sorted(story.logs, key=lambda exchange: exchange.ended):
        if not exchange.request.query:
            for key in _places([entry for entry in exchange.log_events if is_known(entry)]):
                found.setdefault(key, (exchange.ended, exchange))
    return found


def _places(events: Sequence[Event]) -> list[tuple[int, Said]]:
    seen: Counter[Said] = Counter()
    places = []
    for event in events:
        says = logged(event)
        seen[says] += 1
        places.append((seen[says], says))
    return places


def _longest_behind(telling: Telling, shown: Shown) -> _Late | None:
    """The event that was waited for longest while the stream had little else to say."""
    found, matched = [], 0
    places, busy = _places(telling.events), _busy(telling)
    if not telling.is_whole:
        return None
    for event, key, busy_until in zip(telling.events, places, busy, strict=False):
        if key in shown:
            matched += 1
            known, log = shown[key]
            found.append(_Late(max(known, busy_until), event.arrived, True, log))
    # What has not come at all only counts where log and stream evidently speak of the same events.
    if matched == len(telling.events) and telling.reading.ending in {Ending.OVERDUE, Ending.SILENT, Ending.STOPPED}:
        closed = telling.reading.closed
        missing = [shown[key] for key in shown.keys() - set(places)]
        found += [_Late(max(known, busy[-1]), closed, False, log) for known, log in missing if known < closed]
    return max(found, key=lambda late: late.seen - late.due, default=None)


def _busy(telling: Telling) -> list[float]:
    """Until when the stream had so much else to say that each event, and one that may come after the last, was not late
    for want of sending it."""
    opened, arrivals = telling.reading.opened, [event.arrived for event in telling.events]
    return [opened if place < MANY else max(opened, arrivals[place - MANY]) for place in range(len(arrivals) + 1)]


def _longest_held_back(telling: Telling) -> tuple[float, float]:
    """By how much the event that came latest was late, and when it came.

    Reckoned back from the last event by the target's own times. Its time may pass faster than the judge's: the fastest
    pace that fits what was seen is taken, so that nothing is expected too early.
    """
    opened, last = telling.reading.opened, telling.events[-1]
    busy = dict(zip((id(event) for event in telling.events), _busy(telling), strict=False))
    pace = _pace(telling)
    times = _times(telling.events)
    if last.arrived - opened <= BEHIND_ITS_TIME or pace is None or not times:
        return 0.0, last.arrived
    late, told = [], set[int | None]()
    for event, time in times:
        if event.sequence is not None and event.sequence in told:
            continue
        told.add(event.sequence)
        due = times[-1][0].arrived - (times[-1][1] - time).total_seconds() / pace
        late.append((event.arrived - max(due, busy[id(event)]), event.arrived))
    return max(late)


def _pace(telling: Telling) -> float | None:
    """How many seconds of the target pass in one of the judge, at most."""
    story, times = telling.story, _times(telling.events)
    # What the task did after the last event of this reading says nothing of the pace up to it.
    last = telling.events[-1].arrived if telling.events else 0.0
    open_sightings = [seen for seen in story.sightings if not is_terminal(seen.status) and seen.began <= last]
    if story.created is None or not times or not open_sightings:
        return None
    watched = open_sightings[-1].began - story.created.ended
    lasted = times[-1][1] - (instant(open_sightings[0].task.get("createdAt")) or times[0][1])
    return max(1.0, lasted.total_seconds() / watched) if watched > 1.0 else None


def _times(events: Sequence[Event]) -> list[tuple[Event, datetime]]:
    """The events with the times that they tell, which never go back."""
    found: list[tuple[Event, datetime]] = []
    for event in events:
        if (time := event.created_at) is not None:
            found.append((event, max(time, found[-1][1]) if found else time))
    return found
