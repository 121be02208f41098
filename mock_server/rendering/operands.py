"""Reads what the operators of an expression stand between, and the brackets behind it."""

from collections.abc import Callable

from mock_server.javascript.numerals import text_to_number
from mock_server.rendering.errors import TemplateSyntaxError
from mock_server.rendering.expressions import (
    ArrayLiteral,
    Expression,
    Group,
    Literal,
    Name,
    ObjectLiteral,
    Suffix,
)
from mock_server.rendering.limits import Budget
from mock_server.rendering.patterns.pattern import compile_pattern
from mock_server.rendering.suffixes import Index, Slice
from mock_server.rendering.token_reader import TokenReader
from mock_server.rendering.tokens import RESERVED_NAMES, unescaped

CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "none": None, "null": None}

Parse = Callable[[], Expression]


def subscript(tokens: TokenReader, expression: Parse) -> Suffix:
    """What stands in brackets behind an operand, up to the closing one."""
    bounds: list[Expression | None] = [None]
    while not tokens.skip("]"):
        if tokens.skip(":"):
            bounds.append(None)
        elif bounds[-1] is None:
            bounds[-1] = expression()
        else:
            raise tokens.unexpected(tokens.peek())
    if len(bounds) == 1 and bounds[0] is not None:
        if isinstance(bounds[0], Literal) and str(bounds[0].value) in RESERVED_NAMES:
            raise TemplateSyntaxError(f'Template name "{bounds[0].value}" is reserved')
        return Index(bounds[0])
    if len(bounds) not in (2, 3):
        raise TemplateSyntaxError("malformed subscript")
    return Slice((bounds[0], bounds[1], bounds[2] if len(bounds) == 3 else None))


def primary(tokens: TokenReader, expression: Parse, budget: Budget) -> Expression:
    """An operand: a constant, a name, or what brackets enclose."""
    token = tokens.take()
    if token.kind == "text":
        return Literal(unescaped(token.text))
    if token.kind == "number":
        return Literal(text_to_number(token.text))
    if token.kind == "pattern":
        source, _, flags = token.text[2:].rpartition("/")
        if source.endswith("\\"):
            raise TemplateSyntaxError("a backslash before the end of a regular expression is ambiguous")
        try:
            return Literal(compile_pattern(source, flags, budget))
        except TemplateSyntaxError as error:
            raise TemplateSyntaxError("Invalid regular-expression literal", token.offset) from error
    if token.kind == "name":
        return Literal(CONSTANTS[token.text]) if token.text in CONSTANTS else Name(token.text)
    if token.text == "(":
        items = _items(tokens, expression, ")")
        if not items:
            raise TemplateSyntaxError("empty parentheses")
        return Group(items)
    if token.text == "[":
        return ArrayLiteral(_items(tokens, expression, "]"))
    if token.text == "{":
        return _object(tokens, expression)
    raise tokens.unexpected(token)


def _items(tokens: TokenReader, expression: Parse, closing: str) -> tuple[Expression, ...]:
    items: list[Expression] = []
    while not tokens.skip(closing):
        if items and not tokens.skip(","):
            raise tokens.expected(closing)
        items.append(expression())
    return tuple(items)


def _object(tokens: TokenReader, expression: Parse) -> Expression:
    members: list[tuple[str, Expression]] = []
    while not tokens.skip("}"):
        if members:
            tokens.expect(",")
        token = tokens.take()
        if token.kind not in ("text", "name") or token.text in CONSTANTS:
            raise TemplateSyntaxError("Dictionary keys must be strings or names", token.offset)
        key = token.text if token.kind == "name" else unescaped(token.text)
        if key in RESERVED_NAMES:
            raise TemplateSyntaxError(f'Template name "{key}" is reserved')
        tokens.expect(":")
        members.append((key, expression()))
    return ObjectLiteral(tuple(members))
