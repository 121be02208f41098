"""Reads a large JSON object member by member, and the items of a long array in it one by one."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from mock_server.snapshot.codec import InvalidSnapshot, Location

MOST_VALUES = 10_000_000
MOST_VALUES_OF_ONE = 1_000_000
DEEPEST = 200
# The longest that a template can have.
_LONGEST_NUMBER = 301


def members(text: str, array: str) -> Iterator[tuple[Location, Any]]:
    """The name and the value of each member of an object. The member `array` is empty at first; its items follow it.

    Numbers stay as they are written. Raises InvalidSnapshot, also for a name that stands there a second time.
    """
    if _most_values(text, 0, len(text)) > MOST_VALUES:
        raise InvalidSnapshot((), f"has more than {MOST_VALUES} values")
    try:
        yield from _Text(text).members(array)
    except json.JSONDecodeError as error:
        raise InvalidSnapshot((), f"is not valid JSON: {error.msg} at position {error.pos}") from None
    except RecursionError:
        raise InvalidSnapshot((), f"is nested deeper than {DEEPEST} levels") from None


class _Text:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def members(self, array: str) -> Iterator[tuple[Location, Any]]:
        self._expect("{")
        names: set[str] = set()
        for _ in self._until("}"):
            name = self._value()
            if not isinstance(name, str):
                raise self._mistake("a name is expected before it,")
            if name in names:
                raise InvalidSnapshot((name,), "is there a second time")
            names.add(name)
            self._expect(":")
            if name == array and self._sees("["):
                self._expect("[")
                yield (name,), []
                for index, _ in enumerate(self._until("]")):
                    yield (name, index), self._member(name, index)
            else:
                yield (name,), self._member(name)
        if self._skipped() != len(self._text):
            raise self._mistake("extra data")

    def _until(self, bracket: str) -> Iterator[None]:
        """Once for each of what stands before the bracket, with a comma between them."""
        if not self._sees(bracket):
            yield
            while self._sees(","):
                self._expect(",")
                yield
        self._expect(bracket)

    def _member(self, *location: str | int) -> Any:
        at = self._skipped()
        value = self._value()
        if _most_values(self._text, at, self._at) > MOST_VALUES_OF_ONE:
            raise InvalidSnapshot(location, f"has more than {MOST_VALUES_OF_ONE} values")
        brackets = self._text.count("[", at, self._at) + self._text.count("{", at, self._at)
        if brackets > DEEPEST and _is_deep(value):
            raise InvalidSnapshot(location, f"is nested deeper than {DEEPEST} levels")
        return value

    def _value(self) -> Any:
        at = self._skipped()
        try:
            value, self._at = _DECODER.raw_decode(self._text, at)
        except json.JSONDecodeError:
            raise
        except ValueError as error:
            raise InvalidSnapshot((), f"is not valid JSON: {error}") from None
        return value

    def _sees(self, character: str) -> bool:
        return self._text.startswith(character, self._skipped())

    def _expect(self, character: str) -> None:
        if not self._sees(character):
            raise self._mistake(f"'{character}' is expected")
        self._at += 1

    def _skipped(self) -> int:
        found = _WHITESPACE.match(self._text, self._at)
        self._at = self._at if found is None else found.end()
        return self._at

    def _mistake(self, reason: str) -> InvalidSnapshot:
        return InvalidSnapshot((), f"is not valid JSON: {reason} at position {self._at}")


def _most_values(text: str, start: int, end: int) -> int:
    """No fewer than there are, told by their punctuation: who reads must not begin with what takes long."""
    return sum(text.count(character, start, end) for character in ",[{") + 1


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [item for item in level if isinstance(item, dict | list)]
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
    return any(isinstance(item, dict | list) for item in level)


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is out of bounds")
    return number


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


_WHITESPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_finite, parse_constant=_refuse)
