"""The keywords that weigh a value against types and against other schemas."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from mock_server.javascript.numerals import is_number
from mock_server.javascript.undefined import UNDEFINED
from mock_server.validation.failure import Failure, identity, written
from mock_server.validation.invalid_schema import InvalidSchema
from mock_server.validation.javascript import is_true, joined, json_text, number, text
from mock_server.validation.visit import Keyword, Visit, as_schema, listed

TYPES: Final[Mapping[str, Callable[[object], bool]]] = MappingProxyType(
    {
        "string": lambda value: isinstance(value, str),
        "number": lambda value: is_number(value) and abs(number(value)) < float("inf"),
        "integer": lambda value: is_number(value) and number(value).is_integer(),
        "boolean": lambda value: isinstance(value, bool),
        "array": lambda value: isinstance(value, list),
        "null": lambda value: value is None,
        "object": lambda value: isinstance(value, dict),
        "any": lambda _: True,
        "date": lambda _: False,
    }
)


def type_(visit: Visit) -> Iterator[Failure]:
    """The types to choose from; an unknown one accepts everything, a schema what is valid under it."""
    if visit.instance is UNDEFINED:
        return
    types = listed(visit.value("type"))
    visit.budget.spend(len(types))
    if not any(_has_type(visit, wanted) for wanted in types):
        names: list[object] = [
            text(wanted) if (name := identity(wanted)) is UNDEFINED else f"<{text(name)}>" for wanted in types
        ]
        yield visit.failure("type", f"is not of a type(s) {joined(names)}", names)


def not_(visit: Visit) -> Iterator[Failure]:
    """The types or schemas to avoid, which `disallow` is an older name for."""
    unwanted = next((value for value in map(visit.value, ("not", "disallow")) if is_true(value)), UNDEFINED)
    if visit.instance is UNDEFINED or unwanted is UNDEFINED:
        return
    visit.budget.spend(len(listed(unwanted)))
    for schema in listed(unwanted):
        if _has_type(visit, schema):
            name = schema if (name := identity(schema)) is UNDEFINED else name
            yield visit.failure("not", f"is of prohibited type {text(name)}", name)


def any_of(visit: Visit) -> Iterator[Failure]:
    """Schemas of which one must accept the value."""
    schemas = _alternatives(visit, "anyOf")
    if visit.instance is not UNDEFINED and not any(visit.beside(schema).accepts() for schema in schemas):
        names = [
            f"<{text(name)}>" if (name := identity(schema)) is not UNDEFINED else _label(schema, position)
            for position, schema in enumerate(schemas)
        ]
        yield visit.failure("anyOf", f"is not any of {joined(names)}", names)


def one_of(visit: Visit) -> Iterator[Failure]:
    """Schemas of which exactly one must accept the value."""
    schemas = _alternatives(visit, "oneOf")
    if visit.instance is not UNDEFINED and sum(visit.beside(schema).accepts() for schema in schemas) != 1:
        names = [_label(schema, position) for position, schema in enumerate(schemas)]
        yield visit.failure("oneOf", f"is not exactly one from {joined(names)}", names)


def all_of(visit: Visit) -> Iterator[Failure]:
    """Schemas that must all accept the value; each that does not is named before what it finds wrong."""
    for position, schema in enumerate(_alternatives(visit, "allOf") if visit.instance is not UNDEFINED else ()):
        target = visit.beside(schema).followed()
        failures = target.failures()
        if failures:
            name = _label(schema, position)
            complaint = f"does not match allOf schema {text(name)} with {len(failures)} error[s]:"
            visit.budget.spend_on(sum(failure.length for failure in failures))
            outcome = {
                "instance": target.instance,
                "schema": target.schema,
                "options": {},
                "path": list(target.path),
                "propertyPath": written(target.path),
                "errors": [failure.to_json() for failure in failures],
                "disableFormat": False,
            }
            yield visit.failure("allOf", complaint, {"id": name, "length": len(failures), "valid": outcome})
            yield from failures


def if_(visit: Visit) -> Iterator[Failure]:
    """The schema that decides which of two others applies."""
    if visit.instance is UNDEFINED:
        return
    condition = as_schema(visit.value("if"), "if")
    branch = "then" if visit.beside(condition).accepts() else "else"
    if visit.value(branch) is not UNDEFINED:
        yield from visit.child(visit.instance, as_schema(visit.value(branch), branch)).failures()


def _has_type(visit: Visit, wanted: object) -> bool:
    if wanted is None:
        raise InvalidSchema("null is not a type")
    if isinstance(wanted, str) and wanted in TYPES:
        return TYPES[wanted](visit.instance)
    return not isinstance(wanted, dict) or visit.beside(wanted).accepts()


def _alternatives(visit: Visit, keyword: str) -> list[object]:
    schemas = visit.value(keyword)
    if isinstance(schemas, list):
        return schemas
    if visit.instance is UNDEFINED:
        return []
    raise InvalidSchema(f"{keyword} must be a list")


def _label(schema: object, position: int) -> object:
    name = identity(schema)
    if name is not UNDEFINED or not isinstance(schema, dict):
        return f"[subschema {position}]" if name is UNDEFINED else name
    if is_true(schema.get("title")):
        return json_text(schema["title"])
    reference = schema.get("$ref")
    return f"<{text(reference)}>" if is_true(reference) else f"[subschema {position}]"


COMPOSITION: Final[Mapping[str, Keyword]] = MappingProxyType(
    {
        "type": type_,
        "not": not_,
        "disallow": not_,
        "anyOf": any_of,
        "oneOf": one_of,
        "allOf": all_of,
        "if": if_,
    }
)
