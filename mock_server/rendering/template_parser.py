"""Builds templates from what the scanner finds."""

from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.branching import For, If, Switch
from mock_server.rendering.dialect import Dialect
from mock_server.rendering.errors import BudgetExhausted, TemplateSyntaxError
from mock_server.rendering.expression_parser import ExpressionParser
from mock_server.rendering.expressions import Arguments, Expression, Literal, Name, Suffixed
from mock_server.rendering.limits import DEFAULT_LIMITS, Budget
from mock_server.rendering.macros import MacroLiteral, Parameters
from mock_server.rendering.operands import CONSTANTS
from mock_server.rendering.scanner import Scanner, Tag
from mock_server.rendering.statements import Block, Body, Captured, Output, Set, Statement, Text
from mock_server.rendering.suffixes import Call
from mock_server.rendering.suggestions import unknown

_END = Tag("", ExpressionParser((), Budget(DEFAULT_LIMITS)), 0)
_LOADING = ("extends", "from", "import", "include")
_TAGS = ("if", "for", "set", "switch", "macro", "call", "filter", "block", "raw", "verbatim")
_INNER_TAGS = ("elif", "elseif", "else", "case", "default", *(f"end{tag}" for tag in _TAGS))


class TemplateParser:
    """Reads one source from left to right."""

    def __init__(self, source: str, budget: Budget, dialect: Dialect) -> None:
        self._scanner = Scanner(source, budget, dialect)
        self._room = budget.limits.depth
        self._macros = 0
        self._blocks: set[str] = set()

    def parse(self) -> Body:
        """The whole template."""
        return self._body()[0]

    def _body(self, *endings: str) -> tuple[Body, Tag]:
        """The statements up to a tag that is one of `endings`, and that tag."""
        self._room -= 1
        if self._room < 0:
            raise BudgetExhausted("the template is nested too deeply")
        statements: list[Statement] = []
        offsets: list[int] = []
        while True:
            piece = self._scanner.next()
            if piece is None and endings:
                raise TemplateSyntaxError(f"Missing {endings[-1]} tag")
            if piece is None or (isinstance(piece, Tag) and piece.word in endings):
                self._room += 1
                return Body(tuple(statements), tuple(offsets)), piece or _END
            offsets.append(0 if isinstance(piece, str) else piece.offset)
            statements.append(Text(piece) if isinstance(piece, str) else self._tag(piece, endings))

    def _tag(self, tag: Tag, endings: tuple[str, ...]) -> Statement:
        if tag.word in _INNER_TAGS:
            raise TemplateSyntaxError(_misplaced(tag.word, endings), tag.offset)
        try:
            return self._statement(tag.word, tag.inside) if tag.word else Output(_only_expression(tag.inside))
        except TemplateSyntaxError as error:
            error.happened_at(tag.offset)
            raise

    def _body_to_end(self, ending: str) -> Body:
        body, tag = self._body(ending)
        tag.inside.finish()
        return body

    def _captured(self, ending: str) -> Captured:
        macros = self._macros
        body = self._body_to_end(ending)
        if self._macros > macros:
            captured = ending.removeprefix("end")
            raise TemplateSyntaxError(f"Macro declarations are not supported inside {captured} captures")
        return Captured(body)

    def _statement(self, word: str, inside: ExpressionParser) -> Statement:
        match word:
            case "if":
                return self._if(inside)
            case "for":
                return self._for(inside)
            case "set":
                return self._set(inside)
            case "switch":
                return self._switch(inside)
            case "macro":
                return self._macro(inside)
            case "call":
                return self._call(inside)
            case "filter":
                return self._filter(inside)
            case "block":
                return self._block(inside)
        if word in _LOADING:
            raise TemplateSyntaxError(f'Unsupported template-loading tag "{word}"')
        raise TemplateSyntaxError(unknown("tag", word, (*_TAGS, *_INNER_TAGS)))

    def _if(self, inside: ExpressionParser) -> Statement:
        branches = []
        while True:
            condition = _only_expression(inside)
            body, tag = self._body("elif", "elseif", "else", "endif")
            branches.append((condition, body))
            inside = tag.inside
            if tag.word in ("else", "endif"):
                return If(tuple(branches), self._otherwise(tag, "endif"))

    def _for(self, inside: ExpressionParser) -> Statement:
        names = _targets(inside)
        if names == ("loop",):
            raise TemplateSyntaxError("A single loop target cannot be named loop")
        if not inside.skip("in", "name"):
            raise TemplateSyntaxError("For tag requires an in expression")
        subject = _only_expression(inside)
        body, tag = self._body("else", "endfor")
        return For(names, subject, body, self._otherwise(tag, "endfor"))

    def _otherwise(self, tag: Tag, ending: str) -> Body:
        tag.inside.finish()
        return self._body_to_end(ending) if tag.word == "else" else Body((), ())

    def _set(self, inside: ExpressionParser) -> Statement:
        names = _targets(inside)
        if inside.skip("="):
            return Set(names, _only_expression(inside))
        inside.finish()
        return Set(names, self._captured("endset"))

    def _switch(self, inside: ExpressionParser) -> Statement:
        subject = _only_expression(inside)
        before, tag = self._body("case", "default", "endswitch")
        if before.statements or tag.word == "endswitch":
            raise TemplateSyntaxError("a switch begins with a case")
        cases = []
        while tag.word == "case":
            expected = _only_expression(tag.inside)
            body, tag = self._body("case", "default", "endswitch")
            cases.append((expected, body))
        tag.inside.finish()
        return Switch(subject, tuple(cases), self._body_to_end("endswitch") if tag.word == "default" else Body((), ()))

    def _macro(self, inside: ExpressionParser) -> Statement:
        self._macros += 1
        name = _targets(inside)
        if not inside.skip("("):
            raise TemplateSyntaxError("Invalid macro signature")
        parameters = _parameters(inside.arguments())
        inside.finish()
        return Set(name[:1], MacroLiteral(parameters, self._body_to_end("endmacro"), sees_all=False), local=True)

    def _call(self, inside: ExpressionParser) -> Statement:
        parameters = _parameters(inside.arguments()) if inside.skip("(") else Parameters(())
        called = _only_expression(inside)
        last = called.suffixes[-1] if isinstance(called, Suffixed) else None
        if not isinstance(called, Suffixed) or not isinstance(last, Call):
            raise TemplateSyntaxError("Call blocks can target only template macros")
        caller = MacroLiteral(parameters, self._body_to_end("endcall"), sees_all=True)
        arguments = Arguments(last.arguments.positional, (*last.arguments.keywords, ("caller", caller)))
        return Output(Suffixed(called.subject, (*called.suffixes[:-1], Call(arguments, last.path, last.offset))))

    def _filter(self, inside: ExpressionParser) -> Statement:
        chosen = inside.filter()
        inside.finish()
        return Output(Suffixed(self._captured("endfilter"), (chosen,)))

    def _block(self, inside: ExpressionParser) -> Statement:
        name = inside.name()
        if name in self._blocks:
            raise TemplateSyntaxError("two blocks have one name")
        self._blocks.add(name)
        inside.finish()
        body, tag = self._body("endblock")
        tag.inside.skip(name, "name")
        tag.inside.finish()
        return Block(body)


def _misplaced(word: str, expected: tuple[str, ...]) -> str:
    if not expected:
        return f'Unexpected "{word}" tag without a matching opening tag'
    quoted = [f'"{each}"' for each in expected]
    alternatives = f"{', '.join(quoted[:-1])}, or {quoted[-1]}" if len(quoted) > 1 else quoted[0]
    return f'Unexpected "{word}" tag; expected {alternatives}'


def _only_expression(inside: ExpressionParser) -> Expression:
    expression = inside.expression()
    inside.finish()
    return expression


def _targets(inside: ExpressionParser) -> tuple[str, ...]:
    names = [inside.name()]
    while inside.skip(","):
        names.append(inside.name())
    if any(name in CONSTANTS for name in names):
        raise TemplateSyntaxError("a constant cannot be set")
    return tuple(names)


def _parameters(arguments: Arguments) -> Parameters:
    required = [(name.name, Literal(UNDEFINED)) for name in arguments.positional if isinstance(name, Name)]
    if len(required) < len(arguments.positional):
        raise TemplateSyntaxError("a parameter is not a name")
    return Parameters((*required, *arguments.keywords))
