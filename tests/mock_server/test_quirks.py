import pytest

from mock_server.quirks import Quirk


@pytest.mark.parametrize("quirk", Quirk)
def test_every_quirk_says_what_it_does_in_one_line(quirk):
    assert 10 < len(quirk.effect) <= 100
    assert not quirk.effect.endswith(".")
