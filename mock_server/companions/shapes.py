"""Shapes that JSON values are read by, with what is wrong told in the words of Zod, by which the real plugins read."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from mock_server.javascript.keys import ordered
from mock_server.javascript.numerals import is_number

# As many as what fits into a body of 100 kB can take.
MAX_STEPS = 50_000
# Nobody reads more of them than this.
MAX_ISSUES = 100

Path = tuple[str | int, ...]
Issue = dict[str, Any]
# Like Zod, a value that has the right type but breaks another rule is worth more than one of a wrong type.
Outcome = Literal["valid", "dirty", "invalid"]


class _Absent:
    """Stands for a member that an object lacks."""


ABSENT = _Absent()


class TooComplex(ValueError):
    """A value that would take too long to read."""

    def __init__(self) -> None:
        super().__init__("The value is too complex")


@dataclass(slots=True)
class Reading:
    """What is found wrong on the way, and how much more may be looked at."""

    issues: list[Issue] = field(default_factory=list)
    budget: list[int] = field(default_factory=lambda: [MAX_STEPS])

    def apart(self) -> "Reading":
        return Reading(budget=self.budget)

    def spend(self) -> None:
        self.budget[0] -= 1
        if self.budget[0] < 0:
            raise TooComplex

    def wrong_type(self, expected: str, value: Any, path: Path) -> None:
        received = type_name(value)
        message = "Required" if value is ABSENT else f"Expected {expected}, received {received}"
        self.issues.append(
            {"code": "invalid_type", "expected": expected, "received": received, "path": path, "message": message}
        )


class Shape(Protocol):
    """Reads a value: what becomes of it, and how it went."""

    def __call__(self, value: Any, path: Path, reading: Reading) -> tuple[Outcome, Any]: ...


def type_name(value: Any) -> str:
    """The type of a value as Zod names it."""
    if value is ABSENT:
        return "undefined"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if is_number(value):
        return "number"
    return "array" if isinstance(value, list) else "object"


def of_type(name: str) -> Shape:
    """Any value of a primitive type."""

    def read(value: Any, path: Path, reading: Reading) -> tuple[Outcome, Any]:
        reading.spend()
        if type_name(value) == name:
            return "valid", value
        reading.wrong_type(name, value, path)
        return "invalid", None

    return read


def never(value: Any, path: Path, reading: Reading) -> tuple[Outcome, Any]:
    """No value at all."""
    reading.spend()
    reading.wrong_type("never", value, path)
    return "invalid", None


def one_of(*options: str) -> Shape:
    """One of these texts."""
    expected = " | ".join(f"'{option}'" for option in options)

    def read(value: Any, path: Path, reading: Reading) -> tuple[Outcome, Any]:
        reading.spend()
        if not isinstance(value, str):
            reading.wrong_type(expected, value, path)
            issue = reading.issues[-1]
            reading.issues[-1] = {key: issue[key] for key in ("expected", "received", "code", "path", "message")}
            return "invalid", None
        if value not in options:
            message = f"Invalid enum value. Expected {expected}, received '{value}'"
            issue = {"received": value, "code": "invalid_enum_value", "options": options, "path": path}
            reading.issues.append({**issue, "message": message})
            return "invalid", None
        return "valid", value

    return read


def literal(expected: str) -> Shape:
    """This text and no other."""

    def read(value: Any, path: Path, reading: Reading) -> tuple[Outcome, Any]:
        reading.spend()
        if value == expected and isinstance(value, str):
            return "valid", value
        received = {} if value is ABSENT else {"received": value}
        issue = {**received, "code": "invalid_literal", "expected": expected, "path": path}
        reading.issues.append({**issue, "message": f"Invalid literal value, expected {json.dumps(expected)}"})
        return "invalid", None

    return read


def whole_from_one(value: Any, path: Path, reading: Reading) -> tuple[Outcome, Any]:
    """A whole number of at least one."""
    reading.spend()
    if not is_number(value):
        reading.wrong_type("number", value, path)
        return "invalid", None
    outcome: Outcome = "valid"
    issue: Issue
    if value != int(value):
        issue = {"code": "invalid_type", "expected": "integer", "received": "float"}
        reading.issues.append({**issue, "message": "Expected integer, received float", "path": path})
        outcome = "dirty"
    if value < 1:
        issue = {"code": "too_small", "minimum": 1, "type": "number", "inclusive": True, "exact": False}
        reading.issues.append({**issue, "message": "Number must be greater than or equal to 1", "path": path})
        outcome = "dirty"
    return outcome, value


def matching(pattern: str) -> Shape:
    """A text that matches a pattern."""
    compiled = re.compile(pattern)

    def read(value: Any, path: Path, reading: Reading) -> tuple[Outcome, Any]:
        reading.spend()
        if compiled.fullmatch(value):
            return "valid", value
        issue = {"validation": "regex", "code": "invalid_string", "message": "Invalid", "path": path}
        reading.issues.append(issue)
        return "dirty", value

    return read


def optional(shape: Shape) -> Shape:
    """What may be absent."""
    return lambda value, path, reading: ("valid", ABSENT) if value is ABSENT else shape(value, path, reading)


def lazy(made: Callable[[], Shape]) -> Shape:
    """A shape that is not yet there, so that one may hold itself."""
    return lambda value, path, reading: made()(value, path, reading)


def array(item: Shape, *, may_be_empty: bool = True) -> Shape:
    """A list of items of one shape."""

    def read(value: Any, path: Path, reading: Reading) -> tuple[Outcome, Any]:
        reading.spend()
        if not isinstance(value, list):
            reading.wrong_type("array", value, path)
            return "invalid", None
        if not value and not may_be_empty:
            issue = {"code": "too_small", "minimum": 1, "type": "array", "inclusive": True, "exact": False}
            reading.issues.append({**issue, "message": "Array must contain at least 1 element(s)", "path": path})
            return "dirty", value
        results = []
        for at, each in enumerate(value):
            results.append(item(each, (*path, at), reading))
            if len(reading.issues) >= MAX_ISSUES:
                break
        return worst(outcome for outcome, _ in results), [read for _, read in results]

    return read


def members(shapes: Mapping[str, Shape], *, strict: bool = False) -> Shape:
    """An object with these members; others are passed over, or held against it."""

    def read(value: Any, path: Path, reading: Reading) -> tuple[Outcome, Any]:
        reading.spend()
        if not isinstance(value, Mapping):
            reading.wrong_type("object", value, path)
            return "invalid", None
        results = {name: shape(value.get(name, ABSENT), (*path, name), reading) for name, shape in shapes.items()}
        outcome = worst(each for each, _ in results.values())
        unknown = [key for key, _ in ordered(value) if key not in shapes] if strict else []
        if unknown:
            message = "Unrecognized key(s) in object: " + ", ".join(f"'{key}'" for key in unknown)
            reading.issues.append({"code": "unrecognized_keys", "keys": unknown, "path": path, "message": message})
            outcome = worst([outcome, "dirty"])
        return outcome, {name: read for name, (_, read) in results.items() if read is not ABSENT}

    return read


def record(key: Shape, member: Shape) -> Shape:
    """An object of any keys of one shape, with members of another."""

    def read(value: Any, path: Path, reading: Reading) -> tuple[Outcome, Any]:
        reading.spend()
        if not isinstance(value, Mapping):
            reading.wrong_type("object", value, path)
            return "invalid", None
        outcomes: list[Outcome] = []
        found = {}
        for name, each in ordered(value):
            outcomes.append(key(name, (*path, name), reading)[0])
            outcome, found[name] = member(each, (*path, name), reading)
            outcomes.append(outcome)
        return worst(outcomes), found

    return read


def union(*shapes: Shape) -> Shape:
    """The first shape that fits; if none does, one that nearly does, or all that is wrong by each of them."""

    def read(value: Any, path: Path, reading: Reading) -> tuple[Outcome, Any]:
        reading.spend()
        tried: list[list[Issue]] = []
        dirty: tuple[Any, list[Issue]] | None = None
        for shape in shapes:
            apart = reading.apart()
            outcome, found = shape(value, path, apart)
            if outcome == "valid":
                return outcome, found
            if outcome == "dirty" and dirty is None:
                dirty = found, apart.issues
            tried.append(apart.issues)
        if dirty is not None:
            reading.issues += dirty[1]
            return "dirty", dirty[0]
        reading.issues.append({"code": "invalid_union", "unionErrors": tried, "path": path, "message": "Invalid input"})
        return "invalid", None

    return read


def worst(outcomes: Iterator[Outcome] | Sequence[Outcome]) -> Outcome:
    found = set(outcomes)
    return "invalid" if "invalid" in found else "dirty" if "dirty" in found else "valid"


def read_as(shape: Shape, value: Any, path: Path = ()) -> tuple[Any, list[Issue]]:
    """The value as the shape reads it, and what is wrong with it, counted from a path. Raises TooComplex."""
    reading = Reading()
    try:
        _, found = shape(value, path, reading)
    except RecursionError:
        raise TooComplex from None
    return found, reading.issues
