"""Reads one event stream within its bounds."""

from typing import TYPE_CHECKING

from contracts.clock import Stopwatch
from contracts.sse import Decoder, Ending, Frame, StreamReading
from contracts.stream_deadline import StreamDeadline

if TYPE_CHECKING:
    from contracts.exchange import Response

# Seconds that a server has to close a stream after the last event of its task.
CLOSING_GRACE = 5.0
MOST_FRAMES = 50_000
LONGEST_STREAM = 64 * 1024 * 1024


class StreamReader:
    """Takes the bytes of one stream until there is a reason to stop; knows when it was opened."""

    def __init__(self, stopwatch: Stopwatch, deadline: StreamDeadline, stop_after: int | None) -> None:
        self.head: Response | None = None
        self.opened: float | None = None
        self._stopwatch = stopwatch
        self._deadline = deadline
        self._stop_after = stop_after
        self._decoder = Decoder()
        self._frames: list[Frame] = []
        self._length = 0

    def take(self, chunk: bytes) -> Ending | None:
        """Read on, until there is a reason to stop."""
        now = self._stopwatch.now()
        self._deadline.hear(now)
        self._length += len(chunk)
        frames = self._decoder.feed(chunk, now)
        self._frames.extend(frames)
        if any(_is_completion(frame) for frame in frames):
            self._deadline.close_by(now + CLOSING_GRACE)
        if self._stop_after is not None and len(self._frames) >= self._stop_after:
            return Ending.STOPPED
        if self._decoder.is_overfull or self._length > LONGEST_STREAM or len(self._frames) >= MOST_FRAMES:
            return Ending.TOO_LONG
        return None

    def reading(self, ending: Ending) -> StreamReading:
        if ending is Ending.CLOSED:
            self._decoder.finish()
        now = self._stopwatch.now()
        return StreamReading(
            tuple(self._frames),
            ending,
            now if self.opened is None else self.opened,
            now,
            self._decoder.comments,
            tuple(self._decoder.problems),
            tuple(self._decoder.undispatched),
        )


def _is_completion(frame: Frame) -> bool:
    return frame.event == "completion" or (frame.event == "message" and '"completion"' in frame.data)
