"""JSONPath (RFC 9535): what a query finds in a JSON value."""

import re
from typing import Any

_SEGMENT = re.compile(r"\.([A-Za-z_]\w*)|\['([^'\\]*)'\]|\[(\d+)\]", re.ASCII)


class NotAPath(ValueError):
    """A text that is no JSONPath."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} is not a JSONPath: {reason}")


def find(path: str, value: Any) -> list[Any]:
    """Everything that the query finds, in order. Raises NotAPath."""
    keys = _keys(path)
    if keys is not None:
        return _follow(keys, value)
    # Imported here: it takes longer to load than the server takes to do anything else with an overlay.
    from jsonpath_ng.exceptions import JsonPathParserError
    from jsonpath_ng.ext.parser import parse

    try:
        return [match.value for match in parse(path).find(value)]
    except JsonPathParserError as error:
        raise NotAPath(path, str(error)) from error


def _keys(path: str) -> list[str | int] | None:
    """The names and indices of a singular query, which finds one value at most; None for any other."""
    keys: list[str | int] = []
    position = 1
    while match := _SEGMENT.match(path, position):
        position = match.end()
        keys.append(int(match[3]) if match[3] else match[1] or match[2])
    return keys if path.startswith("$") and position == len(path) else None


def _follow(keys: list[str | int], value: Any) -> list[Any]:
    for key in keys:
        is_there = key in value if isinstance(value, dict) else isinstance(value, list) and key in range(len(value))
        if not is_there:
            return []
        value = value[key]
    return [value]
