"""What a plan means: a sequence of events at offsets from its start, and the state of a task at an instant.

Pure and lazy: a plan with ten thousand log lines, or one that never ends, costs its few segments, and an event exists
only while somebody looks at it.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

from mock_server.clock import SECOND, Milliseconds
from mock_server.lifecycle import EventType, TaskStatus
from mock_server.planned import Cancellation, Ending, Moment, Plan, claim_of, cut_of, end_of
from mock_server.segments import One, Segment, cut_segments, run_segments


@dataclass(frozen=True, slots=True)
class View:
    """A plan at an instant. Offsets as in the plan; None for what has not happened."""

    status: TaskStatus
    last_heartbeat_at: Milliseconds | None
    completed_at: Milliseconds | None


def view(plan: Plan, elapsed: Milliseconds) -> View:
    """The state of a task this long after its plan started. An event at this very offset has happened."""
    end, claim, cut = end_of(plan), claim_of(plan), cut_of(plan)
    ended = end is not None and elapsed >= end
    beating = end if ended and end is not None else elapsed
    claimed = claim if claim is not None and claim <= beating else None
    heartbeat = None if plan.recovery is None else 0
    if claimed is not None:
        heartbeat = claimed + (beating - claimed) // SECOND * SECOND
    if ended:
        return View(plan.ends_as if cut is None else cut.ends_as, heartbeat, end)
    return View(TaskStatus.OPEN if claimed is None else TaskStatus.PROCESSING, heartbeat, None)


def event_capacity(plan: Plan, *, notes: int = 0) -> int:
    """So many event ids are enough for a task with this plan, whenever it is cut short and with so many notes."""
    # A step begins and ends, and may do so once more or say so twice; beside them there are the recovery, the start,
    # a cancel and a completion, of which a cancel brings its own.
    lines = sum(lines.count for step in plan.steps for lines in (*step.lines, *step.late_lines))
    return 5 + 5 * len(plan.steps) + lines + notes


class Timeline:
    """The events of a plan, in order, each derived when it is asked for."""

    __slots__ = ("_kept", "_note_places", "_notes", "_offsets", "_segments", "_starts", "_tail")

    def __init__(self, plan: Plan) -> None:
        self._segments: list[Segment] = list(run_segments(plan))
        self._offsets = [segment.at for segment in self._segments]
        self._starts = list(accumulate((segment.count for segment in self._segments), initial=0))
        self._kept = self._starts[-1]
        self._tail: Sequence[One] = ()
        cut = cut_of(plan)
        if cut is not None:
            self._kept = self._kept_by(plan, cut)
            self._tail = list(cut_segments(plan, cut))
        self._notes = plan.notes
        self._note_places = tuple(self._place(note, before, cut) for before, note in enumerate(plan.notes))

    def __len__(self) -> int:
        return self._kept + len(self._tail) + len(self._notes)

    def __getitem__(self, index: int) -> Moment:
        before = bisect_right(self._note_places, index)
        if before and self._note_places[before - 1] == index:
            return self._notes[before - 1]
        index -= before
        if index >= self._kept:
            return self._tail[index - self._kept].moment(0)
        segment = bisect_right(self._starts, index) - 1
        return self._segments[segment].moment(index - self._starts[segment])

    @property
    def completion(self) -> int | None:
        """Where the completion stands, or None if there will be none."""
        last = self._kept + len(self._tail) - 1
        for place in self._note_places:
            last += place <= last
        return last if last >= 0 and self[last].type is EventType.COMPLETION else None

    def happened(self, elapsed: Milliseconds) -> int:
        """How many events have happened this long after the start."""
        return self._happened(elapsed) + bisect_right(self._notes, elapsed, key=lambda note: note.at)

    def count(self, types: Collection[EventType]) -> int:
        """How many events of these types there are."""
        kept = sum(
            max(0, min(segment.count, self._kept - start))
            for segment, start in zip(self._segments, self._starts, strict=False)
            if segment.type in types
        )
        told = [*(one.type for one in self._tail), *(note.type for note in self._notes)]
        return kept + sum(type in types for type in told)

    def _place(self, note: Moment, before: int, cut: Cancellation | Ending | None) -> int:
        # A note comes behind all that had happened when it was written.
        if cut is not None and (note.at < cut.at or before < cut.notes):
            return min(self._kept, self._happened_in_run(note.at)) + before
        return self._happened(note.at) + before

    def _happened(self, elapsed: Milliseconds) -> int:
        if self._tail and elapsed >= self._tail[0].at:
            return self._kept + len(self._tail)
        return self._happened_in_run(elapsed)

    def _happened_in_run(self, elapsed: Milliseconds) -> int:
        segment = bisect_right(self._offsets, elapsed) - 1
        return 0 if segment < 0 else self._starts[segment] + self._segments[segment].happened(elapsed)

    def _kept_by(self, plan: Plan, cut: Cancellation | Ending) -> int:
        if isinstance(cut, Cancellation) and cut.step is None and cut.ends_as is TaskStatus.FAILED:
            # Aborted at the claim, before the first step: only the start-up, and the recovery before it, are told.
            return 1 if plan.recovery is None else 2
        return self._happened_in_run(cut.at)
