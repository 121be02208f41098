"""A strict reader of event streams (WHATWG HTML, section 9.2), which notes what a lenient one would let pass.

Pure: bytes and arrival times go in, frames come out. Who reads from the network gives the deadlines.
"""

import codecs
from dataclasses import dataclass
from enum import StrEnum

LONGEST_LINE = 8 * 1024 * 1024
KNOWN_FIELDS = frozenset({"event", "data", "id", "retry"})


@dataclass(frozen=True, slots=True)
class Frame:
    """One dispatched event. `arrived` is in seconds of the reader's clock, `problems` is against the grammar."""

    event: str
    data: str
    id: str | None
    arrived: float
    fields: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Ending(StrEnum):
    """Why the reading of a stream ended."""

    CLOSED = "closed by the server"
    BROKEN = "broken off"
    SILENT = "nothing came for too long"
    OVERDUE = "longer than the reader had time"
    LEFT_OPEN = "not closed after its last event"
    STOPPED = "the reader had enough"
    TOO_LONG = "more than the reader keeps"


@dataclass(frozen=True, slots=True)
class StreamReading:
    """A stream as it was read: `opened` when the headers came, `closed` when the reading ended."""

    frames: tuple[Frame, ...]
    ending: Ending
    opened: float
    closed: float
    comments: int = 0
    problems: tuple[str, ...] = ()


class Decoder:
    """Turns the bytes of a stream into frames."""

    def __init__(self) -> None:
        self._text = codecs.getincrementaldecoder("utf-8")(errors="strict")
        self._pending = ""
        self._after_carriage_return = False
        self._first = True
        self._lines: list[tuple[str, str]] = []
        self._frame_problems: list[str] = []
        self.comments = 0
        self.problems: list[str] = []

    def feed(self, chunk: bytes, arrived: float) -> list[Frame]:
        """The frames that these bytes complete."""
        return [frame for line in self._whole_lines(self._decode(chunk)) for frame in self._take(line, arrived)]

    def finish(self) -> None:
        """Note what an unfinished stream leaves behind: a reader throws half a frame away."""
        self._decode(b"", final=True)
        if self._pending or self._lines or self._frame_problems:
            self.problems.append("the stream ends in the middle of a frame")

    def _decode(self, chunk: bytes, *, final: bool = False) -> str:
        try:
            text = self._text.decode(chunk, final)
        except UnicodeDecodeError as error:
            self.problems.append(f"not UTF-8: {error.reason}")
            self._text = codecs.getincrementaldecoder("utf-8")(errors="replace")
            text = self._text.decode(chunk, final)
        if self._first and text:
            self._first = False
            text = text.removeprefix("\ufeff")
        return text

    def _whole_lines(self, text: str) -> list[str]:
        if self._after_carriage_return and text:
            text = text.removeprefix("\n")
        self._after_carriage_return = text.endswith("\r") if text else self._after_carriage_return
        lines = (self._pending + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._pending = lines.pop()
        if len(self._pending) > LONGEST_LINE:
            self.problems.append(f"a line of more than {LONGEST_LINE} characters")
            self._pending = ""
        return lines

    def _take(self, line: str, arrived: float) -> list[Frame]:
        if line:
            self._note(line)
            return []
        lines, self._lines = self._lines, []
        problems, self._frame_problems = tuple(self._frame_problems), []
        if not lines:
            self.problems.extend(problems)
            return []
        data = [value for name, value in lines if name == "data"]
        if not data:
            problems += ("a frame without data is never dispatched",)
        events = [value for name, value in lines if name == "event"]
        ids = [value for name, value in lines if name == "id"]
        if len(events) > 1:
            problems += ("more than one event field",)
        return [
            Frame(
                event=events[-1] if events and events[-1] else "message",
                data="\n".join(data),
                id=ids[-1] if ids else None,
                arrived=arrived,
                fields=tuple(name for name, _ in lines),
                problems=problems,
            )
        ]

    def _note(self, line: str) -> None:
        if line.startswith(":"):
            self.comments += 1
            return
        name, _, value = line.partition(":")
        if name not in KNOWN_FIELDS:
            self._frame_problems.append(f"a line that is no field of an event stream: {line[:80]!r}")
            return
        value = value.removeprefix(" ")
        if name == "retry" and not (value.isascii() and value.isdigit()):
            self._frame_problems.append(f"retry is not a number: {value[:80]!r}")
        if name == "id" and "\0" in value:
            self._frame_problems.append("an id that holds NUL is ignored")
        self._lines.append((name, value))
