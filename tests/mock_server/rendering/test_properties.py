"""Whatever the template, rendering it ends in a value or in the one error it may end in."""

import json
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server.rendering import UNDEFINED, RenderingError, render, render_text
from mock_server.rendering.array_methods import ARRAY_METHODS
from mock_server.rendering.filters.table import FILTERS
from mock_server.rendering.number_methods import NUMBER_METHODS
from mock_server.rendering.operators import OPERATORS
from mock_server.rendering.predicates import PREDICATES
from mock_server.rendering.string_methods import STRING_METHODS

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
CONTEXTS = st.fixed_dictionaries({"a": VALUES, "b": VALUES, "secrets": st.dictionaries(st.text(max_size=3), VALUES)})
LITERALS = st.sampled_from(
    [
        "a",
        "b",
        "secrets",
        "missing",
        "1",
        "0",
        "2.5",
        "''",
        "'a b'",
        "true",
        "none",
        "[]",
        "[a, b]",
        "{x: a}",
        "r/a|b/g",
    ]
)
METHODS = sorted({*STRING_METHODS, *ARRAY_METHODS, *NUMBER_METHODS, "test", "length", "x"})


def compound(inner):
    arguments = st.lists(inner, max_size=3).map(", ".join)
    return st.one_of(
        st.tuples(
            inner, st.sampled_from([*OPERATORS, "*", "/", "//", "%", "**", "and", "or", "in", "not in"]), inner
        ).map(" ".join),
        st.builds("({}) | {}({})".format, inner, st.sampled_from(sorted(FILTERS)), arguments),
        st.builds("({}).{}({})".format, inner, st.sampled_from(METHODS), arguments),
        st.builds("({}) is {}({})".format, inner, st.sampled_from(sorted(PREDICATES)), arguments),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({})[{}:{}]".format, inner, inner, inner),
        st.builds("{} if {} else {}".format, inner, inner, inner),
        st.builds("not {}".format, inner),
        st.builds("-{}".format, inner),
        st.builds("range({})".format, arguments),
    )


EXPRESSIONS = st.recursive(LITERALS, compound, max_leaves=8)
TAGS = ["${{", "}}", "{%", "%}", "{#", "#}", "-"]
WORDS = ["if", "for", "i", "in", "set", "x", "endif", "endfor", "macro", "call", "raw", "endraw", "else", "not"]
FRAGMENTS = st.sampled_from([*TAGS, *WORDS, *"()[]{}'\"=|.,:\\/ \n", "r/"])
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def render_anything(template, context):
    with suppress(RenderingError):
        assert isinstance(render_text(template, context), str)
    rendered = render(template, context)
    assert all(isinstance(text, str) and text for text in rendered.redactions)
    if rendered.value is not UNDEFINED:
        json.dumps(rendered.value, allow_nan=False)


@QUIET
@given(EXPRESSIONS, CONTEXTS)
def test_any_expression_renders_to_json_or_fails_in_one_way(expression, context):
    render_anything(f"${{{{ {expression} }}}}", context)


@QUIET
@given(EXPRESSIONS, EXPRESSIONS, CONTEXTS)
def test_any_statement_renders_to_a_text_or_fails_in_one_way(one, other, context):
    render_anything(
        f"{{% set x = {one} %}}{{% for k, v in {other} %}}${{{{ k }}}}${{{{ x }}}}{{% else %}}"
        f"${{{{ {one} }}}}{{% endfor %}}",
        context,
    )


@QUIET
@given(st.lists(FRAGMENTS | st.text(max_size=3), max_size=20).map("".join), CONTEXTS)
def test_any_text_renders_or_fails_in_one_way(text, context):
    render_anything(text, context)
    render_anything(f"${{{{{text}}}}}", context)
    render_anything(f"${{{{ 'abc'.replace(r/{text}/, a) }}}}", context)


@QUIET
@given(
    st.text(st.sampled_from("ab(|)[]{}?*+.^$\\1<>=!:-,dwsbk"), max_size=12),
    st.text(st.sampled_from("ab1 -"), max_size=8),
)
def test_any_pattern_matches_or_fails_in_one_way(pattern, text):
    render_anything(
        f"${{{{ text.replace(r/{pattern}/g, '[$1$&]') }}}}${{{{ text.split(r/{pattern}/) }}}}", {"text": text}
    )


@QUIET
@given(CONTEXTS, EXPRESSIONS)
def test_rendering_leaves_its_context_alone(context, expression):
    before = repr(context)
    render(f"${{{{ {expression} }}}}", context)
    assert repr(context) == before


@given(st.text().filter(lambda text: not any(opening in text for opening in ("${{", "{%", "{#"))))
def test_a_text_without_tags_is_left_alone(text):
    assert render_text(text, {}) == text
