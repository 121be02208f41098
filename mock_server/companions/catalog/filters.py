"""Filters of the query, `kind=component,metadata.tags=java`, read as predicates."""

from collections.abc import Sequence
from typing import Any

from mock_server.companions.catalog.predicates import Predicate
from mock_server.javascript.numerals import WHITESPACE
from mock_server.request import InvalidRequest


def read_filters(filters: Sequence[str] | None) -> Predicate | None:
    """What one of the filters must hold for; None if they ask for nothing. Raises InvalidRequest.

    Within a filter all keys are asked for, of a key that is named several times any of its values.
    """
    read = [found for text in filters or () if (found := _read(text)) is not None]
    if not read:
        return None
    return read[0] if len(read) == 1 else {"$any": read}


def _read(text: str) -> Predicate | None:
    asked: dict[str, list[str] | None] = {}
    for statement in map(_stripped, text.split(",")):
        if not statement:
            continue
        key, equals, value = statement.partition("=")
        if equals and not _stripped(key):
            raise InvalidRequest(
                f"Invalid filter, '{statement}' is not a valid statement (expected a string on the form a=b or a= or a)"
            )
        key = _stripped(key)
        values = asked.setdefault(key, None)
        if equals and values is None:
            asked[key] = [_stripped(value)]
        elif equals and values is not None:
            values.append(_stripped(value))
    parts: list[dict[str, Any]] = [{key: _condition(values)} for key, values in asked.items()]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {"$all": parts}


def _condition(values: list[str] | None) -> Any:
    if values is None:
        return {"$exists": True}
    return values[0] if len(values) == 1 else {"$in": values}


def _stripped(text: str) -> str:
    return text.strip(WHITESPACE)
