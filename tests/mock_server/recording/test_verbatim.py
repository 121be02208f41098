"""Texts that come out of the renderer as they went in."""

from hypothesis import given
from hypothesis import strategies as st

from mock_server.recording.verbatim import verbatim, verbatim_value
from mock_server.rendering import render, render_text

ID = "0b8a6f4e-6a39-4f4c-a4a9-1c5ad1c3a9d4"
CONTEXT = {"context": {"task": {"id": "another"}}}
# What looks like a template, and some of everything else.
TEXTS = st.lists(
    st.sampled_from(["${{", "}}", "{%", "%}", "{#", "#}", "-", "$", "{", "}", "%", "#", "raw", "'", '"', "\\", "\n"])
    | st.characters(exclude_categories=["Cs"]),
    max_size=30,
).map("".join)


@given(TEXTS)
def test_a_text_is_rendered_to_itself(text):
    assert render_text(verbatim(text), {}) == text


@given(st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, lambda value: st.lists(value, max_size=3)))
def test_a_value_is_rendered_to_itself(value):
    assert render(verbatim_value(value), {}).value == value


def test_the_id_of_the_task_becomes_that_of_the_task_that_is_played():
    assert render_text(verbatim(f"${{{{ {ID} and {ID}", ID), CONTEXT) == "${{ another and another"
    assert render(verbatim_value({"a": [ID]}, ID), CONTEXT).value == {"a": ["another"]}


def test_a_short_id_may_be_a_word_and_stays():
    assert verbatim("task 7 of 17", "7") == "task 7 of 17"
