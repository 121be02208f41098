import json
from pathlib import Path

import pytest
import yaml

from mock_server.actions.yaml_text import yaml_text
from mock_server.rendering import Budget, BudgetExhausted, Limits

# What version 2.9.1 of the package makes of values by hand and by chance.
CASES = json.loads((Path(__file__).parents[1] / "data/npm_yaml.json").read_text(encoding="utf-8"))
ENOUGH = Limits(steps=400_000)


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["value"])[:40])
def test_a_value_is_written_as_npm_yaml_writes_it(case):
    assert yaml_text(case["value"], Budget(ENOUGH)) == case["yaml"]


@pytest.mark.parametrize("text", ["plain " * 40, "say: " * 40, "one\n" * 40 + "long " * 40, "\x07 " + "word " * 40])
def test_a_long_text_comes_back_whole(text):
    assert yaml.safe_load(yaml_text({"text": text}, Budget(ENOUGH))) == {"text": text}


@pytest.mark.parametrize("text", ["a " * 400_000, "x" * 900_000 + "\x07", "a\n" * 400_000, "\t" * 900_000])
def test_a_text_beyond_all_reason_ends_with_the_budget(text):
    with pytest.raises(BudgetExhausted):
        yaml_text({"text": text}, Budget(ENOUGH))


def test_the_time_for_a_text_of_blank_lines_grows_with_its_length_only():
    text = "\n\t" * 90_000 + "x" * 100
    assert len(yaml_text({"text": text}, Budget(ENOUGH))) > len(text)


def test_what_is_nested_too_deeply_ends_with_the_budget():
    value: dict = {}
    for _ in range(900):
        value = {"a": value}
    with pytest.raises(BudgetExhausted):
        yaml_text(value, Budget(ENOUGH))
