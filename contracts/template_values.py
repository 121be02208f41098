"""Make values that a template accepts, from nothing but its parameter schema."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any, TypeGuard

from contracts.json_schema import accepts, resolve
from contracts.pattern_texts import texts_for

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
    "uri-reference": "https://example.com/contract-tests",
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "P1D",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
DEEPEST = 8
LONGEST_TEXT = 10_000
MOST_ITEMS = 100
HIGHEST = 2**53
LEAST_STEP = 1e-9
# How many candidates are tried for one value, and how many schemas are looked into for one page.
MOST_CANDIDATES = 200
MOST_VALUES = 2_000
# How often what is there is looked at again for what it makes necessary.
MOST_ROUNDS = 10
COMBINING = frozenset({"$ref", "allOf", "anyOf", "oneOf"})


def make_values(parameter_schema: Mapping[str, Any]) -> dict[str, Any]:
    """Values with what every page of the form requires, and no more; a page that cannot be satisfied is left as far
    as it came. The schema is a plain JSON Schema or `{"steps": [{"schema": ...}]}`, as the real server gives it."""
    values: dict[str, Any] = {}
    for page in pages_of(parameter_schema):
        found = _Maker(page).value(page, 0)
        values.update(found if isinstance(found, dict) else {})
    return values


def pages_of(parameter_schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The JSON Schema of each page of the form."""
    steps = parameter_schema.get("steps")
    if not isinstance(steps, list):
        return [parameter_schema]
    pages = [step.get("schema") for step in steps if isinstance(step, dict)]
    return [page for page in pages if isinstance(page, dict)]


def are_accepted(parameter_schema: Mapping[str, Any], values: Mapping[str, Any]) -> bool | None:
    """Whether every page accepts the values; None if nobody can tell."""
    verdicts = [accepts(page, values) for page in pages_of(parameter_schema)]
    return False if False in verdicts else None if None in verdicts else True


class _Maker:
    """Makes values for the parts of one page; references lead into `root`."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._left = MOST_VALUES

    def value(self, schema: Any, depth: int) -> Any:
        """The first candidate that the schema accepts, else the first of all."""
        candidates = list(islice(self._sendable(schema, depth), MOST_CANDIDATES))
        accepted = (candidate for candidate in candidates if accepts(schema, candidate, self._root) is not False)
        return next(accepted, candidates[0] if candidates else NAMES[0])

    def _sendable(self, schema: Any, depth: int) -> Iterator[Any]:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return
        candidates = self._candidates(schema, depth) if isinstance(schema, dict) else iter(NAMES)
        yield from (candidate for candidate in candidates if _is_json(candidate))

    def _candidates(self, schema: Mapping[str, Any], depth: int) -> Iterator[Any]:
        for branch in self._branches(schema, 0):
            if "const" in branch:
                yield branch["const"]
            if "default" in branch:
                yield branch["default"]
            for key in ("enum", "examples"):
                if isinstance(branch.get(key), list):
                    yield from branch[key][:MOST_CANDIDATES]
            if "example" in branch:
                yield branch["example"]
            for kind in _types(branch):
                yield from self._of_type(kind, branch, depth)

    def _of_type(self, kind: Any, schema: Mapping[str, Any], depth: int) -> Iterator[Any]:
        match kind:
            case "string":
                yield from _texts(schema)
            case "integer" | "number":
                yield from _numbers(schema)
            case "boolean":
                yield from (True, False)
            case "array":
                yield from self._arrays(schema, depth)
            case "null":
                yield None
            case "object":
                yield self._object(schema, depth)

    def _branches(self, schema: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
        """The schema with its references followed and all of `allOf` in it, once for each choice of `oneOf` and
        `anyOf`."""
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return
        target = resolve(schema["$ref"], self._root) if isinstance(schema.get("$ref"), str) else None
        parts = [*([target] if isinstance(target, dict) else []), *_schemas(schema.get("allOf"))]
        choices = [chosen for key in ("oneOf", "anyOf") if (chosen := _schemas(schema.get(key)))]
        bare = {key: member for key, member in schema.items() if key not in COMBINING}
        for choice in product(*choices):
            for branch in self._all_of((*parts, *choice), depth + 1):
                yield _merged(bare, branch)

    def _all_of(self, parts: Sequence[Mapping[str, Any]], depth: int) -> Iterator[dict[str, Any]]:
        if not parts:
            yield {}
            return
        for branch in self._branches(parts[0], depth):
            for rest in self._all_of(parts[1:], depth):
                yield _merged(branch, rest)

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for _ in range(MOST_ROUNDS):
            active = self._active(schema, values, 0)
            properties = _mapping(active.get("properties"))
            missing = [name for name in _names(active.get("required")) if name not in values]
            if not missing:
                break
            for name in missing[:MOST_ITEMS]:
                values[name] = self.value(properties.get(name, _of_other_names(active)), depth + 1)
        return values

    def _active(self, schema: Mapping[str, Any], values: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """The schema with what it asks for in the light of these values."""
        bare = dict(schema)
        if depth > DEEPEST:
            return bare
        more = []
        if isinstance(schema.get("if"), dict):
            branch = schema.get("then" if accepts(schema["if"], values, self._root) is not False else "else")
            more.append(branch)
        for keyword in ("dependencies", "dependentSchemas", "dependentRequired"):
            more += [needed for name, needed in _mapping(schema.get(keyword)).items() if name in values]
        for needed in more:
            if isinstance(needed, list):
                bare = _merged(bare, {"required": _names(needed)})
            elif isinstance(needed, dict):
                bare = _merged(bare, self._active(self._fitting(needed, values), values, depth + 1))
        return bare

    def _fitting(self, schema: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The branch that the values there already agree with, whatever else it asks for."""
        branches = list(islice(self._branches(schema, 0), MOST_CANDIDATES))
        for branch in branches:
            known = {name: part for name, part in _mapping(branch.get("properties")).items() if name in values}
            if accepts({"properties": known}, values, self._root) is not False:
                return branch
        return branches[0] if branches else {}

    def _arrays(self, schema: Mapping[str, Any], depth: int) -> Iterator[list[Any]]:
        items = schema.get("items")
        least = schema.get("minItems")
        count = least if _is_count(least) and least <= MOST_ITEMS else 0
        if isinstance(items, list):
            yield [self.value(item, depth + 1) for item in items[:MOST_ITEMS]]
        elif isinstance(items, dict):
            yield self._distinct(items, depth + 1, count)
            yield [self.value(items, depth + 1)] * max(count, 1)
        if "contains" in schema:
            yield [self.value(schema["contains"], depth + 1)] * max(count, 1)
        yield [NAMES[place % len(NAMES)] for place in range(count)]
        yield []

    def _distinct(self, schema: Mapping[str, Any], depth: int, count: int) -> list[Any]:
        found: list[Any] = []
        for candidate in islice(self._sendable(schema, depth), MOST_CANDIDATES):
            if len(found) >= count:
                break
            if candidate not in found and accepts(schema, candidate, self._root) is not False:
                found.append(candidate)
        return found


