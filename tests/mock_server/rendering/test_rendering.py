"""Values, contexts and secrets: what the callers of the package rely on."""

import copy
import pickle

import pytest

import mock_server.rendering as package
from mock_server.rendering import UNDEFINED, Rendered, RenderingError, Undefined, render, render_text, truthy


def value_of(template, context=None, **options):
    return render(template, context or {}, **options).value


def test_what_is_exported_is_what_is_there():
    assert all(hasattr(package, name) for name in package.__all__)


def test_undefined_is_one_falsy_value_whatever_is_done_to_it():
    assert not UNDEFINED
    assert repr(UNDEFINED) == "UNDEFINED"
    assert copy.deepcopy(UNDEFINED) is UNDEFINED
    assert pickle.loads(pickle.dumps(UNDEFINED)) is UNDEFINED
    assert isinstance(UNDEFINED, Undefined)


@pytest.mark.parametrize("value", [None, False, 0, 0.0, float("nan"), "", UNDEFINED])
def test_what_javascript_takes_for_false_is_not_truthy(value):
    assert not truthy(value)


@pytest.mark.parametrize("value", [True, 1, -1, "0", "false", [], {}, float("inf")])
def test_anything_else_is_truthy(value):
    assert truthy(value)


@pytest.mark.parametrize("value", [None, True, 5, 1.5, "plain { text } $", {"a": [1, "b", None]}])
def test_a_value_without_templates_stays_as_it_is(value):
    assert render(value, {}) == Rendered(value)


def test_templates_are_rendered_wherever_they_are_in_a_value():
    value = {"list": ["${{ n }}", {"deep": "n=${{ n }}"}], "plain": 1}
    assert value_of(value, {"n": 3}) == {"list": [3, {"deep": "n=3"}], "plain": 1}


def test_an_undefined_expression_drops_its_key():
    assert value_of({"gone": "${{ missing }}", "kept": "${{ nothing }}"}, {"nothing": None}) == {"kept": None}


def test_an_undefined_element_of_an_array_becomes_null():
    assert value_of(["${{ missing }}", 1]) == [None, 1]


def test_an_undefined_value_is_undefined():
    assert value_of("${{ missing }}") is UNDEFINED


def test_the_keys_of_an_object_are_not_rendered():
    assert value_of({"${{ n }}": "${{ n }}"}, {"n": 1}) == {"${{ n }}": 1}


def test_an_error_leaves_only_its_own_text_unrendered():
    assert value_of(["${{ n | nofilter }}", "${{ n }}"], {"n": 1}) == ["${{ n | nofilter }}", 1]


def test_a_text_with_an_error_is_refused_as_a_whole():
    with pytest.raises(RenderingError, match="nofilter"):
        render_text("a ${{ 1 | nofilter }}", {})


def test_a_whole_text_is_always_rendered_to_a_text():
    assert render_text("${{ n }}", {"n": 3}) == "3"
    assert render_text("no template", {}) == "no template"


def test_a_native_value_is_a_copy_and_plain_json():
    context = {"value": {"list": [1.0, float("nan"), 1e21, 2**60], "undefined": UNDEFINED}}
    result = value_of("${{ value }}", context)
    assert result == {"list": [1, None, 1e21, 1152921504606847000]}
    result["list"].append("changed")
    assert len(context["value"]["list"]) == 4


def test_a_text_marked_safe_becomes_a_plain_text():
    assert type(value_of("${{ 'a' | safe }}")) is str


def test_methods_that_change_an_array_change_it_for_the_rendering_only():
    context = {"list": [3, 1, 2]}
    assert value_of("${{ list.push(9) }}${{ list.reverse() }}", context) == "49,2,1,3"
    assert context == {"list": [3, 1, 2]}


def test_the_next_text_sees_the_context_unchanged():
    assert value_of(["${{ list.pop() }}", "${{ list.pop() }}"], {"list": [1, 2]}) == [2, 2]


def test_an_array_that_a_function_returns_is_changed_for_the_rendering_only():
    shared = [1]
    assert value_of("{% set l = f() %}${{ l.push(2) }}${{ l }}", functions={"f": lambda: shared}) == "21,2"
    assert shared == [1]


def test_functions_receive_the_arguments():
    assert value_of("${{ add(n, 2) }}", {"n": 1}, functions={"add": lambda one, other: one + other}) == 3


def test_a_function_may_return_undefined():
    assert value_of("${{ f() }}", functions={"f": lambda: UNDEFINED}) is UNDEFINED


@pytest.mark.parametrize("call", ["f()", "f(1, 2)", "f(a=1)", "f('x')", "f([])"])
def test_a_function_called_wrongly_leaves_the_text_as_it_is(call):
    template = f"${{{{ {call} }}}}"
    assert value_of(template, functions={"f": lambda number: 1 / int(number) if number != [] else {}["no"]}) == template


def test_the_context_hides_functions_and_the_template_hides_both():
    template = "${{ f }}"
    assert value_of(template, {"f": 1}, functions={"f": lambda: 2}) == 1
    assert value_of("{% set f = 3 %}${{ f }}", {"f": 1}) == "3"


SECRETS = {
    "parameters": {"name": "x"},
    "secrets": {"token": "t0p", "empty": ""},
    "environment": {"secrets": {"key": "k3y"}, "parameters": {"region": "eu"}},
}


@pytest.mark.parametrize(
    ("template", "redacted"),
    [
        ("${{ secrets.token }}", {"t0p"}),
        ("a ${{ secrets.token }}", {"a t0p"}),
        ("${{ environment.secrets.key | upper }}", {"K3Y"}),
        ("${{ environment['secrets'].key }}", {"k3y"}),
        ("${{ environment }}", {"k3y", "eu"}),
        ("${{ environment.parameters.region }}", set()),
        ("${{ environment['parameters'].region }}", set()),
        ("${{ environment['sec' ~ 'rets'].key }}", {"k3y"}),
        ("${{ parameters.name }}", set()),
        ("${{ 'yes' if secrets.token else 'no' }}", {"yes"}),
        ("{% if true %}a{% else %}${{ secrets.token }}{% endif %}", set()),
        ("${{ secrets.empty }}", set()),
        ("${{ [secrets.token, 'x', 1, {a: 'y', secrets: ''}] }}", {"t0p", "x", "y"}),
        ("${{ secrets.missing }}", set()),
        ("${{ secrets.token | nofilter }}", set()),
        ("{% set secrets = 'mine' %}${{ secrets }}", set()),
        ("${{ secrets.token.length }}", set()),
    ],
)
def test_texts_made_with_secrets_are_reported(template, redacted):
    assert render({"input": [template, "${{ parameters.name }}"]}, SECRETS).redactions == redacted


@pytest.mark.parametrize("template", ["a${{ secrets.token }}", "a${{ environment.secrets.key }}"])
def test_secrets_that_are_not_there_redact_nothing(template):
    assert render(template, {"environment": {}}) == Rendered("a", frozenset())
    assert render(template, {"environment": {"secrets": {}}, "secrets": {}}) == Rendered("a", frozenset())


@pytest.mark.parametrize(
    ("expression", "value"),
    [("x", 12345678901234567000), ("-x", -12345678901234567000), ("x * 2", 24691357802469134000), ("1 / 0", None)],
)
def test_a_number_beyond_the_safe_integers_comes_out_by_its_shortest_digits(expression, value):
    assert render(f"${{{{ {expression} }}}}", {"x": 12345678901234567000}).value == value
