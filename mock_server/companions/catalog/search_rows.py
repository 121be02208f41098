"""What of an entity can be searched for: its fields by dotted path, as the real catalog lists them in its database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.entities import Entity
from mock_server.javascript.keys import ordered
from mock_server.javascript.numerals import is_number, number_to_text

# These are not looked into; what can be searched of some of them is said separately.
_PASSED_OVER = frozenset(
    {"attachments", "relations", "status", "metadata.name", "metadata.namespace", "metadata.uid", "metadata.etag"}
)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One value of one key, in lower case and as it was written; None for null and for what is too long to search."""

    key: str
    value: str | None
    original: str | None


def search_rows(entity: Entity) -> list[SearchRow]:
    """The rows of an entity; of those that differ in letter case only, the first."""
    rows: dict[tuple[str, str | None], SearchRow] = {}
    for path, value in _found(entity):
        key = path.lower()
        if len(key) > _LONGEST:
            continue
        text = None if value is None else _text(value)
        if text is not None and len(text.lower()) > _LONGEST:
            text = None
        row = SearchRow(key, None if text is None else text.lower(), text)
        rows.setdefault((row.key, row.value), row)
    return list(rows.values())


def _found(entity: Entity) -> Iterator[tuple[str, Any]]:
    yield from _visited("", entity)
    metadata = entity["metadata"]
    yield "metadata.name", metadata["name"]
    yield "metadata.namespace", metadata.get("namespace", "default")
    yield "metadata.uid", metadata.get("uid")
    for relation in entity.get("relations", ()):
        yield f"relations.{relation['type']}", relation["targetRef"]


def _visited(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if path in _PASSED_OVER:
        return
    if isinstance(value, Mapping):
        for key, member in ordered(value):
            yield from _visited(f"{path}.{key}" if path else key, member)
    elif isinstance(value, list):
        for item in value:
            yield from _visited(path, item)
            if isinstance(item, str):
                yield f"{path}.{item}", True
    else:
        yield path, value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_to_text(value) if is_number(value) else str(value)
