"""The keywords that apply schemas to what an object or an array contains."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from mock_server.javascript.undefined import UNDEFINED
from mock_server.validation.failure import Failure, written
from mock_server.validation.invalid_schema import InvalidSchema
from mock_server.validation.javascript import entries, is_true, json_text, text
from mock_server.validation.patterns import matches
from mock_server.validation.visit import Keyword, Visit, as_schema, listed


def properties(visit: Visit) -> Iterator[Failure]:
    """Schemas for properties by name, which see those that are not there too."""
    if isinstance(visit.instance, dict):
        for name, schema in entries(visit.value("properties")):
            yield from visit.child(visit.instance.get(name, UNDEFINED), schema, name).failures()


def additional_properties(visit: Visit) -> Iterator[Failure]:
    """The schema for properties that have none, unless `patternProperties` sees to them."""
    if isinstance(visit.instance, dict) and not is_true(visit.value("patternProperties")):
        declared = dict(entries(visit.value("properties")))
        visit.budget.spend(len(declared) + len(visit.instance))
        for name, member in entries(visit.instance):
            if name not in declared:
                yield from _additional(visit, name, member)


def pattern_properties(visit: Visit) -> Iterator[Failure]:
    """Schemas for properties whose names match."""
    if not isinstance(visit.instance, dict):
        return
    declared = dict(entries(visit.value("properties")))
    patterns = entries(visit.value("patternProperties"))
    visit.budget.spend(len(declared) + len(visit.instance))
    for name, member in entries(visit.instance):
        matching = False
        for pattern, schema in patterns:
            if schema is None:
                raise InvalidSchema("null is not a schema")
            if matches(pattern, name, visit.budget):
                matching = True
                yield from visit.child(member, schema, name).failures()
        if not matching and name not in declared:
            yield from _additional(visit, name, member)


def property_names(visit: Visit) -> Iterator[Failure]:
    """The schema for names of properties, reported as failures of the whole object."""
    if isinstance(visit.instance, dict):
        schema = as_schema(visit.value("propertyNames"), "propertyNames")
        for name, _ in entries(visit.instance):
            yield from visit.child(name, schema).failures()


def items(visit: Visit) -> Iterator[Failure]:
    """The schema for all items, or a list of schemas for the first and `additionalItems` for the rest."""
    if not isinstance(visit.instance, list):
        return
    schemas = visit.value("items")
    for position, item in enumerate(visit.instance):
        schema = schemas
        if isinstance(schemas, list):
            schema = schemas[position] if position < len(schemas) else visit.value("additionalItems")
        if schema is False:
            yield visit.failure("items", "additionalItems not permitted")
            return
        if schema is not UNDEFINED:
            yield from visit.child(item, schema, position).failures()


def contains(visit: Visit) -> Iterator[Failure]:
    """The schema that some item must satisfy."""
    if isinstance(visit.instance, list):
        schema = as_schema(visit.value("contains"), "contains")
        if not any(visit.child(item, schema, position).accepts() for position, item in enumerate(visit.instance)):
            yield visit.failure("contains", "must contain an item matching given schema", schema)


def dependencies(visit: Visit) -> Iterator[Failure]:
    """What must be true once a property is there: other properties, or a schema for the whole object."""
    if not isinstance(visit.instance, dict):
        return
    named = entries(visit.value("dependencies"))
    visit.budget.spend(len(named))
    for name, dependency in named:
        if name not in visit.instance:
            continue
        target = visit.child(visit.instance, dependency, name)
        place = written(target.path)
        visit.budget.spend_on(len(place))
        if isinstance(dependency, str | list):
            visit.budget.spend(len(listed(dependency)))
            for other in listed(dependency):
                if visit.text(other) not in visit.instance:
                    complaint = f"property {text(other)} not found, required by {place}"
                    yield visit.failure("dependencies", complaint, place)
        elif failures := target.failures():
            yield visit.failure("dependencies", f"does not meet dependency required by {place}", place)
            yield from failures


def _additional(visit: Visit, name: str, member: object) -> Iterator[Failure]:
    schema = visit.value("additionalProperties")
    if schema is False:
        complaint = f"is not allowed to have the additional property {json_text(name)}"
        yield visit.failure("additionalProperties", complaint, name)
    elif is_true(schema):
        yield from visit.child(member, schema, name).failures()


CONTAINERS: Final[Mapping[str, Keyword]] = MappingProxyType(
    {
        "properties": properties,
        "additionalProperties": additional_properties,
        "patternProperties": pattern_properties,
        "propertyNames": property_names,
        "items": items,
        "contains": contains,
        "dependencies": dependencies,
    }
)
