"""What is levelled before a recorded body and ours are compared. Nothing else is.

- A time is `<time>`; null stays null.
- A UUID is `<uuid>`, an etag (40 hexadecimal digits) `<etag>`. Ids of tasks and events are not levelled but
  translated, see `identities`: whoever names one must name the right one.
- A token is `<jwt>`, and the seconds that it lasts are `<seconds>`.
- The frames of a stack trace are one line, `at <frames>`.
- An absolute path of the machine is `<path>`, wherever this repository lies on it.
- On routes that describe actions, filters and permissions, prose is `<prose>`, however many examples there are.
"""

import re
from collections.abc import Container
from pathlib import Path
from typing import Any

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_ETAG = re.compile(r"\b[0-9a-f]{40}\b")
_FRAMES = re.compile(r"(?:\n    at [^\n]*)+")
_HERE = Path(__file__).parents[2]
_MACHINE_PATH = re.compile(
    rf"(?<![\w.:/<])(?:{re.escape(str(_HERE))}|/(?:srv|tmp|home|root|var|usr|opt|private))/[\w.@+/-]*[\w@+-]"
)
_FILE_URL = re.compile(r"file:/{1,3}(?:[\w.@+-]+/)*[\w.@+-]+")
_FRAMES_LEFT = "\n    at <frames>"

_DESCRIBING = (
    "/v2/actions",
    "/v2/templating-extensions",
    "/.well-known/backstage/permissions/metadata",
    "/openapi.json",
)
_PROSE = {"description", "example", "notes", "title"}


def levelled(value: Any, path: str, task_ids: Container[str] = ()) -> Any:
    """A body with everything levelled that may differ. `path` is the route that gave it."""
    return _Levelling(task_ids).value(without_prose(path, value))


def without_prose(path: str, body: Any) -> Any:
    """The body without the sentences of its author, if the route is one that describes."""
    return _without_prose(body) if path.rstrip("/").lower().endswith(_DESCRIBING) else body


def without_machine(value: Any) -> Any:
    """The value without where things lie on the machine that it comes from."""
    if isinstance(value, str):
        return _MACHINE_PATH.sub("<path>", _FILE_URL.sub("file://<path>", _FRAMES.sub(_FRAMES_LEFT, value)))
    if isinstance(value, list):
        return [without_machine(item) for item in value]
    if isinstance(value, dict):
        return {key: without_machine(item) for key, item in value.items()}
    return value


def _without_prose(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_prose(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: "<prose>"
        if (key in _PROSE and isinstance(item, str)) or (key == "examples" and isinstance(item, list))
        else _without_prose(item)
        for key, item in value.items()
    }


class _Levelling:
    def __init__(self, task_ids: Container[str]) -> None:
        self._task_ids = task_ids

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {self._text(key): self._member(key, item) for key, item in value.items()}
        return value

    def _member(self, key: str, value: Any) -> Any:
        if key == "token" and isinstance(value, str):
            return "<jwt>"
        if key == "expiresInSeconds" and isinstance(value, int):
            return "<seconds>"
        return self.value(value)

    def _text(self, text: str) -> str:
        text = str(without_machine(text))
        return _UUID.sub(self._id, _ETAG.sub("<etag>", _TIME.sub("<time>", text)))

    def _id(self, found: re.Match[str]) -> str:
        return found[0] if found[0] in self._task_ids else "<uuid>"
