from {{ cookiecutter.package }} import greet


def test_greeting():
    assert greet("you").startswith("Hello")
