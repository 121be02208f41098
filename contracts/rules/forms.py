"""Parameter schemas as they were given, as the rules read them."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.evidence import Evidence
from contracts.exchange import Exchange

OPERATION = "getTemplateParameterSchema"
OPERATION_POINTER = "#/paths/~1v2~1templates~1{namespace}~1{kind}~1{name}~1parameter-schema/get"


def given_schemas(evidence: Evidence) -> Iterator[tuple[Exchange, Mapping[str, Any]]]:
    """The parameter schemas that were given, the same one of a template only once."""
    seen = set()
    for exchange in evidence.of(OPERATION, status=200):
        key = (key_of(exchange.path_parameters), body_of(exchange))
        if key not in seen and isinstance(exchange.json, dict):
            seen.add(key)
            yield exchange, exchange.json


def properties_of(page: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    properties = page.get("properties")
    found = properties.items() if isinstance(properties, dict) else ()
    return [(name, schema) for name, schema in found if isinstance(schema, dict)]


def key_of(path: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(path.get(name, "").lower() for name in ("namespace", "kind", "name"))


def body_of(exchange: Exchange) -> bytes:
    return exchange.response.body if exchange.response else b""
