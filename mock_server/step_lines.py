"""Lay the log lines of a step over its time, and what comes late behind it."""

from collections.abc import Callable, Sequence

from mock_server.clock import SECOND, Milliseconds
from mock_server.planned import Lines
from mock_server.scenario import LogRule

# Stands for the number of a repeated line while its text is rendered; a private-use character.
LINE_NUMBER = "\ue000"
_COLOURS = {"info": 32, "warn": 33, "error": 31}


def lay_out(
    logs: Sequence[LogRule], starts_at: Milliseconds, duration: Milliseconds | None, redact: Callable[[str], str]
) -> tuple[Lines, ...]:
    """The lines, spread evenly over the duration; those of a step that never ends at their own pace.

    One that says when it comes does so, but not before the line in front of it, nor after the end of the step.
    """
    total = sum(log.repeat for log in logs)
    lines: list[Lines] = []
    at, before = starts_at, 0
    for log in logs:
        if log.at is not None:
            at, span = max(at, starts_at + log.at), _own_pace(log, otherwise=None)
            if duration is not None:
                at = min(at, starts_at + duration)
                span = min(span, starts_at + duration - at)
            before += log.repeat
        elif duration is None:
            span = _own_pace(log, otherwise=1)
        else:
            at = max(at, starts_at + duration * before // total)
            before += log.repeat
            span = max(0, starts_at + duration * before // total - at) if log.repeat > 1 else 0
        lines.append(_lines(log, at, span, redact))
        at += span
    return tuple(lines)


def lay_out_late(
    logs: Sequence[LogRule], starts_at: Milliseconds, ends_at: Milliseconds | None, redact: Callable[[str], str]
) -> tuple[Lines, ...]:
    """The lines that come behind the end of the step; none for a step that never ends."""
    lines: list[Lines] = []
    if ends_at is None:
        return ()
    at = ends_at
    for log in logs:
        at, span = max(at, starts_at + (log.at or 0)), _own_pace(log, otherwise=None)
        lines.append(_lines(log, at, span, redact))
        at += span
    return tuple(lines)


def _own_pace(log: LogRule, *, otherwise: int | None) -> Milliseconds:
    pace = log.every or otherwise
    return max(1, round(pace * SECOND)) * log.repeat if pace is not None and log.repeat > 1 else 0


def _lines(log: LogRule, at: Milliseconds, span: Milliseconds, redact: Callable[[str], str]) -> Lines:
    text = _coloured(log, redact(log.text))
    # Only a text that a scenario repeats is numbered: elsewhere the character may be somebody's own.
    parts = tuple(text.split(LINE_NUMBER)) if log.is_numbered else (text,)
    return Lines(at, parts, log.repeat, span, log.step, log.is_cancel)


def _coloured(log: LogRule, text: str) -> str:
    colour = _COLOURS.get(log.level)
    return text if colour is None else f"\u001b[{colour}m{log.level}\u001b[39m: {text}"
