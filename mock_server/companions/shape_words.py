"""What is wrong with a value that does not fit its shape, in the two ways in which the real plugins tell it."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from mock_server.companions.shapes import Issue, Path

_MOST_ISSUES = 99
_LONGEST = 200_000
_TOO_DEEP = "Validation error: Invalid input, nested too deep to tell where"
_NAME_LIKE = re.compile(r"[^\W\d]|\$")


def in_a_sentence(issues: Sequence[Issue]) -> str:
    """The issues as the library zod-validation-error tells them."""
    try:
        return _cut(f"Validation error: {_joined(issues[:_MOST_ISSUES])}")
    except RecursionError:
        return _TOO_DEEP


def as_json(issues: Sequence[Issue]) -> str:
    """The issues as Zod itself tells them."""
    try:
        written = _encoder.iterencode([_listed(issue) for issue in issues])
        return _cut("".join(_up_to_length(written)))
    except RecursionError:
        return _TOO_DEEP


_encoder = json.JSONEncoder(indent=2, ensure_ascii=False)


def _cut(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."


def _joined(issues: Sequence[Issue]) -> str:
    return "; ".join(_up_to_length(_told(issue) for issue in issues))


def _told(issue: Issue) -> str:
    if issue["code"] == "invalid_union":
        return ", or ".join(dict.fromkeys(_up_to_length(_joined(issues) for issues in issue["unionErrors"])))
    path: Path = issue["path"]
    if not path:
        return str(issue["message"])
    if len(path) == 1 and isinstance(path[0], int):
        return f"{issue['message']} at index {path[0]}"
    return f'{issue["message"]} at "{_place(path)}"'


def _up_to_length(parts: Iterator[str]) -> Iterator[str]:
    length = 0
    for part in parts:
        yield part
        length += len(part)
        if length > _LONGEST:
            return


def _place(path: Path) -> str:
    if len(path) == 1:
        return str(path[0]) or '""'
    place = ""
    for part in path:
        if isinstance(part, int):
            place += f"[{part}]"
        elif '"' in part:
            place += '["{}"]'.format(part.replace('"', '\\"'))
        elif not _NAME_LIKE.search(part):
            place += f'["{part}"]'
        else:
            place += f".{part}" if place else part
    return place


def _listed(issue: Issue) -> dict[str, Any]:
    if issue["code"] != "invalid_union":
        return issue
    errors = [{"issues": [_listed(each) for each in issues], "name": "ZodError"} for issues in issue["unionErrors"]]
    return {**issue, "unionErrors": errors}
