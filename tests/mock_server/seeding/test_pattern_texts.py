"""Texts that a pattern matches."""

import random
import re
import time

import pytest

from mock_server.seeding.pattern_texts import draw_text


@pytest.mark.parametrize(
    "pattern",
    [
        "^[a-z][a-z0-9-]*[a-z0-9]$",
        "^CC-[0-9]{4}$",
        "^(ssh-ed25519|ssh-rsa) .+",
        r"^[a-z0-9-]+\.acme\.example$",
        r"^v?\d+\.\d+?\.\d{1,}$",
        r"^[^a-z\s]{3}\w\S\D\W$",
        r"^[\w.-]+@[A-Z]{2,5}\t$",
        "^(?:a|b(c|d)+){2}$",
        "^[]x-]$".replace("[]", "["),
        "a{3,",
        "",
    ],
)
def test_a_text_matches_the_pattern_it_is_drawn_for(pattern):
    for seed in range(50):
        text = draw_text(random.Random(seed), pattern)
        assert text is not None
        assert re.search(pattern, text), text


def test_other_draws_give_other_texts():
    assert len({draw_text(random.Random(seed), "^[a-z]{8}$") for seed in range(50)}) > 40


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)b",
        "(?<n>a)",
        r"\p{L}",
        "[",
        "[]",
        "[z-a]",
        "(",
        "(a",
        "a\\",
        "*",
        "x{3,2}",
        "x{999}",
        "(" * 400,
        "x" * 501,
    ],
)
def test_of_a_pattern_of_another_sort_nothing_is_made(pattern):
    assert draw_text(random.Random(1), pattern) is None


@pytest.mark.parametrize(
    "pattern", ["(" * 15 + "a" + "{200})" * 15, "(" * 15 + "b{0}" + "){200}" * 15, "((((a*)*)*)*)*" * 20]
)
def test_no_pattern_takes_long(pattern):
    started = time.perf_counter()
    draw_text(random.Random(1), pattern)
    assert time.perf_counter() - started < 1
