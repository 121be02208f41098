"""A strict reader of event streams (WHATWG HTML, section 9.2), which notes what a lenient one would let pass.

Pure: bytes and arrival times go in, frames come out. Who reads from the network gives the deadlines.
"""

import codecs
import re
from dataclasses import dataclass, field
from enum import StrEnum
from io import StringIO

LONGEST_FRAME = 8 * 1024 * 1024
LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Frame:
    """One dispatched event. `arrived` is in seconds of the reader's clock; `id` is the one given in this very frame;
    `oddities` is what the standard lets pass and a client ignores."""

    event: str
    data: str
    id: str | None
    arrived: float
    fields: tuple[str, ...] = ()
    oddities: tuple[str, ...] = ()


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
    """A stream as it was read: `opened` when the headers came, `closed` when the reading ended. `problems` is what the
    standard does not allow, `undispatched` the names of events that came without data: no client gets to see them."""

    frames: tuple[Frame, ...]
    ending: Ending
    opened: float
    closed: float
    comments: int = 0
    problems: tuple[str, ...] = ()
    undispatched: tuple[str, ...] = ()


@dataclass(slots=True)
class _Block:
    """The lines since the last blank one."""

    data: list[str] = field(default_factory=list)
    event: str = ""
    id: str | None = None
    fields: list[str] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)
    size: int = 0


class Decoder:
    """Turns the bytes of a stream into frames, in time that grows with their number only."""

    def __init__(self) -> None:
        self._text = codecs.getincrementaldecoder("utf-8")(errors="strict")
        self._line = StringIO()
        self._after_carriage_return = False
        self._at_start = True
        self._block = _Block()
        self.comments = 0
        self.problems: list[str] = []
        self.undispatched: list[str] = []
        self.is_overfull = False

    def feed(self, chunk: bytes, arrived: float) -> list[Frame]:
        """The frames that these bytes complete. Once `is_overfull`, a frame is longer than anyone wants to keep, and
        there are no more."""
        if self.is_overfull:
            return []
        frames = []
        for line in self._whole_lines(self._decode(chunk)):
            if line:
                self._note(line)
            elif frame := self._dispatch(arrived):
                frames.append(frame)
        if self._block.size + self._line.tell() > LONGEST_FRAME:
            self.is_overfull = True
        return frames

    def finish(self) -> None:
        """The server closed the stream: note what it left unfinished, which a client throws away."""
        self._whole_lines(self._decode(b"", final=True))
        unfinished = self._line.getvalue()
        if self._block.fields or (unfinished and not unfinished.startswith(":")):
            self.problems.append("the stream ends in the middle of a frame")

    def _decode(self, chunk: bytes, *, final: bool = False) -> str:
        try:
            text = self._text.decode(chunk, final)
        except UnicodeDecodeError as error:
            self.problems.append(f"not UTF-8: {error.reason}")
            begun, _ = self._text.getstate()
            self._text = codecs.getincrementaldecoder("utf-8")(errors="replace")
            text = self._text.decode(begun + chunk, final)
        if self._at_start and text:
            self._at_start = False
            text = text.removeprefix("\ufeff")
        return text

    def _whole_lines(self, text: str) -> list[str]:
        if not text:
            return []
        if self._after_carriage_return and text[0] == "\n":
            text = text[1:]
        self._after_carriage_return = text.endswith("\r")
        first, *others = LINE_END.split(text)
        self._line.write(first)
        if not others:
            return []
        lines = [self._line.getvalue(), *others]
        self._line = StringIO()
        self._line.write(lines.pop())
        return lines

    def _note(self, line: str) -> None:
        if line.startswith(":"):
            self.comments += 1
            return
        block = self._block
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        block.size += len(line)
        block.fields.append(name)
        match name:
            case "data":
                block.data.append(value)
            case "event":
                if block.event and block.event != value:
                    block.oddities.append("more than one event field")
                block.event = value
            case "id" if "\0" in value:
                block.oddities.append("an id that holds NUL")
            case "id":
                block.id = value
            case "retry":
                if not (value.isascii() and value.isdigit()):
                    block.oddities.append(f"a retry that is no number: {value[:80]!r}")
            case _:
                block.oddities.append(f"a line that is no known field: {line[:80]!r}")

    def _dispatch(self, arrived: float) -> Frame | None:
        block, self._block = self._block, _Block()
        if "data" not in block.fields:
            if block.event:
                self.undispatched.append(block.event)
            return None
        return Frame(
            event=block.event or "message",
            data="\n".join(block.data),
            id=block.id,
            arrived=arrived,
            fields=tuple(block.fields),
            oddities=tuple(block.oddities),
        )
