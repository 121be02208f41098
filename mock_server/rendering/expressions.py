"""The nodes of expressions, each of which computes its value."""

from dataclasses import dataclass
from typing import Protocol

from mock_server.rendering.members import property_of
from mock_server.rendering.run import ENVIRONMENT, SECRETS, Run
from mock_server.rendering.values import Value


class Expression(Protocol):
    """Something that has a value."""

    def evaluate(self, run: Run) -> Value:
        """The value, in the present state of the rendering."""
        ...


class Suffix(Protocol):
    """Something that follows an expression and makes another value of its value."""

    def apply(self, value: Value, run: Run) -> Value:
        """The other value."""
        ...


@dataclass(frozen=True, slots=True)
class Arguments:
    """What stands between the parentheses of a call."""

    positional: tuple[Expression, ...] = ()
    keywords: tuple[tuple[str, Expression], ...] = ()

    def evaluate(self, run: Run) -> tuple[list[Value], dict[str, Value]]:
        """The values of the arguments."""
        values = [argument.evaluate(run) for argument in self.positional]
        return values, {name: argument.evaluate(run) for name, argument in self.keywords}


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: Value

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        return self.value


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        return run.lookup(self.name)


@dataclass(frozen=True, slots=True)
class EnvironmentPart:
    """`environment.key`, which reads secrets only if the key says so."""

    key: str

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        seen = run.read_secrets
        value = property_of(run.lookup(ENVIRONMENT), self.key, run.budget)
        run.read_secrets = seen or (self.key == SECRETS and run.read_secrets)
        return value


@dataclass(frozen=True, slots=True)
class ArrayLiteral:
    """`[a, b]`."""

    items: tuple[Expression, ...]

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        return [item.evaluate(run) for item in self.items]


@dataclass(frozen=True, slots=True)
class ObjectLiteral:
    """`{a: b}`."""

    members: tuple[tuple[str, Expression], ...]

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        return {key: item.evaluate(run) for key, item in self.members}


@dataclass(frozen=True, slots=True)
class Group:
    """An expression in parentheses; of several, the last counts."""

    items: tuple[Expression, ...]

    def evaluate(self, run: Run) -> Value:
        return [item.evaluate(run) for item in self.items][-1]


@dataclass(frozen=True, slots=True)
class Suffixed:
    """An expression with properties, calls or filters after it."""

    subject: Expression
    suffixes: tuple[Suffix, ...]

    def evaluate(self, run: Run) -> Value:
        value = self.subject.evaluate(run)
        for suffix in self.suffixes:
            run.budget.spend()
            value = suffix.apply(value, run)
        return value
