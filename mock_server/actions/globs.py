"""Glob patterns as the actions of Backstage take them: `*`, `**`, `?`, `[ ]`, `{ }`, `!( )` and its like.

They come from templates, so they are matched in linear time and on a budget.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mock_server.actions.failures import InvalidActionInput
from mock_server.actions.workspace import Folder, Node, Parts
from mock_server.rendering import Budget
from mock_server.rendering.errors import TemplateSyntaxError
from mock_server.rendering.limits import CHARACTERS_PER_STEP
from mock_server.rendering.patterns.pattern import LONGEST_SOURCE, Pattern, compile_pattern

MOST_ALTERNATIVES = 100
# What making a regular expression takes beyond reading its source.
_STEPS_PER_PATTERN = 100
LONGEST_PATTERN = 4_096

_MAGIC = re.compile(r"[*?]|\[[^\[]*\]|[!@+]\([^(]*\)|\([^(]*\|[^|]*\)")
_BRACES = re.compile(r"(?<!\$)\{([^{}]*)\}")
_ESCAPE = re.compile(r"\\(.)")
_EXTENDED = {"@": "", "?": "?", "+": "+", "*": "*"}
_SPECIAL = frozenset("\\^$.|+()[]{}*?/")


@dataclass(frozen=True, slots=True)
class Glob:
    """One pattern without braces, and the length of the path in it that is no pattern."""

    text: str
    base: int
    pattern: Pattern | None
    only_folders: bool

    def matches(self, parts: Parts, node: Node, budget: Budget) -> bool:
        """Whether a path fits."""
        if self.only_folders and not isinstance(node, Folder):
            return False
        path = "/".join(parts)
        return path == self.text or (self.pattern is not None and self.pattern.match(path, 0, budget) is not None)

    def finds(self, parts: Parts, node: Node, budget: Budget) -> bool:
        """Whether a search finds a path: what it starts from is not found."""
        return len(parts) > self.base and self.matches(parts, node, budget)


class Globs:
    """A list of patterns; if some `exclude`, those that begin with `!` take away what the ones before them match."""

    def __init__(
        self, patterns: Sequence[str], folders: Iterable[Parts], budget: Budget, *, exclude: bool = True
    ) -> None:
        self._budget = budget
        known = {"/".join(parts) for parts in folders}
        self._rules = [
            (exclude and pattern.startswith("!"), _globs(pattern.removeprefix("!" if exclude else ""), known, budget))
            for pattern in patterns
        ]

    def match(self, parts: Parts, node: Node) -> bool:
        """Whether a path is among what the patterns stand for."""
        for position, (negative, globs) in enumerate(self._rules):
            if not negative and any(glob.finds(parts, node, self._budget) for glob in globs):
                taken_away = (glob for away, after in self._rules[position:] if away for glob in after)
                if not any(glob.matches(parts, node, self._budget) for glob in taken_away):
                    return True
        return False


def _globs(pattern: str, folders: set[str], budget: Budget) -> list[Glob]:
    # A folder stands for all that is in it.
    if pattern.rstrip("/") in folders or pattern in (".", ""):
        pattern = f"{pattern.rstrip('/')}/**".removeprefix("./").removeprefix("/")
    return [_glob(alternative, budget) for alternative in _alternatives(pattern, budget)]


def _glob(pattern: str, budget: Budget) -> Glob:
    text, segments = pattern.rstrip("/"), pattern.rstrip("/").split("/")
    base = next((index for index, segment in enumerate(segments) if _MAGIC.search(segment)), None)
    only_folders = pattern.endswith("/")
    if base is None:
        return Glob(_ESCAPE.sub(r"\1", text), len(segments) - 1, None, only_folders)
    source = f"^(?:{_source(segments)})$"
    if len(source) > LONGEST_SOURCE:
        raise InvalidActionInput("pattern is too long")
    budget.spend(_STEPS_PER_PATTERN)
    try:
        return Glob(text, base, compile_pattern(source, "", budget), only_folders)
    except TemplateSyntaxError:
        # Such as `[z-a]`: it stands for nothing but itself.
        return Glob(text, base, None, only_folders)


def _alternatives(pattern: str, budget: Budget) -> list[str]:
    if len(pattern) > LONGEST_PATTERN:
        raise InvalidActionInput("pattern is too long")
    pending, done = [pattern], list[str]()
    while pending:
        current = pending.pop()
        budget.spend(1 + len(current) // CHARACTERS_PER_STEP)
        braces = next((found for found in _BRACES.finditer(current) if "," in found[1]), None)
        if braces is None or len(pending) + len(done) > MOST_ALTERNATIVES:
            done.append(current)
            continue
        before, after = current[: braces.start()], current[braces.end() :]
        pending += [f"{before}{choice}{after}" for choice in braces[1].split(",")]
    return done


def _source(segments: Sequence[str]) -> str:
    source, separator, last = "", "", len(segments) - 1
    for position, segment in enumerate(segments):
        if segment != "**":
            source += separator + _segment(segment, is_last=position == last)
            separator = "/"
        elif position < last:
            source += f"{separator}(?:[^/]+/)*"
            separator = ""
        elif separator:
            source += "(?:/[^/]+)*"
        else:
            source += "[^/]+(?:/[^/]+)*"
    return source


def _segment(segment: str, *, is_last: bool) -> str:
    if segment == "*":
        return "[^/]+"
    source, position, open_groups = "", 0, list[str]()
    if segment.startswith("**") and segment.strip("*"):
        source, position = ".*", 2
    while position < len(segment):
        character, after = segment[position], segment[position + 1 : position + 2]
        position += 1
        if after == "(" and (character in _EXTENDED or character == "!") and ")" in segment[position:]:
            # What may not be there is only looked for as a whole at the end of a pattern; so does the real server.
            ends = is_last and segment.find(")", position) == len(segment) - 1
            open_groups.append(f"){'$' if ends else ''})[^/]*" if character == "!" else f"){_EXTENDED[character]}")
            source += "(?!(?:" if character == "!" else "(?:"
            position += 1
        elif character == "(" and ")" in segment[position:]:
            open_groups.append(")")
            source += "(?:"
        elif character == ")" and open_groups:
            source += open_groups.pop()
        elif character == "|" and open_groups:
            source += "|"
        elif character == "*":
            source += "[^/]*"
        elif character == "?":
            source += "[^/]"
        elif character == "[" and (end := segment.find("]", position + 1)) > 0:
            inside = segment[position:end]
            negative = inside[0] in "!^"
            source += f"[{'^/' if negative else ''}{_escaped(inside[negative:], '-')}]"
            position = end + 1
        elif character == "\\" and after:
            source += _escaped(after)
            position += 1
        else:
            source += _escaped(character)
    return source + "".join(reversed(open_groups))


def _escaped(text: str, unless: str = "") -> str:
    return "".join(f"\\{each}" if each in _SPECIAL and each not in unless else each for each in text)
