"""{{ cookiecutter.description or cookiecutter.name }}"""

__all__ = ["greet"]


def greet(name: str) -> str:
    return f"Hello, {name}; {{'{{'}} braces {{'}}'}} and ${{ cookiecutter.name }} too"
