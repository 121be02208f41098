"""Regular expressions behave as in JavaScript."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.rendering import Budget, Limits, RenderingError, render
from mock_server.rendering.patterns.characters import characters_of
from mock_server.rendering.patterns.pattern import compile_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "replacement", "result"),
    [
        ("(a+)(b+)?", "xaay", "[$1$2]", "x[aa]y"),
        ("(?<year>[0-9]{4})-(?<month>[0-9]{2})", "on 2024-05", "$<month>/$<year>$<day>", "on 05/2024"),
        ("a{2,3}?", "aaaa", "x", "xaa"),
        ("a{2,3}", "aaaa", "x", "xa"),
        ("a{2,}", "aaaa", "x", "x"),
        ("a{x", "a{x", "y", "y"),
        ("(?:a|ab)c", "abc", "x", "x"),
        ("(a)|b", "b", "[$1]", "[]"),
        (r"(\w)\1", "abba", "x", "axa"),
        (r"(?<c>\w)\k<c>", "abba", "x", "axa"),
        (r"\k<c>", "k<c>", "x", "x"),
        (r"(?<=\$)\d+", "$15", "x", "$x"),
        (r"(?<!\$)\b\d+", "$15 16", "x", "$15 x"),
        (r"(?<=(\d)(\d))x", "12x", "$2$1", "1221"),
        (r"(?<=^ab)c", "abc", "x", "abx"),
        (r"(?<=\1(a))b", "aab", "x", "aax"),
        (r"a(?!b)", "abac", "x", "abxc"),
        (r"[^\d\s]+", "1 a-b", "x", "1 x"),
        (r"[\]\-a]", "-", "x", "x"),
        (r"[a\-c]", "b", "x", "b"),
        (r"[\w-.]", "-", "x", "x"),
        (r"[.-\w]", "-", "x", "x"),
        (r"[\b]", "\b", "x", "x"),
        (r"\x41\u0042\cA\0\101", "AB\x01\x00A", "x", "x"),
        (r"\t\n\v\f\r", "\t\n\v\f\r", "x", "x"),
        (r"\S\W\D", "a!b", "x", "x"),
        (r"a.c", "a\nc", "x", "a\nc"),
        (r"\.", "a.b", "$$&", "a$&b"),
        (r"b", "abc", "$`$'$&", "aacbc"),
        (r"b", "abc", "$1$0", "a$1$0c"),
        (r"(b)", "abc", "$10$2$01", "ab0$2bc"),
        (r"()*", "a", "x", "xa"),
        (r"(a*)*b", "aaab", "x", "x"),
        (r"(?:)", "a", "x", "xa"),
        (r"[]", "a", "x", "a"),
        (r"[^]", "a", "x", "x"),
        (r"\B", "ab", "-", "a-b"),
    ],
)
def test_a_pattern_is_replaced_as_in_javascript(pattern, text, replacement, result):
    template = f"${{{{ text.replace(r/{pattern}/, new) }}}}"
    assert render(template, {"text": text, "new": replacement}).value == result


@pytest.mark.parametrize(
    ("literal", "text", "result"),
    [
        ("r/a/g", "aaa", "xxx"),
        ("r/A/gi", "aÀa", "xÀx"),
        (r"r/(\w)\1/i", "aA", "x"),
        ("r/^b$/m", "a\nb\nc", "a\nx\nc"),
        ("r/b/y", "ab", "ab"),
        ("r/a/y", "ab", "xb"),
        ("r/x*/g", "ab", "xaxbx"),
        ("r/$/gm", "a\nb", "ax\nbx"),
    ],
)
def test_a_flag_changes_what_matches(literal, text, result):
    assert render(f"${{{{ text.replace({literal}, 'x') }}}}", {"text": text}).value == result


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "a**",
        "*",
        "[a",
        "[b-a]",
        "(?<a",
        "(?<1>a)",
        "(?<a>b)(?<a>c)",
        "(?a)",
        "^*",
        "(?<=a)*",
        "a{2,1}",
        "a{1}{2}",
    ],
)
def test_a_malformed_pattern_leaves_the_text_as_it_is(pattern):
    template = f"${{{{ 'a'.replace(r/{pattern}/, '') }}}}"
    assert render(template, {}).value == template


@pytest.mark.parametrize("flags", ["gg", "s", "u", "v", "x"])
def test_an_unknown_or_repeated_flag_leaves_the_text_as_it_is(flags):
    template = f"${{{{ 'a'.replace(r/a/{flags}, '') }}}}"
    assert render(template, {}).value == template


@pytest.mark.parametrize(
    ("text", "separator", "parts"),
    [
        ("a1b22c", r"r/\d+/", ["a", "b", "c"]),
        ("a1b2", r"r/(\d)|-(x)/", ["a", "1", None, "b", "2", None, ""]),
        ("abc", "r/(?:)/", ["a", "b", "c"]),
        ("", "r/a/", [""]),
        ("", "r/a*/", []),
    ],
)
def test_a_text_is_split_by_a_pattern(text, separator, parts):
    assert render(f"${{{{ text.split({separator}) }}}}", {"text": text}).value == parts


class Counted(str):
    """A character that counts what it is compared with."""

    __slots__ = ()
    comparisons = 0

    def __lt__(self, other):
        Counted.comparisons += 1
        return str.__lt__(self, other)

    def __le__(self, other):
        Counted.comparisons += 1
        return str.__le__(self, other)

    def lower(self):
        return self

    upper = lower


@pytest.mark.parametrize("any_case", [False, True])
def test_a_large_set_compares_a_character_with_few_of_its_ranges(any_case):
    characters = characters_of([(chr(code), chr(code)) for code in range(0x4E00, 0x5C00, 2)], any_case=any_case)
    Counted.comparisons = 0
    assert Counted(chr(0x5BFF)) not in characters
    assert Counted.comparisons < 50


RANGES = st.lists(st.tuples(st.characters(), st.characters()).map(sorted).map(tuple), max_size=8)


@given(RANGES, st.characters(), st.booleans())
def test_a_set_holds_the_characters_of_its_ranges(ranges, character, negated):
    held = any(first <= character <= last for first, last in ranges)
    assert (character in characters_of(ranges, negated=negated)) is (held is not negated)


def test_ranges_that_overlap_or_touch_become_one():
    assert characters_of([("e", "e"), ("b", "d"), ("a", "c"), ("b", "b"), ("x", "z")]).firsts == ("a", "x")


@pytest.mark.parametrize(
    ("pattern", "text", "result"),
    [("[k-mA-C]+", "bKaLc", "x"), ("[^a-c]", "aBCd", "aBCx"), ("[r-t]", "ß", "ß"), ("[À-Ã]+", "àá", "x")],
)
def test_the_flag_i_ignores_the_case_of_sets(pattern, text, result):
    assert render(f"${{{{ text.replace(r/{pattern}/i, 'x') }}}}", {"text": text}).value == result


@pytest.mark.parametrize("source", ["(?:(?:){999999}){999999}", "(?:){999999}", "(?:(?:(?:)|){9999}){9999}"])
def test_repeating_nothing_ends_with_the_budget(source):
    with pytest.raises(RenderingError):
        compile_pattern(source, "", Budget(Limits(steps=1_000)))


def test_compiling_a_pattern_is_paid_for_by_its_size_each_time():
    def cost(source):
        budget = Budget(Limits())
        compile_pattern(source, "", budget)
        return budget.limits.steps - budget.remaining

    assert cost("(a{1000}){3}") == cost("(a{1000}){3}") > 3_000
    assert cost("(a{1000}){3}") < 10_000
