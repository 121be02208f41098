import pytest

from mock_server.javascript.keys import is_array_index, ordered


@pytest.mark.parametrize("key", ["0", "7", "10", "4294967294"])
def test_the_numeral_of_a_whole_number_is_an_array_index(key):
    assert is_array_index(key)


@pytest.mark.parametrize("key", ["", "01", "-1", "+1", "1.0", "1e1", "4294967295", "9" * 50, "٣", "²", "a", " 1"])
def test_any_other_key_is_none(key):
    assert not is_array_index(key)


def test_array_indices_come_first_in_the_order_of_numbers():
    assert list(ordered({"b": 1, "10": 2, "a": 3, "9": 4})) == [("9", 4), ("10", 2), ("b", 1), ("a", 3)]


def test_other_keys_keep_their_order():
    assert list(ordered({"b": 1, "a": 2})) == [("b", 1), ("a", 2)]
