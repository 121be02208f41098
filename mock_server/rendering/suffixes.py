"""What can follow an expression: properties, slices, calls and filters."""

import json
from dataclasses import dataclass

from mock_server.rendering.cookiecutter import FILTER_NAMES, member_of
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.expressions import Arguments, Expression
from mock_server.rendering.filters.table import FILTERS, filtered
from mock_server.rendering.members import property_of, slice_of
from mock_server.rendering.run import Run
from mock_server.rendering.suggestions import unknown
from mock_server.rendering.values import Function, Value, kind_of


@dataclass(frozen=True, slots=True)
class Member:
    """`.name`."""

    name: str

    def apply(self, value: Value, run: Run) -> Value:
        return _member(value, self.name, run)


@dataclass(frozen=True, slots=True)
class Index:
    """`[key]`."""

    key: Expression

    def apply(self, value: Value, run: Run) -> Value:
        return _member(value, self.key.evaluate(run), run)


@dataclass(frozen=True, slots=True)
class Slice:
    """`[start:stop:step]`."""

    bounds: tuple[Expression | None, Expression | None, Expression | None]

    def apply(self, value: Value, run: Run) -> Value:
        start, stop, step = (None if bound is None else bound.evaluate(run) for bound in self.bounds)
        return slice_of(value, start, stop, 1 if self.bounds[2] is None else step, run.budget)


@dataclass(frozen=True, slots=True)
class Call:
    """`(arguments)` after what ends at `offset`; `path` are its names, if it has no other parts."""

    arguments: Arguments
    path: str | None
    offset: int

    def apply(self, value: Value, run: Run) -> Value:
        if not isinstance(value, Function):
            subject = "expression" if self.path is None else f"value {json.dumps(self.path)}"
            raise EvaluationError(f"Template {subject} resolved to {kind_of(value)} and cannot be called", self.offset)
        positional, keywords = self.arguments.evaluate(run)
        try:
            return value.call(run.budget, positional, keywords)
        except EvaluationError as error:
            error.happened_at(self.offset)
            raise


@dataclass(frozen=True, slots=True)
class Filter:
    """`| name(arguments)`."""

    name: str
    arguments: Arguments
    offset: int

    def apply(self, value: Value, run: Run) -> Value:
        name = FILTER_NAMES.get(self.name, self.name) if run.cookiecutter else self.name
        if name not in FILTERS:
            raise EvaluationError(unknown("filter", name, FILTERS), self.offset)
        positional, keywords = self.arguments.evaluate(run)
        try:
            return filtered(name, value, positional, keywords, run.budget)
        except EvaluationError as error:
            message = f'Filter "{name}" failed for {kind_of(value)} input: {error}'
            raise EvaluationError(message, self.offset if error.offset is None else error.offset) from error


def _member(value: Value, key: Value, run: Run) -> Value:
    return (member_of if run.cookiecutter else property_of)(value, key, run.budget)
