"""What is written is read as it was meant."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.recording.writing import Unwritable, template_text
from mock_server.sources import parse_sources

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "1e3",
        "0x1f",
        ".5",
        "~",
        "null",
        "yes",
        "on",
        "2020-01-01",
        "=",
        "<<",
        "a: b",
        "a #b",
        " a",
        "a ",
        "- a",
        "?",
        "\x85",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
    | TEXTS,
    lambda value: st.lists(value, max_size=3) | st.dictionaries(TEXTS, value, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_any_data_comes_back(data):
    (source,) = parse_sources(template_text(data).encode(), Path("it"))
    assert source.data == data


@pytest.mark.parametrize("value", [1e200, math.inf, "\ud800"])
def test_what_yaml_cannot_hold_is_refused(value):
    with pytest.raises(Unwritable):
        template_text({"a": value})
