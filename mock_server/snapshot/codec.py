"""Frozen dataclasses as JSON and back, by their type hints. Keys are in camelCase; what has its default has none."""

import dataclasses
import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")
Location = tuple[str | int, ...]

MAX_NUMBER = 2**53 - 1

_HUMP = re.compile(r"_([a-z])")


class InvalidSnapshot(ValueError):
    """A document of which no world can be made: where in it, and why."""

    def __init__(self, location: Location, reason: str) -> None:
        super().__init__(f"/{'/'.join(map(str, location))} {reason}")


def encode(value: Any) -> Any:
    """The JSON of a dataclass, or of whatever stands in one."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            key: encode(getattr(value, name))
            for name, key, default in _fields(type(value))
            if getattr(value, name) != default
        }
    if isinstance(value, Enum):
        return value.value
    return [encode(item) for item in value] if isinstance(value, tuple) else value


def decode(kind: type[T], data: Any, location: Location = ()) -> T:
    """The dataclass that JSON makes. Raises InvalidSnapshot."""
    decoded: T = _decoded(kind, data, location)
    return decoded


def _decoded(kind: Any, data: Any, location: Location) -> Any:
    if kind is Any:
        return data
    if isinstance(kind, UnionType):
        return _one_of(get_args(kind), data, location)
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, data, location)
    origin = get_origin(kind)
    if origin is tuple:
        item = get_args(kind)[0]
        return tuple(_decoded(item, each, (*location, at)) for at, each in enumerate(_are(list, data, location)))
    if origin in {dict, Mapping}:
        return _are(dict, data, location)
    if kind is int:
        return _integer(data, location)
    if issubclass(kind, Enum):
        allowed = [member.value for member in kind]
        if data not in allowed:
            raise InvalidSnapshot(location, f"must be one of {', '.join(allowed)}")
        return kind(data)
    return _are(kind, data, location)


def _dataclass(kind: Any, data: Any, location: Location) -> Any:
    given, hints = _are(dict, data, location), _hints(kind)
    fields = _fields(kind)
    unknown = given.keys() - {key for _, key, _ in fields}
    if unknown:
        raise InvalidSnapshot(location, f"must have no {min(unknown)!r:.100}")
    made = {}
    for name, key, default in fields:
        if key in given:
            made[name] = _decoded(hints[name], given[key], (*location, key))
        elif default is dataclasses.MISSING:
            raise InvalidSnapshot(location, f"must have {key!r}")
    return kind(**made)


def _one_of(kinds: tuple[Any, ...], data: Any, location: Location) -> Any:
    if data is None and NoneType in kinds:
        return None
    mistake: InvalidSnapshot | None = None
    for kind in kinds:
        if kind is not NoneType:
            try:
                return _decoded(kind, data, location)
            except InvalidSnapshot as error:
                mistake = mistake or error
    raise mistake or InvalidSnapshot(location, "must be null")


def _integer(data: Any, location: Location) -> int:
    # In JSON 2.0 is an integer, too; and true is none.
    if isinstance(data, float) and data.is_integer():
        data = int(data)
    if not isinstance(data, int) or isinstance(data, bool) or abs(data) > MAX_NUMBER:
        raise InvalidSnapshot(location, "must be an integer that JavaScript has, too")
    return data


def _are(kind: Any, data: Any, location: Location) -> Any:
    if not isinstance(data, kind):
        raise InvalidSnapshot(location, f"must be {_NAMES[kind]}")
    return data


_NAMES = {list: "an array", dict: "an object", str: "a string", bool: "true or false"}


@lru_cache(maxsize=64)
def _fields(kind: type) -> tuple[tuple[str, str, Any], ...]:
    """The name of each field, its key in JSON, and its default."""
    return tuple(
        (field.name, _HUMP.sub(lambda hump: hump[1].upper(), field.name), field.default)
        for field in dataclasses.fields(kind)
    )


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
