import pytest

from mock_server.companions.catalog.full_text import Term


@pytest.mark.parametrize(
    ("term", "value", "is_in"),
    [
        ("AD", "ada", True),
        (" da ", "ada", True),
        ("x", "ada", False),
        ("a%a", "ada", True),
        ("a%a%a", "ada", False),
        ("a_a", "ada", True),
        ("a_a", "aa", False),
        ("_", "", False),
        ("%", "", True),
        ("d%_d", "d d", True),
    ],
)
def test_a_term_is_found_with_its_wildcards(term, value, is_in):
    assert Term(term).is_in(value) is is_in


def test_a_blank_term_asks_for_nothing():
    assert not Term(" \t")
    assert Term("%")
