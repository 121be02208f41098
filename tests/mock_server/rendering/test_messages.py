"""How it is told what is wrong with a template, and where: as the real renderer words it."""

import pytest

from mock_server.rendering import RenderingError, render_text
from mock_server.rendering.suggestions import nearest


def message(template):
    with pytest.raises(RenderingError) as failed:
        render_text(template, {"object": {"a": 1}, "text": "x"})
    return str(failed.value)


@pytest.mark.parametrize(
    ("template", "line", "column", "words"),
    [
        ("${{ 1 | foo }}", 1, 9, 'Unknown template filter "foo"'),
        ("a\n b ${{ text | uper }}", 2, 15, 'Unknown template filter "uper"; did you mean "upper"?'),
        ("{% foo %}", 1, 1, 'Unknown template tag "foo"; did you mean "for"?'),
        ("x{% endif %}", 1, 2, 'Unexpected "endif" tag without a matching opening tag'),
        ("{% if 1 %}", 1, 1, "Missing endif tag"),
        ("{% if 1 %}\n{% for i in l %}", 2, 1, "Missing endfor tag"),
        ("{% if 1 %}{% endfor %}", 1, 11, 'Unexpected "endfor" tag; expected "elif", "elseif", "else", or "endif"'),
        ("{% if 1 %}{% else %}{% elif 1 %}", 1, 21, 'Unexpected "elif" tag; expected "endif"'),
        ("{% include 'x' %}", 1, 1, 'Unsupported template-loading tag "include"'),
        ("${{ f() }}", 1, 5, 'Template value "f" resolved to undefined and cannot be called'),
        ("${{ object.a() }}", 1, 12, 'Template value "object.a" resolved to number and cannot be called'),
        ("${{ text['repeat'](3) }}", 1, 10, 'Template value "text.repeat" resolved to undefined and cannot be called'),
        ("${{ 'a'.b() }}", 1, 9, "Template expression resolved to undefined and cannot be called"),
        ("${{ 1", 1, 1, "Unterminated variable tag"),
        ("\n{% if 1", 2, 1, "Unterminated block tag"),
        ("${{ 'abc }}", 1, 1, "Unterminated variable tag"),
        ("{# abc", 1, 1, "Unterminated comment tag"),
        ("a #} b", 1, 3, "Unexpected end of comment"),
        ("{% raw %}", 1, 1, 'Missing "endraw" tag'),
        ("${{ 1 + }}", 1, 9, "Unexpected expression token at end of input"),
        ("{% if %}x{% endif %}", 1, 6, "Unexpected expression token at end of input"),
        ("${{ 1 2 }}", 1, 7, 'Expected eof, received "2"'),
        ("${{ (1 }}", 1, 8, "Expected )"),
        ("${{ f(1 2) }}", 1, 9, "Expected )"),
        ("${{ a && b }}", 1, 7, 'Unexpected character "&"'),
        ("${{ a is foo }}", 1, 10, 'Unknown template test "foo"'),
        ("${{ object | upper }}", 1, 14, 'Filter "upper" failed for record input: Filter input must be a string'),
        ("{% for i l %}{% endfor %}", 1, 1, "For tag requires an in expression"),
        ("{% macro m %}{% endmacro %}", 1, 1, "Invalid macro signature"),
        ("{% filter foo %}x{% endfilter %}", 1, 11, 'Unknown template filter "foo"'),
        ("${{ r/[/ }}", 1, 5, "Invalid regular-expression literal"),
        ("${{ range(1, 2, 3, 4) }}", 1, 5, "Built-in global range accepts at most 3 positional arguments"),
        ("${{ object.constructor }}", 1, 12, 'Template name "constructor" is reserved'),
    ],
)
def test_an_error_is_told_with_its_place(template, line, column, words):
    assert message(template) == f"Template error at line {line}, column {column}: {words}"


def test_an_error_within_a_macro_is_told_where_it_happens():
    template = "{% macro m() %}\n  ${{ f() }}{% endmacro %}\n${{ m() }}"
    assert message(template).startswith("Template error at line 2, column 7: ")


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("uper", "upper"), ("upepr", "upper"), ("low", None), ("lowercases", None), ("x" * 100, None), ("", None)],
)
def test_a_name_is_suggested_if_it_is_a_slip_away(name, suggestion):
    assert nearest(name, ["lower", "upper"]) == suggestion
