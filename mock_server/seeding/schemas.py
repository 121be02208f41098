"""Reading the schema of a form: which parts of it count for which values."""

from collections.abc import Mapping
from typing import Any

from mock_server.validation import validate

DEEPEST = 8


def referred(schema: Any, root: Mapping[str, Any]) -> Any:
    """What a schema refers to within its document, in the end; without a reference, itself."""
    for _ in range(DEEPEST):
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        schema = root
        for part in reference[2:].split("/"):
            schema = schema.get(part) if isinstance(schema, dict) else None
    return schema


def type_of(schema: Mapping[str, Any]) -> str:
    """The type of the values that a schema is about."""
    types = [type for type in listed(schema.get("type")) if type != "null"]
    if types:
        return str(types[0])
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema else "null" if schema.get("type") == "null" else "string"


def applied(schema: Mapping[str, Any], values: Mapping[str, Any], depth: int = 0) -> list[Mapping[str, Any]]:
    """The schema and those in it that count for an object with these values."""
    if depth > DEEPEST:
        return []
    inner = [part for part in listed(schema.get("allOf")) if isinstance(part, dict)]
    dependencies = schema.get("dependencies")
    for name, dependency in dependencies.items() if isinstance(dependencies, dict) else ():
        if name in values and isinstance(dependency, dict):
            inner.append(dependency)
    for keyword in ("oneOf", "anyOf"):
        alternatives = [one for one in listed(schema.get(keyword)) if isinstance(one, dict)]
        inner += [one for one in alternatives if _distinguishes(one, values)][:1]
    condition = schema.get("if")
    if isinstance(condition, dict):
        branch = schema.get("else" if validate(values, condition) else "then")
        inner += [branch] if isinstance(branch, dict) else []
    return [schema, *(part for one in inner for part in applied(one, values, depth + 1))]


def _distinguishes(schema: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether an alternative takes what is there already."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return True
    return all(not validate(value, properties[name]) for name, value in values.items() if name in properties)


def required(schema: Mapping[str, Any]) -> list[str]:
    return [name for name in listed(schema.get("required")) if isinstance(name, str)]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
