"""Mistakes are told as Node.js 20 tells them: the messages were taken from it, as its JSON parser gave them."""

import json

import pytest

from mock_server.json_syntax import not_a_document, syntax_error
from tests.mock_server.conftest import DATA

RECORDED = json.loads((DATA / "json_syntax.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["text"])
def test_a_mistake_is_told_as_by_node(case):
    assert (not_a_document(case["text"]) or syntax_error(case["text"])) == case["message"]


@pytest.mark.parametrize("text", ["{}", ' [1, -2.5e3, "\\u00fc", true, null]\n', '{"a": {"b": []}}', '["\ud83d"]'])
def test_there_is_nothing_to_tell_of_json(text):
    assert not_a_document(text) is None
    assert syntax_error(text) is None
