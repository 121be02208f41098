"""What a server may tell with a task and should not be passed on."""

import json
from collections.abc import Iterator
from typing import Any

_SECRET_KEYS = frozenset({"secrets", "__initiatorCredentials", "backstageToken"})
# Templates, whose secrets are only named: `secrets: {token: "${{ secrets.token }}"}`.
_TEMPLATE_KEYS = frozenset({"steps", "output", "templateInfo"})
# In credentials that are JSON, the shorter texts are words such as `user`.
_SHORTEST_IN_CREDENTIALS = 16


def secret_texts(data: Any, *, is_secret: bool = False) -> Iterator[str]:
    """Every text among the secrets that stand in a task."""
    if isinstance(data, dict):
        for key, value in data.items():
            if is_secret or key not in _TEMPLATE_KEYS:
                yield from secret_texts(value, is_secret=is_secret or key in _SECRET_KEYS)
    elif isinstance(data, list):
        for item in data:
            yield from secret_texts(item, is_secret=is_secret)
    elif isinstance(data, str) and is_secret:
        yield data
        yield from _credentials(data)


def _credentials(text: str) -> Iterator[str]:
    try:
        value = json.loads(text) if text.startswith("{") else None
    except (ValueError, RecursionError):
        return
    pending: list[Any] = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            pending += current.values()
        elif isinstance(current, list):
            pending += current
        elif isinstance(current, str) and len(current) >= _SHORTEST_IN_CREDENTIALS:
            yield current
