"""JSON Schemas as a target gives them: any dialect, any quality, perhaps made to do harm. Nothing is fetched."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

import jsonschema_rs

DIALECTS: Final = (
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-04/schema#",
)
VALIDATORS: Final = (jsonschema_rs.Draft7Validator, jsonschema_rs.Draft202012Validator)
# What these say is data, not a schema.
DATA_KEYWORDS: Final = frozenset({"enum", "const", "default", "examples", "example"})
# How many subschemas are looked at, references followed, before a schema is taken for a trap.
MOST_SUBSCHEMAS: Final = 20_000
DEEPEST: Final = 100
ROOT: Final = "urn:contract-tests:schema"


def is_schema(value: Any) -> bool:
    """Whether this is a valid JSON Schema: of the dialect that it names, of any known one if it names none of them."""
    if isinstance(value, bool):
        return True
    if not isinstance(value, dict) or not _is_shallow(value):
        return False
    named = _dialect(value.get("$schema"))
    dialects = DIALECTS if named is None else (named,)
    return any(_is_valid({**value, "$schema": dialect}) for dialect in dialects)


def dangling_references(schema: Any, *documents: Any) -> list[str]:
    """The references within the schema, `#/...`, that lead nowhere: neither in it nor in one of these documents."""
    if any("$id" in found or "id" in found for found in _objects(schema, 0) if found is not schema):
        return []
    references = {found["$ref"] for found in _objects(schema, 0) if isinstance(found.get("$ref"), str)}
    return sorted(
        reference
        for reference in references
        if reference.startswith("#/") and all(_at(document, reference) is _NOWHERE for document in (schema, *documents))
    )


def accepts(schema: Any, value: Any, root: Any = None) -> bool | None:
    """Whether the schema accepts the value; None where dialects differ over it, or nobody can tell.

    References are followed within `root`, the schema itself if there is none.
    """
    root = schema if root is None else root
    if not isinstance(schema, dict | bool) or not is_tame(schema, root):
        return None
    rooted, registry = _absolute(schema), [(ROOT, _absolute(root))]
    verdicts = {
        _verdict(validator, rooted, registry, value, formats) for validator in VALIDATORS for formats in (True, False)
    }
    return verdicts.pop() if len(verdicts) == 1 else None


def is_tame(schema: Any, root: Any) -> bool:
    """Whether validating with it comes to an end in good time: references may multiply without bound."""
    left = MOST_SUBSCHEMAS

    def visit(found: Any, depth: int, followed: frozenset[str]) -> bool:
        nonlocal left
        left -= 1
        if left < 0 or depth > DEEPEST:
            return False
        if isinstance(found, list):
            return all(visit(item, depth + 1, followed) for item in found)
        if not isinstance(found, dict):
            return True
        reference = found.get("$ref")
        if isinstance(reference, str) and reference not in followed:
            target = resolve(reference, root)
            if not visit(target, depth + 1, followed | {reference}):
                return False
        return all(visit(member, depth + 1, followed) for key, member in found.items() if key not in DATA_KEYWORDS)

    return visit(schema, 0, frozenset())


def resolve(reference: str, root: Any) -> Any:
    """What a reference within the root leads to, None if it leads nowhere."""
    if reference == "#":
        return root
    found = _at(root, reference) if reference.startswith("#/") else _NOWHERE
    return None if found is _NOWHERE else found


def _verdict(validator: Any, schema: Any, documents: list[tuple[str, Any]], value: Any, formats: bool) -> bool | None:
    try:
        registry = jsonschema_rs.Registry(documents, retriever=_refuse)
        return bool(validator(schema, validate_formats=formats, registry=registry).is_valid(value))
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return None


def _refuse(uri: str) -> Any:
    raise ValueError(f"not fetched: {uri}")


def _is_valid(schema: Mapping[str, Any]) -> bool:
    try:
        return jsonschema_rs.meta.is_valid(dict(schema))
    except (ValueError, jsonschema_rs.ReferencingError):
        return False


def _dialect(named: Any) -> str | None:
    bare = named.rstrip("#") if isinstance(named, str) else None
    return next((dialect for dialect in DIALECTS if dialect.rstrip("#") == bare), None)


def _is_shallow(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return True


def _absolute(schema: Any) -> Any:
    """The schema with references to its root made absolute, so that a part of it keeps them."""
    if isinstance(schema, list):
        return [_absolute(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: ROOT + member
        if key == "$ref" and isinstance(member, str) and member.startswith("#")
        else member
        if key in DATA_KEYWORDS
        else _absolute(member)
        for key, member in schema.items()
        if key not in {"$schema", "$id", "id"} or isinstance(member, dict)
    }


def _objects(schema: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(schema, dict):
        yield schema
        for key, member in schema.items():
            if key not in DATA_KEYWORDS and not key.startswith("ui:"):
                yield from _objects(member, depth + 1)
    elif isinstance(schema, list):
        for item in schema:
            yield from _objects(item, depth + 1)


class _Nowhere:
    """What a pointer leads to that leads to nothing."""


_NOWHERE: Final = _Nowhere()


def _at(document: Any, reference: str) -> Any:
    found = document
    for key in unquote(reference.removeprefix("#/")).split("/"):
        key = key.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            return _NOWHERE
    return found
