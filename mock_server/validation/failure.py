"""What is wrong with a value, in the words of the API."""

import re
from dataclasses import dataclass
from functools import reduce

from mock_server.javascript.numerals import WHITESPACE
from mock_server.javascript.undefined import UNDEFINED
from mock_server.validation.javascript import is_true, json_text

Path = tuple[str | int, ...]
"""The keys and indices that lead to a value."""

_INDEX = re.compile(r"\d+", re.ASCII)
_NEEDS_QUOTES = re.compile(rf"\d|[\s\S]*[.\[\]{WHITESPACE}]", re.ASCII)


def written(path: Path, root: str = "instance") -> str:
    """The path as messages write it: `instance.hosts[0]["full name"]`."""
    return reduce(lambda before, key: before + _suffix(str(key)), path, root)


def identity(schema: object) -> object:
    """The `$id`, or else the `id`, of a schema that has one, and `UNDEFINED` otherwise."""
    if isinstance(schema, dict):
        for key in ("$id", "id"):
            if key in schema and is_true(schema[key]):
                return schema[key]
    return UNDEFINED


@dataclass(frozen=True, slots=True)
class Failure:
    """One keyword of a schema that one value does not satisfy."""

    path: Path
    keyword: str
    message: str
    argument: object
    schema: object
    instance: object

    @property
    def length(self) -> int:
        """About how many characters it takes to report, besides its schema and its instance."""
        return len(self.message) + sum(len(str(key)) for key in self.path)

    @property
    def stack(self) -> str:
        """The message with the place it is about."""
        return f"{written(self.path)} {self.message}"

    def to_json(self, root: str = "instance") -> dict[str, object]:
        """The failure as the API reports it, without what JavaScript leaves undefined."""
        place = written(self.path, root)
        name = identity(self.schema)
        error: dict[str, object] = {
            "path": list(self.path),
            "property": place,
            "message": self.message,
            "schema": self.schema if name is UNDEFINED else name,
            "instance": self.instance,
            "name": self.keyword,
            "argument": self.argument,
            "stack": f"{place} {self.message}",
        }
        return {key: value for key, value in error.items() if value is not UNDEFINED}


def _suffix(key: str) -> str:
    if not _NEEDS_QUOTES.match(key):
        return f".{key}"
    return f"[{key}]" if _INDEX.fullmatch(key) else f"[{json_text(key)}]"
