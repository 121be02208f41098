"""Exchanges on the page: what was sent, what came back, and how to send it again."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from contracts.exchange import Exchange, Response
from contracts.reports.curl import curl
from contracts.reports.elements import element
from contracts.reports.foreign import visible, visible_bytes
from contracts.sse import Frame, StreamReading
from contracts.target import Target

LONGEST_BODY = 12_000
LONGEST_LINE = 1_000
LONGEST_COMMAND = 20_000
MOST_HEADERS = 60
# Of a long stream, so many frames from its beginning and from its end.
MOST_FRAMES = 30


class Shown:
    """Shows each exchange once, and points to it from wherever it is met again."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._numbers: set[int] = set()

    def exchanges(self, exchanges: Sequence[Exchange]) -> Iterator[Element]:
        """What shows a finding: the command that sends the first request again, and every exchange."""
        for exchange in exchanges:
            if exchange is exchanges[0]:
                yield self._command(exchange)
            if exchange.number in self._numbers:
                yield element("p", element("a", _title(exchange), href=f"#exchange-{exchange.number}"), " (above)")
            else:
                self._numbers.add(exchange.number)
                yield self._exchange(exchange, *([] if exchange is exchanges[0] else [self._command(exchange)]))

    def _command(self, exchange: Exchange) -> Element:
        return element("pre", curl(exchange, self._target, longest=LONGEST_COMMAND))

    def _exchange(self, exchange: Exchange, *last: Element) -> Element:
        lasted = f"from second {exchange.began:.3f} to {exchange.ended:.3f}"
        return element(
            "details",
            element("summary", _title(exchange)),
            element(
                "div",
                element("p", f"{exchange.purpose}{_label(exchange)}, {lasted}", class_="faint"),
                element("pre", _request(exchange)),
                *(
                    [element("p", visible(str(exchange.trouble), LONGEST_LINE), class_="bad")]
                    if exchange.trouble
                    else []
                ),
                *([element("pre", _response(exchange.response, exchange.stream))] if exchange.response else []),
                *last,
            ),
            class_="exchange",
            id=f"exchange-{exchange.number}",
        )


def _title(exchange: Exchange) -> str:
    answer = exchange.status if exchange.status is not None else exchange.trouble
    return visible(f"exchange {exchange.number}: {exchange} → {answer}", 300)


def _label(exchange: Exchange) -> str:
    return f" ({visible(exchange.label, 200)})" if exchange.label else ""


def _request(exchange: Exchange) -> str:
    request = exchange.request
    query = "&".join(f"{name}={value}" for name, value in request.query)
    first = visible(f"{request.method} {request.path}{'?' if query else ''}{query}", LONGEST_LINE)
    lines = [first, *_headers(request.headers)]
    if request.body is not None:
        lines += ["", visible_bytes(request.body, LONGEST_BODY)]
    return "\n".join(lines)


def _response(response: Response, stream: StreamReading | None) -> str:
    lines = [str(response.status), *_headers(response.headers), ""]
    if stream is None:
        return "\n".join([*lines, visible_bytes(response.body, LONGEST_BODY)])
    return "\n".join([*lines, *_stream(stream)])


def _headers(headers: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, value in headers[:MOST_HEADERS]:
        yield visible(f"{name}: {value}", LONGEST_LINE)
    if len(headers) > MOST_HEADERS:
        yield f"... ({len(headers) - MOST_HEADERS} more headers)"


def _stream(stream: StreamReading) -> Iterator[str]:
    yield f"(opened at second {stream.opened:.3f})"
    frames = stream.frames
    if len(frames) <= 2 * MOST_FRAMES:
        yield from (_frame(frame) for frame in frames)
    else:
        yield from (_frame(frame) for frame in frames[:MOST_FRAMES])
        yield f"... ({len(frames) - 2 * MOST_FRAMES:,} more frames)"
        yield from (_frame(frame) for frame in frames[-MOST_FRAMES:])
    yield from (f"(problem: {visible(problem, LONGEST_LINE)})" for problem in stream.problems[:MOST_HEADERS])
    yield f"({stream.ending} at second {stream.closed:.3f}; {len(frames):,} frames, {stream.comments:,} comments)"


def _frame(frame: Frame) -> str:
    id = "" if frame.id is None else f" id={visible(frame.id, 60)}"
    odd = "".join(f"\n          ({visible(oddity, 200)})" for oddity in frame.oddities)
    data = visible(frame.data, LONGEST_LINE)
    return f"{frame.arrived:8.3f}  {visible(frame.event, 60)}{id}  {data}{odd}"
