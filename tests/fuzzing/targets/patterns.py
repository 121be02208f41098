"""Regular expressions: read or refused on a budget, and where Python's are the same, with the same match."""

import re
from collections.abc import Iterator

from mock_server.rendering import Budget, Limits, RenderingError
from mock_server.rendering.errors import BudgetExhausted
from mock_server.rendering.patterns.pattern import LONGEST_SOURCE, compile_pattern
from mock_server.rendering.patterns.replacement import replace_pattern
from tests.fuzzing.target import Target, bytes_of, text_of

_LIMITS = Limits(steps=10_000)
_FLAGS = ("", "i", "g", "m", "gi", "y", "gg", "u")
# Of this little both make the same, and Python takes no long time.
_ITEM = r"(?:[a-c]|\.|\[\^?[a-c]{1,3}\])"
_PLAIN = re.compile(rf"\^?(?:{_ITEM}(?:[*+?]\??|\{{[0-3],[3-5]\}})?|\((?:{_ITEM}){{1,3}}(?:\|{_ITEM})?\)|\|)*\$?")


def check(data: bytes) -> None:
    """The first line is the pattern and the last the replacement; the first byte chooses the flags."""
    choice, lines = data[:1], text_of(data[1:]).split("\n")
    source, text, replacement = lines[0], "\n".join(lines[1:-1]), lines[-1]
    flags = _FLAGS[choice[0] % len(_FLAGS)] if choice else ""
    try:
        pattern = compile_pattern(source, flags, Budget(_LIMITS))
        found = pattern.search(text, 0, Budget(_LIMITS))
        replaced = replace_pattern(text, pattern, replacement, Budget(_LIMITS))
    except BudgetExhausted:
        return
    except RenderingError as refused:
        assert str(refused)
        assert flags in {"gg", "u"} or len(source) > LONGEST_SOURCE or not _PLAIN.fullmatch(source)
        return
    assert found is None or 0 <= found.start <= found.end <= len(text)
    assert found is not None or replaced == text
    assert found is None or len(found.groups) == pattern.groups
    if flags == "" and _PLAIN.fullmatch(source) and len(text) <= 40 and source.count("*") + source.count("+") <= 6:
        expected = re.compile(source).search(text)
        assert (None if found is None else (found.start, found.end)) == (None if expected is None else expected.span())


def seeds() -> Iterator[bytes]:
    for flags, source, text, replacement in (
        (0, "a*(b|c)", "xaab", "$1-$&"),
        (1, "[a-z]+(?=\\d)", "ABC1", "$`"),
        (2, "(?<word>\\w+)\\s\\k<word>", "the the", "$<word>"),
        (3, "^(?:a{1,3}?|[^b])$", "a\nc", "$$"),
        (4, "(?!x)\\u0041\\x42\\cJ\\b", "AB\n", "$01"),
        (0, "^[ab]+c{0,3}(ab|c)?$", "abcc", ""),
    ):
        yield bytes([flags]) + bytes_of(f"{source}\n{text}\n{replacement}")


TARGET = Target(
    "patterns",
    check,
    seeds,
    (
        *("(?:", "(?=", "(?!", "(?<=", "(?<n>", "\\k<n>", "\\1", "\\d", "\\W", "\\s", "\\b", "\\B", "[^", "a-z", "]"),
        *("{1,3}", "{0,}", "{2}", "*?", "+?", "\\u{1F600}", "\\u00e9", "\\x41", "\\cA", "|", "$&", "$<n>", "ß", "İ"),
    ),
    opening="\0",
)
