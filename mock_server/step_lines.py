"""Lay the log lines of a step over its time."""

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
    """The lines, spread evenly over the duration; those of a step that never ends at their own pace."""
    total = sum(log.repeat for log in logs)
    lines: list[Lines] = []
    at, before = starts_at, 0
    for log in logs:
        text = _coloured(log, redact(log.text))
        # Only a text that a scenario repeats is numbered: elsewhere the character may be somebody's own.
        parts = tuple(text.split(LINE_NUMBER)) if log.is_numbered else (text,)
        if duration is None:
            span = max(1, round((log.every or 1) * SECOND)) * log.repeat if log.repeat > 1 else 0
        else:
            at = starts_at + duration * before // total
            before += log.repeat
            span = starts_at + duration * before // total - at if log.repeat > 1 else 0
        lines.append(Lines(at, parts, log.repeat, span))
        at += span
    return tuple(lines)


def _coloured(log: LogRule, text: str) -> str:
    colour = _COLOURS.get(log.level)
    return text if colour is None else f"\u001b[{colour}m{log.level}\u001b[39m: {text}"
