"""Which parts of an entity are wanted: paths with dots, the rest is left out."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mock_server.entities import Entity
from mock_server.javascript.keys import is_array_index, ordered
from mock_server.javascript.numerals import WHITESPACE
from mock_server.request import InvalidRequest

MAX_FIELDS = 1_000
# What is deeper than this is in no entity.
_DEEPEST = 50

Projection = Callable[[Entity], Any]
_NOTHING = object()


def read_fields(given: Iterable[str] | None) -> Projection | None:
    """What leaves of an entity these fields only; None if all of it is wanted. Raises InvalidRequest.

    Each text may name several fields, with commas between them.
    """
    fields = list(dict.fromkeys(_stripped(part) for text in given or () for part in text.split(",") if _stripped(part)))
    if not fields:
        return None
    if len(fields) > MAX_FIELDS:
        raise InvalidRequest(f"More than {MAX_FIELDS} fields are asked for")
    for field in fields:
        if "[" in field:
            raise InvalidRequest(f'Invalid field "{field}", array type fields are not supported')
    paths = [field.split(".") for field in fields if field.count(".") < _DEEPEST]

    def project(entity: Entity) -> dict[str, Any]:
        output: dict[str, Any] = {}
        for parts in paths:
            path, value = _looked_up(entity, parts)
            if path:
                _put(output, path, value)
        return output

    return project


def _looked_up(entity: Entity, parts: list[str]) -> tuple[list[str], Any]:
    """The keys that lead to a value, and the value; no keys if there is none. A key may have dots in it."""
    path: list[str] = []
    value: Any = entity
    pending = ""
    for part in parts:
        key = pending + part
        found = _member(value, key)
        if found is _NOTHING:
            pending = f"{key}."
        else:
            path.append(key)
            value, pending = found, ""
    return ([], None) if pending else (path, value)


def _member(value: Any, key: str) -> Any:
    """A member of a JavaScript value: texts and lists have indices and a length, too."""
    if isinstance(value, Mapping):
        return value.get(key, _NOTHING)
    if isinstance(value, list | str):
        if key == "length":
            return len(value)
        if is_array_index(key) and int(key) < len(value):
            return value[int(key)]
    return _NOTHING


def _put(output: dict[str, Any], path: list[str], value: Any) -> None:
    holder: Any = output
    for key, following in itertools.pairwise(path):
        inner = _member(holder, key)
        if isinstance(inner, Mapping):
            inner = dict(inner)
        elif isinstance(inner, list):
            inner = list(inner)
        else:
            inner = [] if is_array_index(following) else {}
        _set(holder, key, inner)
        holder = inner
    _set(holder, path[-1], value)


def _set(holder: Any, key: str, value: Any) -> None:
    if isinstance(holder, dict):
        holder[key] = value
        if is_array_index(key):
            in_order = dict(ordered(holder))
            holder.clear()
            holder.update(in_order)
        return
    length = value if key == "length" else max(len(holder), int(key) + 1)
    del holder[length:]
    holder += [None] * (length - len(holder))
    if key != "length":
        holder[int(key)] = value


def _stripped(text: str) -> str:
    return text.strip(WHITESPACE)
