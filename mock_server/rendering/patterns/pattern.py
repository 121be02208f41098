"""A regular expression as a value of a template."""

from collections.abc import Iterator
from dataclasses import dataclass

from mock_server.rendering.errors import TemplateSyntaxError
from mock_server.rendering.limits import Budget
from mock_server.rendering.patterns.matcher import Matcher
from mock_server.rendering.patterns.parser import PatternParser
from mock_server.rendering.patterns.program import Compiler, Instruction

FLAGS = "gimy"
LONGEST_SOURCE = 2_000


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matched, and its groups from number 1."""

    text: str
    start: int
    end: int
    groups: tuple[str | None, ...]
    names: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A compiled regular expression."""

    source: str
    flags: str
    program: list[Instruction]
    registers: int
    groups: int
    names: dict[str, int]

    @property
    def literal(self) -> str:
        """How JavaScript prints it."""
        return f"/{self.source or '(?:)'}/{''.join(sorted(self.flags))}"

    def match(self, text: str, start: int, budget: Budget) -> Match | None:
        """The match that begins exactly at `start`."""
        return self._match(self._matcher(text, budget), start)

    def search(self, text: str, start: int, budget: Budget) -> Match | None:
        """The first match from `start` on; with the flag y, only at `start`."""
        matcher = self._matcher(text, budget)
        for position in range(start, start + 1 if "y" in self.flags else len(text) + 1):
            found = self._match(matcher, position)
            if found:
                return found
        return None

    def matches(self, text: str, budget: Budget) -> Iterator[Match]:
        """What `replace` replaces: the first match, or with the flag g all of them."""
        position = 0
        while position <= len(text):
            found = self.search(text, position, budget)
            if found is None:
                return
            yield found
            if "g" not in self.flags:
                return
            position = found.end + (found.end == found.start)

    def _matcher(self, text: str, budget: Budget) -> Matcher:
        return Matcher(self.program, self.registers, text, "m" in self.flags, "i" in self.flags, budget)

    def _match(self, matcher: Matcher, start: int) -> Match | None:
        registers = matcher.match(start)
        if registers is None:
            return None
        text = matcher.text
        boundaries = registers[2 : 2 * self.groups + 2]
        pairs = zip(boundaries[::2], boundaries[1::2], strict=True)
        groups = tuple(None if first is None or last is None else text[first:last] for first, last in pairs)
        return Match(text, start, registers[1] or 0, groups, self.names)


def compile_pattern(source: str, flags: str, budget: Budget) -> Pattern:
    """The pattern of a literal; `TemplateSyntaxError` if it is malformed or too long."""
    if len(source) > LONGEST_SOURCE:
        raise TemplateSyntaxError("the regular expression is too long")
    if len(set(flags)) < len(flags) or set(flags) - set(FLAGS):
        raise TemplateSyntaxError("unknown or repeated flag of a regular expression")
    # A character may stand for a class of many ranges.
    budget.spend(2 * len(source))
    parser = PatternParser(source, "i" in flags)
    node = parser.parse()
    compiler = Compiler(parser.groups, parser.names, budget)
    program = compiler.compile(node)
    return Pattern(source, flags, program, compiler.registers, parser.groups, parser.names)
