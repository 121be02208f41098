"""The statements that choose and repeat."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mock_server.javascript.keys import ordered
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.comparison import strictly_equal
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.expressions import Expression
from mock_server.rendering.run import Run, Scope
from mock_server.rendering.statements import Body
from mock_server.rendering.values import Value, truthy


@dataclass(frozen=True, slots=True)
class If:
    """`{% if %}` with all its branches."""

    branches: tuple[tuple[Expression, Body], ...]
    otherwise: Body

    def write(self, run: Run, parts: list[str]) -> None:
        for condition, body in self.branches:
            if truthy(condition.evaluate(run)):
                body.write(run, parts)
                return
        self.otherwise.write(run, parts)


@dataclass(frozen=True, slots=True)
class Switch:
    """`{% switch %}`; an empty case shares the body of the next one."""

    subject: Expression
    cases: tuple[tuple[Expression, Body], ...]
    otherwise: Body

    def write(self, run: Run, parts: list[str]) -> None:
        subject = self.subject.evaluate(run)
        found = False
        for expected, body in self.cases:
            found = found or strictly_equal(subject, expected.evaluate(run), run.budget)
            if found and body.statements:
                body.write(run, parts)
                return
        self.otherwise.write(run, parts)


@dataclass(frozen=True, slots=True)
class For:
    """`{% for %}` over the elements of an array or text, or the members of an object."""

    names: tuple[str, ...]
    subject: Expression
    body: Body
    otherwise: Body

    def write(self, run: Run, parts: list[str]) -> None:
        subject = self.subject.evaluate(run)
        if isinstance(subject, (str, list, dict)):
            run.budget.spend(len(subject) * (2 + len(self.names)))
        rounds = self._rounds(subject)
        outer = run.scope
        run.scope = Scope(outer)
        if not rounds:
            # The names of the loop hide what they stood for, here too.
            run.scope.names.update(dict.fromkeys(self.names, UNDEFINED))
            self.otherwise.write(run, parts)
        for loop, values in zip(_loops(len(rounds)), rounds, strict=True):
            run.scope.names.update(zip(self.names, values, strict=True), loop=loop)
            self.body.write(run, parts)
        run.scope = outer

    def _rounds(self, subject: Value) -> list[tuple[Value, ...]]:
        count = len(self.names)
        if isinstance(subject, dict):
            return [_padded(pair, count) for pair in ordered(subject)] if count > 1 else []
        if isinstance(subject, str):
            return [
                _padded((str(index), character) if count > 1 else (character,), count)
                for index, character in enumerate(subject)
            ]
        if not isinstance(subject, list):
            return []
        if count == 1:
            return [(item,) for item in subject]
        if any(item is None or item is UNDEFINED for item in subject):
            raise EvaluationError("what is null or undefined has no parts")
        return [_padded(item if isinstance(item, (list, str)) else (), count) for item in subject]


def _padded(values: Sequence[Value], count: int) -> tuple[Value, ...]:
    return (*values[:count], *(UNDEFINED,) * (count - len(values)))


def _loops(length: int) -> Iterator[dict[str, Value]]:
    for index in range(length):
        yield {
            "index": index + 1,
            "index0": index,
            "revindex": length - index,
            "revindex0": length - index - 1,
            "first": index == 0,
            "last": index == length - 1,
            "length": length,
        }
