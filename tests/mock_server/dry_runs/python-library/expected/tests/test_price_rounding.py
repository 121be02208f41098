from price_rounding import greet


def test_greeting():
    assert greet("you").startswith("Hello")
