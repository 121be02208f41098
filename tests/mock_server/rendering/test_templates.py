"""The tags of templates beyond what is recorded."""

import pytest

from mock_server.rendering import DEFAULT_LIMITS, RenderingError, compile_text, render_text
from mock_server.rendering.templates import COSTLIEST_KEPT

CONTEXT = {"list": [3, 1, 2], "object": {"a": 1, "b": 2}, "n": 3}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("a{%- raw %}b{% endraw %}", "ab"),
        ("{% raw %}{% endraw %}x", "x"),
        ("{% raw %}${{ n }}{% endraw %}${{ n }}", "${{ n }}3"),
        ("a {#- x -#} b", "ab"),
        ("a{# ${{ n }} #}b", "ab"),
        ("{% set a, b %}x${{ n }}{% endset %}${{ a }}${{ b }}", "x3x3"),
        ("{% set x = 1 %}{% block b %}{% set x = 2 %}${{ x }}{% endblock %}${{ x }}", "21"),
        ("{% for k, v in object %}${{ k }}${{ v }}{% endfor %}", "a1b2"),
        ("{% for i in list %}${{ loop.revindex }}{% endfor %}${{ loop }}", "321"),
        ("{% filter replace('a', 'b') | upper %}x{% endfilter %}", None),
        ("{% switch n %}{% case 1 %}a{% case 3 %}{% default %}b{% endswitch %}", "b"),
        ("{% switch n %}{% case 1 %}a{% endswitch %}", ""),
        ("{% macro m(a, b=2) %}${{ a }}${{ b }}{% endmacro %}${{ m(1, b=3) }}${{ m(1) }}", "1312"),
        ("{% macro m() %}[${{ caller() }}]{% endmacro %}{% call m() %}${{ n }}{% endcall %}", "[3]"),
        ("{% call n.toFixed(1) %}{% endcall %}", None),
        ("{% call n %}{% endcall %}", None),
        ("{% macro m %}{% endmacro %}", None),
        ("{% macro m(1) %}{% endmacro %}", None),
        ("{% switch n %}{% endswitch %}", None),
        ("{% for loop in list %}{% endfor %}", None),
        ("{% set none = 1 %}", None),
        ("{# no end", None),
    ],
)
def test_a_tag_does_what_its_name_says(template, text):
    if text is None:
        with pytest.raises(RenderingError):
            render_text(template, CONTEXT)
    else:
        assert render_text(template, CONTEXT) == text


def test_a_macro_does_not_see_the_names_of_loops():
    template = "{% for i in list %}{% macro m() %}<${{ i }}>{% endmacro %}${{ m() }}{% endfor %}"
    assert render_text(template, CONTEXT) == "<><><>"


def test_the_same_template_renders_differently_in_another_context():
    assert [render_text("n=${{ n }}", {"n": n}) for n in range(3)] == ["n=0", "n=1", "n=2"]


def test_a_long_template_is_rendered_like_a_short_one():
    assert render_text("${{ n }}" + "x" * 5_000, {"n": 1}) == "1" + "x" * 5_000


def test_a_template_that_costs_much_is_not_kept():
    costly = "${{ r/" + "(a{50}){50}" + "/ }}"
    template = compile_text(costly, DEFAULT_LIMITS)
    assert template.steps > COSTLIEST_KEPT
    assert compile_text(costly, DEFAULT_LIMITS) is not template


def test_a_template_that_costs_little_is_kept():
    assert compile_text("${{ parameters.kept }}", DEFAULT_LIMITS) is compile_text(
        "${{ parameters.kept }}", DEFAULT_LIMITS
    )


@pytest.mark.parametrize("tag", ["set x", "filter upper"])
def test_a_macro_cannot_be_made_where_text_is_captured(tag):
    template = f"{{% {tag} %}}{{% macro m() %}}{{% endmacro %}}{{% end{tag.split()[0]} %}}"
    with pytest.raises(RenderingError, match="not supported inside"):
        render_text(template, CONTEXT)


def test_the_names_of_a_loop_without_rounds_hide_those_around_it():
    template = "{% for n in [] %}{% else %}<${{ n }}>{% endfor %}${{ n }}"
    assert render_text(template, CONTEXT) == "<>3"


@pytest.mark.parametrize("text", ["a #} b", "${{ n }} #}", "{# a #} #}"])
def test_a_comment_cannot_end_where_none_has_begun(text):
    with pytest.raises(RenderingError, match="end of comment"):
        render_text(text, CONTEXT)


@pytest.mark.parametrize(
    "tag", ["include 'x'", "extends 'x'", "import 'x' as y", "from 'x' import y", "asyncEach n in list", "autoescape"]
)
def test_a_tag_that_would_load_something_is_an_error(tag):
    with pytest.raises(RenderingError, match=r"Un(supported|known) template"):
        render_text(f"{{% {tag} %}}", CONTEXT)
