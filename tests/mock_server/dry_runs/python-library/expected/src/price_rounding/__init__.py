"""Rounds prices "fairly", they say"""

__all__ = ["greet"]


def greet(name: str) -> str:
    return f"Hello, {name}; {{ braces }} and $price-rounding too"
