"""Full text search: a term anywhere in a value, with the wildcards of SQL's LIKE."""

from mock_server.companions.catalog.entity_index import EntityIndex, EntitySet
from mock_server.javascript.numerals import WHITESPACE


class Term:
    """A term in lower case; `%` in it is any text, `_` any character."""

    def __init__(self, text: str) -> None:
        text = text.strip(WHITESPACE).lower()
        self._is_blank = not text
        self._pieces = [piece for piece in text.split("%") if piece]

    def __bool__(self) -> bool:
        return not self._is_blank

    def is_in(self, value: str) -> bool:
        """Whether the value holds the pieces one behind the other: the first place that fits is as good as any."""
        start = 0
        for piece in self._pieces:
            at = _find(value, piece, start)
            if at < 0:
                return False
            start = at + len(piece)
        return True

    def found(self, index: EntityIndex, keys: list[str]) -> EntitySet:
        """Who has the term in a value of one of the keys."""
        return index.united(
            of for key in dict.fromkeys(keys) for value, of in index.values(key.lower()) if self.is_in(value)
        )


def _find(value: str, piece: str, start: int) -> int:
    if "_" not in piece:
        return value.find(piece, start)
    for at in range(start, len(value) - len(piece) + 1):
        if all(asked in ("_", there) for asked, there in zip(piece, value[at:], strict=False)):
            return at
    return -1
