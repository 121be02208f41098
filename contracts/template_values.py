"""Make values that a template accepts, from nothing but its parameter schema."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

NAMES = ("contract-tests", "contracttests", "contract_tests", "ContractTests", "CONTRACT_TESTS", "Contract tests")
PICKED = {
    "RepoUrlPicker": "github.com?owner=contract-tests&repo=contract-tests",
    "OwnerPicker": "group:default/contract-tests",
    "MyGroupsPicker": "group:default/contract-tests",
    "EntityPicker": "component:default/contract-tests",
    "OwnedEntityPicker": "component:default/contract-tests",
    "MultiEntityPicker": "component:default/contract-tests",
}
BY_FORMAT = {
    "email": "contract-tests@example.com",
    "uri": "https://example.com/contract-tests",
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "hostname": "example.com",
}
BY_PATTERN = ("ssh-ed25519 AAAA contract-tests", "1.0.0", "a", "A", "1", "a1", "2026-01-01", "https://example.com")
DEEPEST = 8


def make_values(parameter_schema: Mapping[str, Any]) -> dict[str, Any]:
    """Values with what every page of the form requires, and no more; a page that cannot be satisfied is left as far
    as it came. The schema is a plain JSON Schema or `{"steps": [{"schema": ...}]}`, as the real server gives it."""
    values: dict[str, Any] = {}
    for page in pages_of(parameter_schema):
        values.update(_object(page, 0))
    return values


def pages_of(parameter_schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The JSON Schema of each page of the form."""
    steps = parameter_schema.get("steps")
    if not isinstance(steps, list):
        return [parameter_schema]
    pages = [step.get("schema") for step in steps if isinstance(step, dict)]
    return [page for page in pages if isinstance(page, dict)]


def _object(schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    required = schema.get("required")
    if not isinstance(properties, dict) or depth > DEEPEST:
        return {}
    wanted = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    return {
        name: _value(properties[name], depth + 1)
        for name in wanted
        if name in properties and isinstance(properties[name], dict)
    }


def _value(schema: Mapping[str, Any], depth: int) -> Any:
    candidates = list(_candidates(schema, depth))
    return next((candidate for candidate in candidates if _accepts(schema, candidate)), candidates[-1])


def _candidates(schema: Mapping[str, Any], depth: int) -> Iterator[Any]:
    if "const" in schema:
        yield schema["const"]
    if "default" in schema:
        yield schema["default"]
    for key in ("enum", "examples"):
        if isinstance(schema.get(key), list):
            yield from schema[key]
    if "example" in schema:
        yield schema["example"]
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    match kind:
        case "string":
            yield from _texts(schema)
        case "integer" | "number":
            yield from _numbers(schema)
        case "boolean":
            yield from (True, False)
        case "array":
            yield from _arrays(schema, depth)
        case "null":
            yield None
        case _:
            yield _object(schema, depth)


def _texts(schema: Mapping[str, Any]) -> Iterator[str]:
    field = schema.get("ui:field")
    if isinstance(field, str) and field in PICKED:
        hosts = schema.get("ui:options", {}).get("allowedHosts") if isinstance(schema.get("ui:options"), dict) else None
        picked = PICKED[field]
        yield picked.replace("github.com", hosts[0]) if isinstance(hosts, list) and hosts else picked
    if isinstance(schema.get("format"), str) and schema["format"] in BY_FORMAT:
        yield BY_FORMAT[schema["format"]]
    yield from NAMES
    yield from BY_PATTERN
    for length in (schema.get("minLength"), schema.get("maxLength")):
        if isinstance(length, int) and 0 <= length <= 10_000:
            yield "c" * length
    yield "contract-tests"


def _numbers(schema: Mapping[str, Any]) -> Iterator[int | float]:
    for key, offset in (("minimum", 0), ("exclusiveMinimum", 1), ("maximum", 0), ("exclusiveMaximum", -1)):
        limit = schema.get(key)
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            yield limit + offset
    if isinstance(schema.get("multipleOf"), int | float):
        yield schema["multipleOf"]
    yield 1


def _arrays(schema: Mapping[str, Any], depth: int) -> Iterator[list[Any]]:
    items = schema.get("items")
    least = schema.get("minItems")
    count = least if isinstance(least, int) and 0 <= least <= 100 else 0
    item = _value(items, depth + 1) if isinstance(items, dict) and depth < DEEPEST else None
    yield [item] * count
    yield [item]
    yield []


def _accepts(schema: Mapping[str, Any], value: Any) -> bool:
    try:
        return bool(jsonschema_rs.Draft7Validator(dict(schema)).is_valid(value))
    except (ValueError, jsonschema_rs.ValidationError):
        return True
