"""The nodes of templates, each of which writes text."""

from dataclasses import dataclass
from typing import Protocol

from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.expressions import Expression
from mock_server.rendering.run import Run, Scope
from mock_server.rendering.values import Value, to_output


class Statement(Protocol):
    """Something that adds to the text of a rendering."""

    def write(self, run: Run, parts: list[str]) -> None:
        """Append the text to `parts`."""
        ...


@dataclass(frozen=True, slots=True)
class Body:
    """Statements that follow each other."""

    statements: tuple[Statement, ...]
    offsets: tuple[int, ...]

    def write(self, run: Run, parts: list[str]) -> None:
        for statement, offset in zip(self.statements, self.offsets, strict=True):
            run.budget.spend()
            try:
                statement.write(run, parts)
            except EvaluationError as error:
                error.happened_at(offset)
                raise

    def text(self, run: Run) -> str:
        """What the statements write, on its own."""
        parts: list[str] = []
        self.write(run, parts)
        run.budget.admit(sum(map(len, parts)))
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Text:
    """Text outside of tags."""

    text: str

    def write(self, run: Run, parts: list[str]) -> None:
        run.budget.admit(len(self.text))
        parts.append(self.text)


@dataclass(frozen=True, slots=True)
class Output:
    """`${{ expression }}`."""

    expression: Expression

    def write(self, run: Run, parts: list[str]) -> None:
        text = to_output(self.expression.evaluate(run), run.budget)
        run.budget.admit(len(text))
        parts.append(text)


@dataclass(frozen=True, slots=True)
class Set:
    """`{% set a, b = expression %}`; a `local` one sets the names at the present level whatever is around it."""

    names: tuple[str, ...]
    value: Expression
    local: bool = False

    def write(self, run: Run, _parts: list[str]) -> None:
        value = self.value.evaluate(run)
        run.budget.spend(len(self.names))
        for name in self.names:
            if self.local:
                run.scope.names[name] = value
            else:
                run.assign(name, value)


@dataclass(frozen=True, slots=True)
class Captured:
    """What statements write, as the value of an expression."""

    body: Body

    def evaluate(self, run: Run) -> Value:
        return self.body.text(run)


@dataclass(frozen=True, slots=True)
class Block:
    """`{% block %}`, which keeps to itself what it sets."""

    body: Body

    def write(self, run: Run, parts: list[str]) -> None:
        outer = run.scope
        run.scope = Scope(outer, isolated=True)
        self.body.write(run, parts)
        run.scope = outer
