"""Expressions that the real renderer takes for others than they look like."""

from dataclasses import replace

from mock_server.rendering.expressions import Arguments, Expression, Literal, Name, Suffixed
from mock_server.rendering.operations import Chain, Not, Test
from mock_server.rendering.operators import Operator
from mock_server.rendering.suffixes import Call, Filter

Operations = list[tuple[Operator, Expression]]


def chained(first: Expression, rest: Operations) -> Expression:
    """Operands of one precedence, if there is more than one."""
    return Chain(first, tuple(rest)) if rest else first


def test_of(subject: Expression, test: Expression, offset: int) -> Test:
    """`subject is test`, whatever expression that is."""
    match test:
        case Name(name):
            return Test(subject, name, Arguments(), offset)
        case Suffixed(Name(name), (Call(arguments),)):
            return Test(subject, name, arguments, offset)
        case Literal(None):
            return Test(subject, "none", Arguments(), offset)
        case Suffixed(_, (*_, Filter(name))):
            return Test(subject, f"| {name}", Arguments(), offset)
        case Literal():
            return Test(subject, "(a literal)", Arguments(), offset)
    return Test(subject, None, Arguments(), offset)


def negated(node: Expression) -> Expression:
    """`not node`, of the first operand only, as in JavaScript: `not a == b` means `(not a) == b`."""
    if isinstance(node, Chain):
        return replace(node, first=negated(node.first))
    return Not(node)
