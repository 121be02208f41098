"""What a template pays grows with the work that Python does for it."""

import pytest

from mock_server.javascript.numerals import WHITESPACE
from mock_server.rendering import Budget, Limits, RenderingError, render, render_text

WIDE = Limits(steps=10_000_000, output=10_000_000)
LONG = 64_000


def cost(expression, context):
    budget = Budget(WIDE)
    render(f"x${{{{ ({expression}) and '' }}}}", context, budget=budget)
    return WIDE.steps - budget.remaining


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        *((text * LONG, text * LONG) for text in ("<!--", "<!-- --", "<!-", "<a", "</a", "<", "<!--<a", "-->")),
        ("--><!--" * LONG, "--><!--"),
        ("<!-->" * LONG, ""),
    ],
    ids=lambda text: text[:7],
)
def test_tags_without_an_end_are_looked_for_in_linear_time(text, stripped):
    assert render("${{ x | striptags }}", {"x": text}, limits=WIDE).value == stripped


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("a<!-- b --> c <!-- d", "a c <!-- d"),
        ("a<!-- <b> -->c</b><i>--", "ac--"),
        ("<!--> a --> b", "b"),
        ("a<!-- \n-- -\n --->b<!--", "ab<!--"),
        ("<!<a>-- a -->b<!-- c", "b<!-- c"),
    ],
)
def test_a_comment_is_stripped_up_to_its_first_end(text, stripped):
    assert render("${{ x | striptags }}", {"x": text}).value == stripped


@pytest.mark.parametrize(
    "expression",
    [
        "x * 1",
        "x - 1",
        "-x",
        "x < x",
        "x <= x",
        "x == x",
        "x === x",
        "x in 'abc'",
        "x in x",
        "x | title",
        "x | list",
        "x | select('defined')",
        "x | reject('defined')",
        "x | groupby('0')",
        "[x, x] | sort",
        "[x, x].slice().sort()",
        "[x] | sum(x)",
        "{a: 1} | pick(x)",
        "x | wordcount",
        "x | urlize",
        "x | int",
        "x.lastIndexOf('a')",
    ],
)
def test_reading_a_text_is_paid_for_by_its_length(expression):
    once, twice = (cost(expression, {"x": "a " * (length // 2)}) for length in (8_000, 16_000))
    assert once >= 8_000 // 32
    assert 1.8 * once < twice < 2.2 * once


@pytest.mark.parametrize("test", ["x * 1", "x < y", "x == y", "x in ['', y]", "[x, y] | sort | length"])
def test_long_texts_are_not_read_for_nothing_again_and_again(test):
    # Two texts, so that Python has to look at their characters.
    context = {"x": WHITESPACE[0] * 100_000, "y": WHITESPACE[0] * 100_000}
    template = f"{{% for i in range(1000) %}}{{% set z = {test} %}}{{% endfor %}}"
    with pytest.raises(RenderingError):
        render_text(template, context)


def test_every_key_of_a_path_is_paid_for_with_every_element():
    context = {"x": ["a"] * 100, "p": "0." * 500 + "0"}
    assert cost("x | sort(attribute=p)", context) > 100 * 500
    assert cost("x | sum(p)", context) > 100 * 500


@pytest.mark.parametrize(
    "template",
    [
        "{% set NAMES = 1 %}",
        "{% for NAMES in x %}{% endfor %}",
    ],
)
def test_every_name_that_is_set_is_paid_for(template):
    names = ",".join(["a"] * 500)
    looped = f"{{% for i in range(500) %}}{template.replace('NAMES', names)}{{% endfor %}}"
    with pytest.raises(RenderingError, match="too many steps"):
        render_text(looped, {"x": [[]]})


def test_searching_in_a_short_text_is_paid_for_by_the_comparisons():
    context = {"x": "a" * 2_400, "w": "a" * 1_197 + "baa"}
    for expression in ("w in x", "x.indexOf(w) + 2", "x.includes(w)", "x.split(w)", "x | replace(w, '')"):
        assert cost(expression, context) > 200


@pytest.mark.parametrize("part", ["b" + "a" * (LONG // 2), "a" * (LONG // 2) + "b"])
def test_the_last_occurrence_is_found_in_linear_time(part):
    text = "a" * 4 * LONG
    assert render("${{ x.lastIndexOf(w) }}", {"x": text, "w": part}, limits=WIDE).value == -1


@pytest.mark.parametrize(
    ("expression", "index"),
    [
        ("'abcabc'.lastIndexOf('bc')", 4),
        ("'abcabc'.lastIndexOf('bc', 3)", 1),
        ("'abcabc'.lastIndexOf('bc', 4)", 4),
        ("'abcabc'.lastIndexOf('abc', 0)", 0),
        ("'abcabc'.lastIndexOf('')", 6),
        ("'abcabc'.lastIndexOf('', 2)", 2),
        ("'abc'.lastIndexOf('x')", -1),
        ("''.lastIndexOf('')", 0),
    ],
)
def test_the_last_occurrence_is_found(expression, index):
    assert render(f"${{{{ {expression} }}}}", {}).value == index


def test_a_host_that_python_would_normalize_is_refused_unread():
    url = "a" + "\u0315\u0300" * 4 * LONG
    template = "${{ x | parseRepoUrl }}"
    assert render(template, {"x": url}, limits=WIDE).value == template
    assert render(template, {"x": "github.com?owner=ü&repo=r"}).value["owner"] == "ü"


def test_a_number_in_another_base_is_paid_for_by_its_digits():
    assert cost("n.toString(2)", {"n": 1e308}) > 100


def test_one_text_cannot_be_returned_many_times_over():
    template = "${{ range(500).fill(x | safe) }}"
    assert render(template, {"x": "a" * 100_000}).value == template


def test_one_character_of_a_long_text_costs_no_more_than_reading_it():
    assert render("${{ (x | first) ~ (x | last) ~ (x | random) }}", {"x": "a" * 10 * LONG}, limits=WIDE).value == "aaa"
    assert cost("x | first", {"x": "a" * LONG}) < LONG // 16


@pytest.mark.parametrize("expression", ["x | select('defined')", "x | reject('odd')", "x | list", "x | batch(2)"])
def test_every_character_that_becomes_an_element_is_paid_for(expression):
    assert cost(expression, {"x": "a" * 1_000}) > 1_000
