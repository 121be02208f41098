"""Builds expressions from tokens, with the precedence that templates have on the real renderer."""

from mock_server.rendering.errors import BudgetExhausted, TemplateSyntaxError
from mock_server.rendering.expressions import (
    Arguments,
    EnvironmentPart,
    Expression,
    Literal,
    Name,
    Suffix,
    Suffixed,
)
from mock_server.rendering.limits import Budget
from mock_server.rendering.operands import primary, subscript
from mock_server.rendering.operations import (
    Chain,
    Conditional,
    Decision,
    Floor,
    Membership,
    Not,
    Power,
    Sign,
)
from mock_server.rendering.operators import EQUALITY, OPERATORS, Operator, divide, multiply, remainder
from mock_server.rendering.rewriting import Operations, chained, negated, test_of
from mock_server.rendering.run import ENVIRONMENT
from mock_server.rendering.suffixes import Call, Filter, Index, Member
from mock_server.rendering.token_reader import TokenReader
from mock_server.rendering.tokens import Token

OR, AND, IN, IS = 1, 2, 4, 5


class ExpressionParser(TokenReader):
    """Reads expressions, nested no deeper than the limits of the budget allow."""

    def __init__(self, tokens: tuple[Token, ...], budget: Budget) -> None:
        super().__init__(tokens)
        self._budget = budget
        self._room = budget.limits.depth

    def expression(self) -> Expression:
        """One expression, an inline if included."""
        value = self._operation(OR)
        if not self.skip("if", "name"):
            return value
        condition = self._operation(OR)
        return Conditional(condition, value, self._operation(OR) if self.skip("else", "name") else Literal(""))

    def arguments(self) -> Arguments:
        """The arguments after an opening parenthesis, up to the closing one; named ones may come before others."""
        positional: list[Expression] = []
        keywords: list[tuple[str, Expression]] = []
        while not self.skip(")"):
            if (positional or keywords) and not self.skip(","):
                raise self.expected(")")
            value = self.expression()
            if isinstance(value, Name) and self.skip("="):
                keywords.append((value.name, self.expression()))
            else:
                positional.append(value)
        return Arguments(tuple(positional), tuple(keywords))

    def filter(self) -> Filter:
        """The name and arguments of a filter."""
        offset = self.peek().offset
        name = self.name()
        while self.skip("."):
            name += f".{self.name()}"
        return Filter(name, self.arguments() if self.skip("(") else Arguments(), offset)

    def _operation(self, least: int) -> Expression:
        self._room -= 1
        if self._room < 0:
            raise BudgetExhausted("the expression is nested too deeply")
        left = self._negation() if least <= IN and self.skip("not", "name") else self._product()
        while True:
            token = self.peek()
            if token.kind == "symbol" and token.text in OPERATORS:
                level = OPERATORS[token.text][0]
                if level < least:
                    break
                left = self._chain(left, level)
            elif token.kind == "name" and least <= self._level(token):
                left = self._worded(left, self._level(token))
            else:
                break
        self._room += 1
        return left

    def _chain(self, first: Expression, level: int) -> Expression:
        rest: list[tuple[Operator, Expression]] = []
        while self.peek().kind == "symbol" and OPERATORS.get(self.peek().text, (0, None))[0] == level:
            operator = OPERATORS[self.take().text][1]
            rest.append((operator, self._operation(level + 1)))
        return Chain(first, tuple(rest))

    def _product(self) -> Expression:
        first, rest = self._floored()
        while (operator := {"*": multiply, "/": divide}.get(self.peek().text)) and self.peek().kind == "symbol":
            self.take()
            operand, more = self._floored()
            rest = [*rest, (operator, operand), *more]
        return chained(first, rest)

    def _floored(self) -> tuple[Expression, Operations]:
        # What stands before `//` is divided with all its remainders; what is multiplied with it is not.
        first, rest = self._remainders()
        while self.skip("//"):
            operand, more = self._remainders()
            first, rest = Floor(chained(first, [*rest, (divide, operand), *more])), []
        return first, rest

    def _remainders(self) -> tuple[Expression, Operations]:
        first = self._power()
        rest: Operations = []
        while self.skip("%"):
            rest.append((remainder, self._power()))
        return first, rest

    def _power(self) -> Expression:
        operands = [self._filtered()]
        while self.skip("**"):
            operands.append(self._filtered())
        return operands[0] if len(operands) == 1 else Power(tuple(operands))

    def _filtered(self) -> Expression:
        value = self._signed()
        filters: list[Suffix] = []
        while self.skip("|"):
            filters.append(self.filter())
        return Suffixed(value, tuple(filters)) if filters else value

    def _level(self, token: Token) -> int:
        if token.text == "not":
            return IN if self.after_next().text == "in" else 0
        return {"or": OR, "and": AND, "in": IN, "is": IS}.get(token.text, 0)

    def _worded(self, left: Expression, level: int) -> Expression:
        if level == IN:
            negative = self.skip("not", "name")
            self.take()
            found: Expression = Membership(left, self._operation(IS))
            return Not(found) if negative else found
        word = self.take().text
        if level == IS:
            negative = self.skip("not", "name")
            offset = self.peek().offset
            found = test_of(left, self._operation(EQUALITY), offset)
            if self.peek().kind == "name" and self.peek().text == "is":
                raise self.missing("eof")
            return Not(found) if negative else found
        operands = [left, self._operation(level + 1)]
        while self.skip(word, "name"):
            operands.append(self._operation(level + 1))
        return Decision(tuple(operands), settles=word == "or")

    def _negation(self) -> Expression:
        self._room -= 1
        if self._room < 0:
            raise BudgetExhausted("the expression is nested too deeply")
        operand = self._negation() if self.skip("not", "name") else self._operation(IN)
        self._room += 1
        return negated(operand)

    def _signed(self) -> Expression:
        for sign, factor in (("-", -1), ("+", 1)):
            if self.skip(sign):
                self._room -= 1
                if self._room < 0:
                    raise BudgetExhausted("the expression is nested too deeply")
                operand = self._signed()
                self._room += 1
                if isinstance(operand, Sign) and operand.factor == factor:
                    raise TemplateSyntaxError(f"{sign} is repeated without parentheses")
                return Sign(operand, factor)
        offset = self.peek().offset
        return self._suffixed(primary(self, self.expression, self._budget), offset)

    def _suffixed(self, subject: Expression, offset: int) -> Expression:
        suffixes: list[Suffix] = []
        path = subject.name if isinstance(subject, Name) else None
        while True:
            if self.skip("."):
                offset = self.peek().offset
                key = self.name()
                suffixes.append(Member(key))
                path = path and f"{path}.{key}"
            elif self.skip("["):
                offset = self.peek().offset
                suffix = subscript(self, self.expression)
                suffixes.append(suffix)
                match suffix:
                    case Index(Literal(str(key))):
                        path = path and f"{path}.{key}"
                    case _:
                        path = None
            elif self.skip("("):
                suffixes.append(Call(self.arguments(), path, offset))
                path = None
            else:
                break
        match subject, suffixes:
            case Name(name=name), [Member(key) | Index(Literal(str(key))), *rest] if name == ENVIRONMENT:
                subject, suffixes = EnvironmentPart(key), rest
        return Suffixed(subject, tuple(suffixes)) if suffixes else subject
