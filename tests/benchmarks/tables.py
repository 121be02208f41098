"""Tables of plain text, as wide as a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH = 80


@dataclass(frozen=True, slots=True)
class Column:
    """A column so many characters wide; the first one of a table is flush left, the others right."""

    title: str
    width: int


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The titles, and a line for each row."""
    for cells in ([column.title for column in columns], *rows):
        first, *others = zip(columns, cells, strict=True)
        yield f"{first[1]:{first[0].width}}" + "".join(f"{cell:>{column.width}}" for column, cell in others)