def _texts(schema: Mapping[str, Any]) -> Iterator[str]:
    field = schema.get("ui:field")
    if isinstance(field, str) and field in PICKED:
        hosts = _mapping(schema.get("ui:options")).get("allowedHosts")
        host = next((host for host in hosts if isinstance(host, str)), None) if isinstance(hosts, list) else None
        yield PICKED[field].replace("github.com", host or "github.com")
    if isinstance(schema.get("format"), str) and schema["format"] in BY_FORMAT:
        yield BY_FORMAT[schema["format"]]
    yield from NAMES
    if isinstance(schema.get("pattern"), str):
        yield from texts_for(schema["pattern"])
    for length in (schema.get("minLength"), schema.get("maxLength")):
        if _is_count(length) and length <= LONGEST_TEXT:
            yield "c" * length


def _numbers(schema: Mapping[str, Any]) -> Iterator[int | float]:
    step = schema.get("multipleOf")
    step = step if _is_number(step) and step > LEAST_STEP else 1
    for key, direction in (("minimum", 1), ("exclusiveMinimum", 1), ("maximum", -1), ("exclusiveMaximum", -1)):
        limit = schema.get(key)
        if _is_number(limit):
            yield limit
            yield limit + direction
            rounded = math.ceil(limit / step) if direction > 0 else math.floor(limit / step)
            yield from (rounded * step, (rounded + direction) * step)
            yield limit + direction * step / 2
    yield from (1, step, 0)


def _types(schema: Mapping[str, Any]) -> list[Any]:
    """What it may be, the likeliest first."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return kind
    if isinstance(kind, str):
        return [kind]
    if {"properties", "required", "dependencies", "if"} & schema.keys():
        return ["object"]
    if "items" in schema:
        return ["array"]
    if {"minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"} & schema.keys():
        return ["number"]
    return ["string", "object", "integer", "boolean", "array", "null"]


def _merged(schema: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A schema that asks for what both ask for; of two limits of a kind, the other's counts."""
    merged = {**schema, **other}
    required = [*_names(schema.get("required")), *_names(other.get("required"))]
    if required:
        merged["required"] = list(dict.fromkeys(required))
    if "properties" in schema and "properties" in other:
        properties = dict(_mapping(schema["properties"]))
        for name, member in _mapping(other["properties"]).items():
            known = properties.get(name)
            properties[name] = (
                _merged(known, member) if isinstance(known, dict) and isinstance(member, dict) else member
            )
        merged["properties"] = properties
    return merged


def _of_other_names(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    other = schema.get("additionalProperties")
    return other if isinstance(other, dict) else {}


def _names(value: Any) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _schemas(value: Any) -> list[Mapping[str, Any]]:
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and -HIGHEST < value < HIGHEST


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return True
