"""What the real renderer made of many templates, and that ours makes the same of them."""

import json
from pathlib import Path

import pytest

from mock_server.rendering import UNDEFINED, render, truthy

HERE = Path(__file__).parent
BACKEND = json.loads((HERE / "templating.json").read_text(encoding="utf-8"))
RENDERER = json.loads((HERE / "recorded.json").read_text(encoding="utf-8"))

BACKEND_CONTEXT = {
    "parameters": BACKEND["parameters"],
    "steps": {"2dbb3c6c-d8bc-489a-8a12-6c9f632424b7": {"output": {}}},
    "environment": {"parameters": {}, "secrets": {}},
}
FUNCTIONS = {"always": lambda *_: True, "failure": lambda *_: False}


def outcome(template, context):
    rendered = render(template, context, functions=FUNCTIONS).value
    return "absent" if rendered is UNDEFINED else rendered


@pytest.mark.parametrize("case", BACKEND["results"], ids=lambda case: case["expr"])
def test_an_expression_renders_as_on_the_real_backend(case):
    assert outcome(case["expr"], BACKEND_CONTEXT) == case.get("value", "absent")


@pytest.mark.parametrize("case", BACKEND["step_if"]["results"], ids=lambda case: str(case["if"]))
def test_a_condition_holds_as_on_the_real_backend(case):
    rendered = render(case["if"], {"parameters": BACKEND["step_if"]["parameters"]}, functions=FUNCTIONS).value
    # The backend, unlike JavaScript, takes an empty array for false.
    assert (truthy(rendered) and rendered != []) is case["ran"]


@pytest.mark.parametrize("case", RENDERER["results"], ids=lambda case: case["template"])
def test_a_template_renders_as_by_the_real_renderer(case):
    template = case["template"]
    result = outcome(template, RENDERER["context"])
    if case.get("error"):
        assert result == template
    else:
        expected = case.get("value", "absent")
        assert json.dumps(result) == json.dumps(expected)


@pytest.mark.parametrize("case", RENDERER["differences"], ids=lambda case: case["template"])
def test_characters_beyond_the_first_plane_count_once(case):
    # JavaScript counts their halves, which are no characters and cannot be sent on.
    assert outcome(case["template"], RENDERER["context"]) == case["ours"] != case["value"]
