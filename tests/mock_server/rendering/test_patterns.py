"""Regular expressions behave as in JavaScript."""

import pytest

from mock_server.rendering import render


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
