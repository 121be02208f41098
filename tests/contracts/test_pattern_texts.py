"""Texts for regular expressions."""

import re

import pytest

from contracts.pattern_texts import LONGEST_TEXT, texts_for


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "a",
        "^[a-z][a-z0-9_]*$",
        "^CC-[0-9]{4}$",
        "^(ssh-ed25519|ssh-rsa) .+",
        r"^\d+\.\d+\.\d+(?:-rc\d)?$",
        "^(?!x)[A-Z]{2,}$",
        r"^[^\s@]+@[^\s@]+$",
        "^(a|b)+?$",
        r"^[\w.-]{1,63}$",
        r"^https?:\/\/[^/]+\/$",
        r"^\u0041\x42$",
        "^[a-z]{63}$",
        r"^[\]\\-]$",
        r"^\S+\t\n?$",
    ],
)
def test_plain_patterns_are_matched(pattern):
    assert any(re.search(pattern, text) for text in texts_for(pattern))


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[", "[z-a]", "\\", r"\u00", "a{9,1}", "(" * 300, "(" * 99 + ")" * 99, "x" * 1000, "[a&&b]", "[[a]"],
)
def test_odd_patterns_do_no_harm(pattern):
    for text in texts_for(pattern):
        assert isinstance(text, str)


def test_longer_texts_come_later():
    lengths = [len(text) for text in texts_for("^a+$")]
    assert lengths == sorted(lengths)
    assert lengths[0] == 1
    assert lengths[-1] > 30


def test_repetitions_of_repetitions_do_not_multiply_without_end():
    assert [text for text in texts_for("((((a{200}){200}){200}){200})") if len(text) > LONGEST_TEXT] == []
    assert len(next(texts_for("(a{90}){100}"))) == 9_000
