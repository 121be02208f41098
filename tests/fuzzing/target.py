"""What a fuzzer needs to know of a parser."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "mock_server"


@dataclass(frozen=True, slots=True)
class Target:
    """One parser. `check` raises for bytes that it does not read as it should: what may go wrong is caught there.

    `seeds` are inputs to begin with, `words` what inputs are made of, behind an `opening` where there must be one.
    """

    name: str
    check: Callable[[bytes], object]
    seeds: Callable[[], Iterable[bytes]]
    words: tuple[str, ...] = ()
    longest: int = 4_096
    opening: str = ""


def text_of(data: bytes) -> str:
    """The text that the bytes stand for. Any text can be had, half characters included."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def bytes_of(text: str) -> bytes:
    """The bytes that stand for a text."""
    return text.encode("utf-8", "surrogatepass")


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        yield from texts_in(list(value.values()))
