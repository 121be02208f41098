"""Cursors: where in which query a page ends, as clients are told it and give it back."""

import base64
from collections.abc import Mapping
from typing import Any

from mock_server.answers import encode_json
from mock_server.companions.catalog.predicates import PREDICATE, Predicate
from mock_server.companions.shape_words import as_json, in_a_sentence
from mock_server.companions.shapes import (
    Shape,
    TooComplex,
    array,
    lazy,
    members,
    of_type,
    one_of,
    optional,
    read_as,
    union,
    whole_from_one,
)
from mock_server.json_body import decode_json
from mock_server.json_syntax import syntax_error
from mock_server.request import InvalidRequest

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_NOISE = bytes(set(range(256)) - set(_BASE64))

Cursor = Mapping[str, Any]


def _entity_cursor() -> Shape:
    text = of_type("string")
    values = array(union(text, of_type("null")))
    old_filter: Shape = lazy(lambda: old)
    old = union(
        union(
            union(members({"key": text, "values": optional(array(text))}), members({"not": old_filter})),
            members({"anyOf": array(old_filter)}),
        ),
        members({"allOf": array(old_filter)}),
    )
    return members(
        {
            "orderFields": array(members({"field": text, "order": one_of("asc", "desc")})),
            "fullTextFilter": optional(members({"term": text, "fields": optional(array(text))})),
            "orderFieldValues": values,
            "filter": optional(old),
            "isPrevious": of_type("boolean"),
            "query": optional(PREDICATE),
            "firstSortFieldValues": optional(values),
            "totalItems": optional(of_type("number")),
        }
    )


_ENTITY_CURSOR = _entity_cursor()
_LOCATION_CURSOR = members(
    {"limit": whole_from_one, "afterId": optional(of_type("string")), "query": optional(PREDICATE)}
)


def encode_cursor(value: Any) -> str:
    return base64.b64encode(encode_json(value)).decode()


def decode_entity_cursor(text: str) -> Cursor:
    """The cursor of a page of entities. Raises InvalidRequest."""
    decoded = _decoded(text)
    try:
        cursor, issues = read_as(_ENTITY_CURSOR, _parsed(decoded))
    except ValueError as error:
        raise InvalidRequest(f"Malformed cursor: {_reason(decoded, error)}") from None
    if issues:
        raise InvalidRequest(f"Malformed cursor: InputError: Malformed cursor: {as_json(issues)}")
    return dict(cursor)


def decode_location_cursor(text: str) -> Cursor:
    """The cursor of a page of locations. Raises InvalidRequest."""
    try:
        cursor, issues = read_as(_LOCATION_CURSOR, _parsed(_decoded(text)))
    except TooComplex as error:
        raise InvalidRequest(f"Malformed cursor: {error}") from None
    except ValueError:
        raise InvalidRequest("Malformed cursor, unknown encoding") from None
    if issues:
        raise InvalidRequest(f"Malformed cursor: {in_a_sentence(issues)}")
    return dict(cursor)


def decode_offset_cursor(text: str) -> Mapping[str, Any]:
    """The limit and the offset that the `after` of a plain list names, if it does. Raises InvalidRequest."""
    try:
        cursor = _parsed(_decoded(text))
    except ValueError:
        raise InvalidRequest("Malformed after cursor, could not be parsed") from None
    if cursor is None:
        raise InvalidRequest("Malformed after cursor, could not be parsed")
    if not isinstance(cursor, Mapping):
        return {}
    for name, told in (("limit", "an number"), ("offset", "a number")):
        if name in cursor and (not isinstance(cursor[name], int) or isinstance(cursor[name], bool)):
            raise InvalidRequest(f"Malformed after cursor, {name} was not {told}")
    return {name: cursor[name] for name in ("limit", "offset") if name in cursor}


def old_filter_as_predicate(found: Mapping[str, Any]) -> Predicate:
    """The predicate that says what the filter of an older cursor said."""
    if "key" in found:
        values = found.get("values")
        if values is None:
            return {found["key"]: {"$exists": True}}
        return {found["key"]: values[0] if len(values) == 1 else {"$in": values}}
    if "not" in found:
        return {"$not": old_filter_as_predicate(found["not"])}
    operator, parts = ("$any", found["anyOf"]) if "anyOf" in found else ("$all", found["allOf"])
    return {operator: [old_filter_as_predicate(part) for part in parts]}


def _decoded(text: str) -> str:
    """The text in a base64 text, read as leniently as Node reads it."""
    digits = text.encode("utf-8", "replace").partition(b"=")[0].translate(_URL_SAFE).translate(None, _NOISE)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + b"=" * (-len(digits) % 4)).decode("utf-8", "replace")


def _parsed(text: str) -> Any:
    """The JSON value in a text. Raises ValueError, also for one that is nested too deep."""
    try:
        return decode_json(text)
    except RecursionError:
        raise TooComplex from None


def _reason(text: str, error: ValueError) -> str:
    return str(error) if isinstance(error, TooComplex) else f"SyntaxError: {syntax_error(text) or error}"
