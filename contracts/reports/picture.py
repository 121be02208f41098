"""A picture of one task as it was observed: its status, its events and who asked when, over the judge's seconds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.lifecycle import Status
from contracts.reports.elements import element
from contracts.reports.foreign import visible
from contracts.task_story import TaskStory

WIDTH = 960
LEFT = 120
RIGHT = 20
LANE = 34
BAR = 18
TOP = 8
AXIS = 34
MOST_STREAMS = 4
MOST_MARKS = 1_500
# Marks in a lane beyond this do not make a task more worth looking at.
WORTHWHILE_MARKS = 30
MOST_CANDIDATES = 60
STREAM = "event stream"
EVENT_TYPES = ("log", "completion", "cancelled")


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a second; `kind` is how it is drawn."""

    at: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasted."""

    began: float
    ended: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the picture."""

    name: str
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """The lanes of a task between two seconds; `later` counts requests that came after it had ended."""

    story: TaskStory
    began: float
    ended: float
    lanes: tuple[Lane, ...]
    later: int


def best_picture(evidence: Evidence) -> Picture | None:
    """That of the task whose life was seen best, one that this run created if there is any; None if nothing was seen of
    any."""
    stories = evidence.created_tasks or tuple(evidence.tasks.values())
    seen = sorted((story for story in stories if _first(story) is not None), key=_requests, reverse=True)
    return max((picture_of(story) for story in seen[:MOST_CANDIDATES]), key=_worth, default=None)


def picture_of(story: TaskStory) -> Picture:
    """What of the story is drawn: its life, and a little of the time after it."""
    began = _first(story) or 0.0
    live_streams = [exchange for exchange in story.streams if story.ended_by is None or exchange.began < story.ended_by]
    ends = [story.ended_by] if story.ended_by is not None else [sighting.ended for sighting in story.sightings]
    ends += [exchange.ended for exchange in (*live_streams, *([story.created] if story.created else []))]
    if story.ended_by is None:
        ends += [exchange.ended for exchange in (*story.cancels, *story.logs)]
    life = max(max(ends) - began, 0.001)
    ended = began + life * 1.06
    asked = (*(sighting.exchange for sighting in story.sightings), *story.cancels, *story.logs, *story.streams)
    lanes = (
        Lane("status", bars=tuple(_statuses(story, ended)), marks=tuple(_creation(story))),
        *(
            _stream(number, exchange, len(live_streams))
            for number, exchange in enumerate(live_streams[:MOST_STREAMS], 1)
        ),
        Lane("reads", marks=tuple(_asked((sighting.exchange for sighting in story.polls), "read", ended))),
        Lane("reads of the log", marks=tuple(_asked(story.logs, "logs", ended))),
        Lane("lists", marks=tuple(_asked((sighting.exchange for sighting in story.listings), "list", ended))),
        Lane("cancels", marks=tuple(_asked(story.cancels, "cancel", ended))),
    )
    return Picture(
        story,
        began,
        ended,
        tuple(lane for lane in lanes if lane.bars or lane.marks),
        later=sum(exchange.began > ended for exchange in asked),
    )


def drawn(picture: Picture) -> Element:
    """The picture as SVG. Its colours are those of the page's style sheet."""
    height = TOP + LANE * len(picture.lanes) + AXIS
    return element(
        "svg",
        *(
            part
            for number, lane in enumerate(picture.lanes)
            for part in _drawn_lane(picture, lane, TOP + LANE * number)
        ),
        *_axis(picture, TOP + LANE * len(picture.lanes)),
        viewBox=f"0 0 {WIDTH} {height}",
        class_="picture",
        role="img",
        aria_label="Timeline of the task",
    )


def _first(story: TaskStory) -> float | None:
    if story.created is not None:
        return story.created.began
    exchanges = (*(sighting.exchange for sighting in story.sightings), *story.streams, *story.logs)
    return min((exchange.began for exchange in exchanges), default=None)


def _requests(story: TaskStory) -> int:
    return len(story.polls) + len(story.logs) + len(story.streams) + len(story.cancels)


def _worth(picture: Picture) -> int:
    """What happened counts for more than who asked, and both only so far."""
    by_name = {lane.name: len(lane.marks) for lane in picture.lanes}
    asked = sum(min(by_name.get(name, 0), WORTHWHILE_MARKS) for name in ("reads", "reads of the log", "lists"))
    told = sum(min(len(lane.marks), WORTHWHILE_MARKS) for lane in picture.lanes if lane.name.startswith(STREAM))
    statuses = sum(len(lane.bars) for lane in picture.lanes if lane.name == "status")
    return asked + 3 * told + 20 * min(statuses, 5) + 10 * min(by_name.get("cancels", 0), 2)


