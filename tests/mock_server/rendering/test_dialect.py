"""How the texts of files may be written: what happens around tags, and templates made for cookiecutter."""

import pytest

from mock_server.rendering import Budget, Dialect, Limits, RenderingError, render_text

TRIMMED = Dialect(trim_blocks=True)
STRIPPED = Dialect(lstrip_blocks=True)
BOTH = Dialect(trim_blocks=True, lstrip_blocks=True)
COOKIECUTTER = Dialect(cookiecutter=True)
CONTEXT = {"yes": True, "n": 3, "list": [1, 2], "object": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    ("dialect", "text", "rendered"),
    [
        (Dialect(), "a\n  {% if yes %}\n  b\n  {% endif %}\nc\n", "a\n  \n  b\n  \nc\n"),
        (TRIMMED, "a\n  {% if yes %}\n  b\n  {% endif %}\nc\n", "a\n    b\n  c\n"),
        (STRIPPED, "a\n  {% if yes %}\n  b\n  {% endif %}\nc\n", "a\n\n  b\n\nc\n"),
        (BOTH, "a\n  {% if yes %}\n  b\n  {% endif %}\nc\n", "a\n  b\nc\n"),
        (BOTH, "a\r\n\t{% if yes %}\r\nb\r\n\t{% endif %}\r\nc", "a\r\nb\r\nc"),
        (TRIMMED, "{% if yes %}\n\na{% endif %}", "\na"),
        (TRIMMED, "${{ n }}\n{# c #}\na", "3\n\na"),
        (STRIPPED, "  ${{ n }}  {# c #}\n  {# c #}", "  3  \n  "),
        (STRIPPED, "a  {% if yes %}  {% endif %}", "a    "),
        (STRIPPED, "  {% if yes %}a{% endif %}", "a"),
        (STRIPPED, "{# c #}  {% if yes %}a{% endif %}", "  a"),
        (BOTH, "{% if yes %}\n  {% endif %}a", "a"),
        (Dialect(), "a \n {%- if yes -%} \n b \n {%- endif -%} \n c", "abc"),
        (BOTH, "  {% raw %}\n  ${{ n }}\n  {% endraw %}\na", "  ${{ n }}\n  \na"),
        (Dialect(), "{% raw -%}  a  {% endraw %}  b", "  a  b"),
        (Dialect(), "{% raw %}a  {% endraw %}  {%- if yes %}b{% endif %}", "ab"),
        (STRIPPED, "{% raw %}\n  {% endraw %}{% if yes %}a{% endif %}", "\n  a"),
        (TRIMMED, "{% raw %}\n{% endraw %}  {% if yes %}a{% endif %}", "  a"),
    ],
)
def test_space_around_tags_is_kept_or_taken_as_the_dialect_says(dialect, text, rendered):
    assert render_text(text, CONTEXT, dialect=dialect) == rendered


def test_a_raw_part_does_not_end_in_a_tag_of_two_lines():
    with pytest.raises(RenderingError, match="line break"):
        render_text("{% raw %}a{% endraw\n%}", CONTEXT)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{ n }} {{- n -}} x", "33x"),
        ("${{ n }}", "$3"),
        ("{{ True }} {{ False }} {{ None }}", "true false "),
        ("{{ object | jsonify }}", '{"a":1,"b":2}'),
        ("{% for key, value in object.items() %}{{ key }}{{ value }}{% endfor %}", "a1b2"),
        ("{{ object.keys() | join }}{{ object.values() | join }}", "ab12"),
        ("{{ object.get('a') }}{{ object.get('c', 5) }}{{ object.get('c') }}", "15"),
        ("{{ object.has_key('a') }}{{ object.has_key('c') }}", "truefalse"),
        ("{{ object.a }}{{ object.c }}", "1"),
        ("{% set x = [3, 1, 3] %}{{ x.count(3) }}{{ x.index(1) }}{{ x.find(7) }}", "21-1"),
        ("{% set x = [1] %}{{ x.append(2) }}{{ x.insert(0, 5) }}{{ x }}", "25,1,2"),
        ("{% set x = [1, 2, 3] %}{{ x.remove(2) }}{{ x.remove(7) }}{{ x.pop(0) }}{{ x.pop() }}{{ x.pop() }}", "213"),
        ("{{ list.length }}{{ list[0] }}{{ n.toFixed(1) }}", "213.0"),
        ("{{ {'keys': 1}.keys }}", "1"),
    ],
)
def test_a_template_made_for_cookiecutter_finds_what_it_knows_of_python(text, rendered):
    assert render_text(text, CONTEXT, dialect=COOKIECUTTER) == rendered


@pytest.mark.parametrize("text", ["${{ object.items() }}", "${{ list.count(1) }}", "${{ object | jsonify }}"])
def test_any_other_template_does_not(text):
    with pytest.raises(RenderingError):
        render_text(text, CONTEXT)
    assert render_text("<${{ True }}>{{ n }}", CONTEXT) == "<>{{ n }}"


def test_what_is_no_template_stays_as_it_is():
    assert render_text("${n} {{ n }}", CONTEXT) == "${n} {{ n }}"
    assert render_text("${n} { n }", CONTEXT, dialect=COOKIECUTTER) == "${n} { n }"


def test_the_caller_keeps_an_array_that_a_template_changes():
    mine = {"list": [1]}
    assert render_text("{{ list.append(2) }}{{ list }}", mine, dialect=COOKIECUTTER) == "21,2"
    assert mine == {"list": [1]}


def test_several_texts_share_one_budget():
    budget = Budget(Limits(steps=60))
    assert [render_text("${{ n }}", CONTEXT, budget=budget) for _ in range(3)] == ["3", "3", "3"]
    assert budget.remaining < 60
    with pytest.raises(RenderingError, match="too many steps"):
        render_text("${{ n }}" * 10, CONTEXT, budget=budget)


def test_one_text_in_two_dialects_is_two_templates():
    text = "{{ n }}{% if yes %}\n{% endif %}"
    assert render_text(text, CONTEXT) == "{{ n }}\n"
    assert render_text(text, CONTEXT, dialect=Dialect(cookiecutter=True, trim_blocks=True)) == "3"
