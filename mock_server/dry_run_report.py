"""Tell of a dry run on a terminal, 80 columns wide."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from mock_server.directory_contents import Files
from mock_server.dry_run import LogEntry

WIDTH = 80

_MARKS = {"completed": "+", "skipped": "-", "failed": "!"}
_COLOURED_LEVEL = re.compile(r"\x1b\[\d+m(\w+)\x1b\[39m: ")
# What would move the cursor, change colours or ring the bell.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# The folders of a run are in memory: what the real server would call them tells nobody anything.
_FOLDER = re.compile(r"/tmp/dry-run-(content-)?[0-9a-f]{8}-[0-9a-f-]{27}")  # noqa: S108
_BEGINNING = "Beginning step "


def log_lines(log: Sequence[LogEntry]) -> Iterator[str]:
    """The log, step by step: each with its id, its name and how it ended."""
    bodies = [entry["body"] for entry in log]
    for step_id, entries in groupby(bodies, key=lambda body: body.get("stepId")):
        told = list(entries)
        if step_id is None:
            yield from (line for body in told for line in _wrapped(body["message"], ""))
            continue
        for step in _single_steps(told):
            yield ""
            yield from _step_lines(step_id, step)


def result_lines(files: Files, output: Mapping[str, Any]) -> Iterator[str]:
    """What the run gives: its output and its files."""
    yield ""
    yield "Output"
    shown = json.dumps(output, indent=2, ensure_ascii=False)
    yield from (line for text in shown.split("\n") for line in _wrapped(text, "  "))
    yield ""
    yield f"{len(files)} {'file' if len(files) == 1 else 'files'}"
    for path, file in sorted(files, key=lambda entry: entry[0]):
        size = f"{len(file.content):,} bytes{', executable' if file.executable else ''}"
        yield from _wrapped(f"{path} ({size})", "  ")


def wrapped(text: str) -> str:
    """A text of our own or of a template's, made fit for the terminal."""
    return "\n".join(line for part in text.split("\n") for line in _wrapped(part, ""))


def _single_steps(bodies: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The bodies of one step after the other: neighbours may have the same id."""
    begins = [place for place, body in enumerate(bodies) if body.get("status") == "processing"]
    bounds = sorted({0, *begins, len(bodies)})
    yield from (bodies[first:last] for first, last in pairwise(bounds))


def _step_lines(step_id: str, bodies: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    status = next((body["status"] for body in reversed(bodies) if "status" in body), "processing")
    name = bodies[0]["message"].removeprefix(_BEGINNING) if bodies[0]["message"].startswith(_BEGINNING) else ""
    title = f"{_MARKS.get(status, ' ')} {step_id}{f': {name}' if name and name != step_id else ''} ({status})"
    yield from _wrapped(title, "", "  ")
    for body in bodies:
        # How it ended is told already, unless there is a reason.
        if body.get("status") in ("processing", "completed"):
            continue
        message = _COLOURED_LEVEL.sub(lambda found: "" if found[1] == "info" else f"{found[1]}: ", body["message"])
        yield from (line for text in message.split("\n") for line in _wrapped(text, "    "))


def _wrapped(text: str, indent: str, further: str | None = None) -> list[str]:
    named = _FOLDER.sub(lambda found: "<template folder>" if found[1] else "<workspace>", text.expandtabs(4))
    clean = _CONTROL.sub("\ufffd", named)
    own = clean[: len(clean) - len(clean.lstrip(" "))][: WIDTH // 2]
    return textwrap.wrap(
        clean.strip(" "),
        WIDTH,
        initial_indent=indent + own,
        subsequent_indent=(indent if further is None else further) + own,
        break_on_hyphens=False,
    ) or [""]
