"""Texts that a scenario gives back as they are, although it renders them."""

import re
from typing import Any

# What begins something in a template, and the end of a comment, which is a mistake where none has begun.
_DELIMITERS = re.compile(r"\$\{\{|\{%|\{#|#\}")
_OWN_ID = "${{ context.task.id }}"
# Anything shorter may stand in a text for something else.
_SHORTEST_ID = 16


def verbatim(text: str, task_id: str = "") -> str:
    """A text that renders to this one, but for the id of the task, which becomes that of the task that replays it."""
    parts = text.split(task_id) if len(task_id) >= _SHORTEST_ID else [text]
    return _OWN_ID.join(_DELIMITERS.sub(r"${{ '\g<0>' }}", part) for part in parts)


def verbatim_value(value: Any, task_id: str = "") -> Any:
    """A JSON value with every text in it so; the keys of objects are not rendered."""
    if isinstance(value, str):
        return verbatim(value, task_id)
    if isinstance(value, list):
        return [verbatim_value(item, task_id) for item in value]
    if isinstance(value, dict):
        return {key: verbatim_value(item, task_id) for key, item in value.items()}
    return value
