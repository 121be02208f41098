"""The nodes of expressions that combine or judge others."""

from dataclasses import dataclass

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.comparison import contains
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.expressions import Arguments, Expression
from mock_server.rendering.operators import Operator, floor, power
from mock_server.rendering.predicates import holds
from mock_server.rendering.run import Run
from mock_server.rendering.values import Value, to_number, truthy


@dataclass(frozen=True, slots=True)
class Sign:
    """A plus or minus in front."""

    operand: Expression
    factor: int

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        return self.factor * to_number(self.operand.evaluate(run), run.budget)


@dataclass(frozen=True, slots=True)
class Not:
    """`not operand`."""

    operand: Expression

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        return not truthy(self.operand.evaluate(run))


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands joined by operators of one precedence, computed from the left."""

    first: Expression
    rest: tuple[tuple[Operator, Expression], ...]

    def evaluate(self, run: Run) -> Value:
        value = self.first.evaluate(run)
        for operator, operand in self.rest:
            run.budget.spend()
            value = operator(value, operand.evaluate(run), run.budget)
        return value


@dataclass(frozen=True, slots=True)
class Power:
    """Operands joined by `**`, computed from the left."""

    operands: tuple[Expression, ...]

    def evaluate(self, run: Run) -> Value:
        value = self.operands[0].evaluate(run)
        for operand in self.operands[1:]:
            run.budget.spend()
            value = power(value, operand.evaluate(run), run.budget)
        return value


@dataclass(frozen=True, slots=True)
class Floor:
    """What `//` makes of the quotient before it."""

    quotient: Expression

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        return floor(self.quotient.evaluate(run), run.budget)


@dataclass(frozen=True, slots=True)
class Decision:
    """`a or b` and `a and b`: the first operand whose truth settles the matter."""

    operands: tuple[Expression, ...]
    settles: bool

    def evaluate(self, run: Run) -> Value:
        value: Value = UNDEFINED
        for operand in self.operands:
            run.budget.spend()
            value = operand.evaluate(run)
            if truthy(value) is self.settles:
                break
        return value


@dataclass(frozen=True, slots=True)
class Membership:
    """`member in container`."""

    member: Expression
    container: Expression

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        member = self.member.evaluate(run)
        return contains(self.container.evaluate(run), member, run.budget)


@dataclass(frozen=True, slots=True)
class Test:
    """`subject is name(arguments)`.

    The name is None if an operator follows: the real renderer takes that for a part of the test, and then whatever is
    defined fails it.
    """

    subject: Expression
    name: str | None
    arguments: Arguments
    offset: int

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        subject = self.subject.evaluate(run)
        positional, keywords = self.arguments.evaluate(run)
        if self.name is None:
            return subject is UNDEFINED
        try:
            return holds(self.name, subject, [*positional, *([keywords] if keywords else [])], run.budget)
        except EvaluationError as error:
            error.happened_at(self.offset)
            raise


@dataclass(frozen=True, slots=True)
class Conditional:
    """`yes if condition else no`; an empty text if there is no else."""

    condition: Expression
    yes: Expression
    no: Expression

    def evaluate(self, run: Run) -> Value:
        run.budget.spend()
        return (self.yes if truthy(self.condition.evaluate(run)) else self.no).evaluate(run)
