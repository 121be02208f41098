"""What the library zod, with which plugins of Backstage read bodies, says of a value that is not as it should be."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Path = tuple[str | int, ...]
Issue = dict[str, Any]

MAX_ITEMS_TOLD = 100
_MAX_ECHO = 1_000


class _Missing:
    """JavaScript's undefined: what an object lacks."""


MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a value, if anything is. One `of_its_kind` is wrong in its contents only."""

    issues: tuple[Issue, ...] = ()
    of_its_kind: bool = True

    @property
    def is_good(self) -> bool:
        return not self.issues


GOOD = Verdict()


class Shape(Protocol):
    """What a value should be like."""

    def judge(self, value: Any, path: Path) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Text:
    def judge(self, value: Any, path: Path) -> Verdict:
        return GOOD if isinstance(value, str) else _of_another_kind("string", value, path)


@dataclass(frozen=True, slots=True)
class Nothing:
    def judge(self, value: Any, path: Path) -> Verdict:
        return GOOD if value is MISSING else _of_another_kind("undefined", value, path)


@dataclass(frozen=True, slots=True)
class Literal:
    wanted: str

    def judge(self, value: Any, path: Path) -> Verdict:
        if value == self.wanted:
            return GOOD
        received = {} if value is MISSING else {"received": _echoed(value)}
        message = f'Invalid literal value, expected "{self.wanted}"'
        issue = {"code": "invalid_literal", "expected": self.wanted, "path": path, "message": message}
        return Verdict((received | issue,), of_its_kind=False)


@dataclass(frozen=True, slots=True)
class Optional:
    shape: Shape

    def judge(self, value: Any, path: Path) -> Verdict:
        return GOOD if value is MISSING else self.shape.judge(value, path)


@dataclass(frozen=True, slots=True)
class Items:
    """A list. Of very many items that are wrong only the first are told."""

    shape: Shape
    may_be_empty: bool = True

    def judge(self, value: Any, path: Path) -> Verdict:
        if not isinstance(value, list):
            return _of_another_kind("array", value, path)
        if not value and not self.may_be_empty:
            issue = {"code": "too_small", "minimum": 1, "type": "array", "inclusive": True, "exact": False}
            return Verdict(({**issue, "message": "Array must contain at least 1 element(s)", "path": path},))
        wrong = []
        for index, item in enumerate(value):
            verdict = self.shape.judge(item, (*path, index))
            if not verdict.is_good:
                wrong.append(verdict)
            if len(wrong) == MAX_ITEMS_TOLD:
                break
        return _together(wrong)


@dataclass(frozen=True, slots=True)
class Fields:
    """An object. What else is in it does not matter."""

    shapes: Mapping[str, Shape]

    def judge(self, value: Any, path: Path) -> Verdict:
        if not isinstance(value, dict):
            return _of_another_kind("object", value, path)
        return _together(shape.judge(value.get(name, MISSING), (*path, name)) for name, shape in self.shapes.items())


@dataclass(frozen=True, slots=True)
class Union:
    """Any of several; the first that is at least of its kind has the last word."""

    options: Sequence[Shape]

    def judge(self, value: Any, path: Path) -> Verdict:
        verdicts = []
        for option in self.options:
            verdict = option.judge(value, path)
            if verdict.is_good:
                return verdict
            verdicts.append(verdict)
        near = next((verdict for verdict in verdicts if verdict.of_its_kind), None)
        if near is not None:
            return near
        errors = [{"issues": verdict.issues, "name": "ZodError"} for verdict in verdicts]
        issue = {"code": "invalid_union", "unionErrors": errors, "path": path, "message": "Invalid input"}
        return Verdict((issue,), of_its_kind=False)


def worded(issues: Sequence[Issue]) -> str:
    """The message of an error with these issues."""
    return json.dumps(issues, indent=2, ensure_ascii=False)


def _together(verdicts: Iterable[Verdict]) -> Verdict:
    wrong = [verdict for verdict in verdicts if not verdict.is_good]
    issues = tuple(issue for verdict in wrong for issue in verdict.issues)
    return Verdict(issues, of_its_kind=all(verdict.of_its_kind for verdict in wrong))


def _of_another_kind(expected: str, value: Any, path: Path) -> Verdict:
    received = _kind(value)
    message = "Required" if value is MISSING else f"Expected {expected}, received {received}"
    issue = {"code": "invalid_type", "expected": expected, "received": received, "path": path, "message": message}
    return Verdict((issue,), of_its_kind=False)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "boolean", str: "string", list: "array", dict: "object", _Missing: "undefined"}
    return kinds.get(type(value), "number")


def _echoed(value: Any) -> Any:
    return value if len(json.dumps(value)) <= _MAX_ECHO else "..."
