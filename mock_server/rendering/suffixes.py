"""What can follow an expression: properties, slices, calls and filters."""

from dataclasses import dataclass

from mock_server.rendering.cookiecutter import FILTER_NAMES, member_of
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.expressions import Arguments, Expression
from mock_server.rendering.filters.table import filtered
from mock_server.rendering.members import property_of, slice_of
from mock_server.rendering.run import Run
from mock_server.rendering.values import Function, Value


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
    """`(arguments)`."""

    arguments: Arguments

    def apply(self, value: Value, run: Run) -> Value:
        if not isinstance(value, Function):
            raise EvaluationError("what is called is not a function")
        positional, keywords = self.arguments.evaluate(run)
        return value.call(run.budget, positional, keywords)


@dataclass(frozen=True, slots=True)
class Filter:
    """`| name(arguments)`."""

    name: str
    arguments: Arguments

    def apply(self, value: Value, run: Run) -> Value:
        positional, keywords = self.arguments.evaluate(run)
        name = FILTER_NAMES.get(self.name, self.name) if run.cookiecutter else self.name
        return filtered(name, value, positional, keywords, run.budget)


def _member(value: Value, key: Value, run: Run) -> Value:
    return (member_of if run.cookiecutter else property_of)(value, key, run.budget)
