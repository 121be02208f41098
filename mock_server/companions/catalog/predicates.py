"""Predicates: `{"kind": "User", "metadata.tags": {"$in": [...]}}`, with `$all`, `$any` and `$not` about them.

They are read by their shape first; what passes that and still means nothing here is refused when it is applied.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from mock_server.companions.catalog.entity_index import EntityIndex, EntitySet
from mock_server.companions.shape_words import in_a_sentence
from mock_server.companions.shapes import (
    Path,
    Shape,
    TooComplex,
    array,
    lazy,
    matching,
    members,
    never,
    of_type,
    read_as,
    record,
    union,
)
from mock_server.javascript.keys import ordered
from mock_server.javascript.numerals import is_number, number_to_text
from mock_server.request import InvalidRequest

Predicate = Mapping[str, Any]


def _shapes() -> Shape:
    primitive = union(of_type("string"), of_type("number"), of_type("boolean"))
    field = matching(r"(?:[^$\n\r][^\n\r\u2028\u2029]*)?")
    expression = union(record(field, lazy(lambda: value)), record(matching(r"(?s:\$.*)"), never))
    inner = lazy(lambda: predicate)
    predicate = union(
        expression,
        primitive,
        members({"$all": array(inner)}, strict=True),
        members({"$any": array(inner)}, strict=True),
        members({"$not": inner}, strict=True),
    )
    value = union(
        primitive,
        members({"$exists": of_type("boolean")}),
        members({"$in": array(primitive)}),
        members({"$contains": inner}),
        members({"$hasPrefix": of_type("string")}),
    )
    return predicate


PREDICATE: Shape = _shapes()


def read_predicate(value: Any, refusal: str, *, within: Path = ()) -> Predicate:
    """A predicate of a request, where it stands there. Raises InvalidRequest, whose message begins with the refusal."""
    try:
        found, issues = read_as(PREDICATE, value, within)
    except TooComplex as error:
        raise InvalidRequest(f"{refusal}{error}") from None
    if issues:
        raise InvalidRequest(f"{refusal}{in_a_sentence(issues)}")
    predicate: Predicate = found
    return predicate


def chosen_by(predicate: Any, index: EntityIndex) -> EntitySet:
    """Who a predicate is true of. Raises InvalidRequest for one that means nothing to the catalog."""
    try:
        return _chosen(predicate, index)
    except RecursionError:
        raise InvalidRequest(str(TooComplex())) from None


def _chosen(predicate: Any, index: EntityIndex) -> EntitySet:
    if not isinstance(predicate, Mapping):
        raise InvalidRequest(
            "Invalid filter predicate: top-level primitive values are not supported. "
            f'Wrap the value in a field expression, e.g. {{ "kind": {_quoted(predicate)} }}'
        )
    if "$not" in predicate:
        return index.everybody & ~_chosen(predicate["$not"], index)
    chosen = index.everybody
    if "$all" in predicate:
        for part in predicate["$all"]:
            chosen &= _chosen(part, index)
    elif "$any" in predicate:
        chosen = index.united(_chosen(part, index) for part in predicate["$any"])
    else:
        for key, value in ordered(predicate):
            chosen &= _having(key.lower(), value, index)
    return chosen


def _having(key: str, value: Any, index: EntityIndex) -> EntitySet:
    if is_primitive(value):
        return index.having_value(key, as_text(value))
    if isinstance(value, Mapping):
        for operator, apply in _OPERATORS.items():
            if operator in value:
                return apply(key, value[operator], index)
    raise InvalidRequest(
        f'Invalid filter predicate value for field "{key}": expected a primitive value, $exists, $in, $hasPrefix, or '
        f"$contains operator, but got {_quoted(value)}"
    )


def _exists(key: str, asked: bool, index: EntityIndex) -> EntitySet:
    present = index.having(key)
    return present if asked else index.everybody & ~present


def _in(key: str, values: list[Any], index: EntityIndex) -> EntitySet:
    return index.united(index.having_value(key, as_text(value)) for value in values)


def _has_prefix(key: str, prefix: str, index: EntityIndex) -> EntitySet:
    return index.having_prefix(key, prefix.lower())


def _contains(key: str, target: Any, index: EntityIndex) -> EntitySet:
    if is_primitive(target):
        return index.having_value(key, as_text(target))
    if key == "relations":
        return _related(target, index)
    raise InvalidRequest(f'Object form of $contains is not supported for field "{key}"')


def _related(target: Mapping[str, Any], index: EntityIndex) -> EntitySet:
    type: str | None = None
    refs: list[str] | None = None
    for name, value in ordered(target):
        key = name.lower()
        if key == "type":
            if type is not None:
                raise InvalidRequest(f'Duplicate key "{name}" in $contains for "relations"')
            if not isinstance(value, str):
                raise InvalidRequest(_TYPE_NEEDED)
            type = value
        elif key == "targetref":
            if refs is not None:
                raise InvalidRequest(f'Duplicate key "{name}" in $contains for "relations"')
            refs = _target_refs(value)
        else:
            raise InvalidRequest(
                f'Unsupported key "{name}" in $contains for "relations". Only "type" and "targetRef" are supported'
            )
    if not type:
        raise InvalidRequest(_TYPE_NEEDED)
    relation = f"relations.{type.lower()}"
    return index.having(relation) if refs is None else _in(relation, refs, index)


_TYPE_NEEDED = 'The $contains operator for "relations" requires a "type" string property'


def _target_refs(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping) and list(value) == ["$in"] and all(isinstance(ref, str) for ref in value["$in"]):
        if not value["$in"]:
            raise InvalidRequest('Empty "$in" array for $contains on "relations" is not allowed')
        return list(value["$in"])
    raise InvalidRequest(
        'Unsupported value in $contains for "relations": expected a string or { "$in": [strings] }, '
        f"but got {_quoted(value)}"
    )


# In the order in which the real catalog looks for them.
_OPERATORS: Mapping[str, Callable[[str, Any, EntityIndex], EntitySet]] = {
    "$exists": _exists,
    "$in": _in,
    "$hasPrefix": _has_prefix,
    "$contains": _contains,
}


def is_primitive(value: Any) -> bool:
    return isinstance(value, str | bool) or is_number(value)


def as_text(value: Any) -> str:
    """A primitive value as it is searched for."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_to_text(value) if is_number(value) else str(value).lower()


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))[:1_000]
