"""The judge's reader of event streams: it hears what the standard says, in whatever pieces the bytes come."""

from collections.abc import Iterator

from contracts.sse import Decoder, Frame
from tests.fuzzing.target import Target


def check(data: bytes) -> None:
    """The first byte tells how large the pieces are."""
    size, stream = (data[0] % 16 + 1 if data else 1), data[1:]
    whole, frames = Decoder(), []
    frames = whole.feed(stream, 1.0)
    whole.finish()
    piecemeal, heard = Decoder(), list[Frame]()
    for start in range(0, len(stream), size):
        heard += piecemeal.feed(stream[start : start + size], 1.0)
    piecemeal.finish()
    assert heard == frames
    assert piecemeal.comments == whole.comments
    assert piecemeal.undispatched == whole.undispatched
    assert bool(piecemeal.problems) is bool(whole.problems)
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    assert [(frame.event, frame.data) for frame in frames] == list(_by_the_standard(text))


def _by_the_standard(text: str) -> Iterator[tuple[str, str]]:
    """Type and data of each event, read as naively as one can."""
    data, event = list[str](), ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if data:
                yield event or "message", "\n".join(data)
            data, event = [], ""
        elif name == "data":
            data.append(value)
        elif name == "event":
            event = value


def seeds() -> Iterator[bytes]:
    yield b"\0event: log\ndata: {}\n\n: comment\n\nid: 1\nretry: 10\ndata: a\ndata: b\n\n"
    yield b"\3\xef\xbb\xbfevent: log\r\ndata:x\r\n\r\ndata\r\rdata: \xe2\x82\xac\n\n"
    yield b"\5id: a\0b\nfoo\ndata: \xff\xfe\n\nevent: lost\n\n"


TARGET = Target(
    "event_streams",
    check,
    seeds,
    ("data: ", "event: ", "id: ", "retry: ", "\n\n", "\r\n\r\n", "\r\r", "\ufeff", ": ", "data\n", "€"),
    opening="\x0f",
)