def _creation(story: TaskStory) -> Iterator[Mark]:
    if story.created is not None:
        yield Mark(story.created.ended, "create", f"created, answered at {story.created.ended:.3f} s")


def _statuses(story: TaskStory, ended: float) -> Iterator[Bar]:
    """From the answer that first showed a status to the one that first showed another."""
    sightings = sorted(story.sightings, key=lambda sighting: sighting.ended)
    changes = [
        sighting
        for before, sighting in zip([None, *sightings], sightings, strict=False)
        if before is None or before.status != sighting.status
    ]
    for number, sighting in enumerate(changes):
        until = changes[number + 1].ended if number + 1 < len(changes) else ended
        if sighting.ended < ended:
            status = visible(str(sighting.status), 40)
            kind = status if status in set(Status) else "unknown"
            yield Bar(
                sighting.ended, min(until, ended), f"status-{kind}", f"{status}, first seen at {sighting.ended:.3f} s"
            )


def _stream(number: int, exchange: Exchange, of: int) -> Lane:
    name = STREAM if of == 1 else f"{STREAM} {number}"
    reading = exchange.stream
    if reading is None:
        return Lane(name, marks=(Mark(exchange.began, "refused", f"no stream: {exchange.status or exchange.trouble}"),))
    marks = (
        Mark(
            event.arrived,
            f"event-{event.type if event.type in EVENT_TYPES else 'other'}",
            visible(f"{event.type} at {event.arrived:.3f} s: {event.body.get('message', '')}", 200),
        )
        for event in exchange.stream_events
    )
    return Lane(name, (Bar(reading.opened, reading.closed, "open", f"open, {reading.ending}"),), tuple(marks))


def _asked(exchanges: Iterable[Exchange], kind: str, ended: float) -> Iterator[Mark]:
    for exchange in exchanges:
        if exchange.began <= ended:
            answer = exchange.status if exchange.status is not None else exchange.trouble
            yield Mark(exchange.ended, kind, f"{answer} at {exchange.ended:.3f} s")


def _drawn_lane(picture: Picture, lane: Lane, top: float) -> Iterator[Element]:
    middle = top + LANE / 2
    yield element("text", lane.name, x=str(LEFT - 12), y=f"{middle + 4:.1f}", text_anchor="end", class_="lane")
    yield element("line", x1=str(LEFT), x2=str(WIDTH - RIGHT), y1=f"{middle:.1f}", y2=f"{middle:.1f}", class_="guide")
    for bar in lane.bars:
        yield from _drawn_bar(picture, bar, middle)
    for mark in _apart(picture, lane.marks):
        yield element(
            "rect",
            element("title", mark.title),
            x=f"{_x(picture, mark.at) - 1:.1f}",
            y=f"{middle - BAR / 2:.1f}",
            width="2.5",
            height=str(BAR),
            class_=f"mark {mark.kind}",
        )


def _drawn_bar(picture: Picture, bar: Bar, middle: float) -> Iterator[Element]:
    left, right = _x(picture, bar.began), _x(picture, bar.ended)
    height = 6 if bar.kind == "open" else BAR
    yield element(
        "rect",
        element("title", bar.title),
        x=f"{left:.1f}",
        y=f"{middle - height / 2:.1f}",
        width=f"{max(right - left, 1.5):.1f}",
        height=str(height),
        rx="2",
        class_=f"bar {bar.kind}",
    )
    name = bar.title.partition(",")[0]
    if bar.kind.startswith("status-") and right - left > 8 * len(name):
        yield element(
            "text",
            name,
            x=f"{(left + right) / 2:.1f}",
            y=f"{middle + 4:.1f}",
            text_anchor="middle",
            class_="status-name",
        )


def _apart(picture: Picture, marks: Sequence[Mark]) -> Iterable[Mark]:
    """No two marks of a kind on the same pixel; of more than can be drawn, the first."""
    found: dict[tuple[int, str], Mark] = {}
    for mark in marks:
        found.setdefault((round(_x(picture, mark.at)), mark.kind), mark)
    return list(found.values())[:MOST_MARKS]


def _axis(picture: Picture, top: float) -> Iterator[Element]:
    step = _step(picture.ended - picture.began)
    count = int((picture.ended - picture.began) / step)
    for number in range(count + 1):
        x = _x(picture, picture.began + number * step)
        yield element("line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=str(TOP), y2=f"{top:.1f}", class_="grid")
        yield element(
            "text", f"{number * step:g} s", x=f"{x:.1f}", y=f"{top + 16:.1f}", text_anchor="middle", class_="second"
        )


def _step(seconds: float) -> float:
    return next(
        (
            step
            for step in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)
            if seconds / step <= 12
        ),
        seconds / 10,
    )


def _x(picture: Picture, second: float) -> float:
    share = (second - picture.began) / (picture.ended - picture.began)
    return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)
