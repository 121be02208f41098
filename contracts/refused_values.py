"""Values that a template must refuse, by its own parameter schema: each is wrong in one way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.template_values import are_accepted, pages_of

# What no lenient reader takes for a value of the type either.
OF_ANOTHER_TYPE: Mapping[str, Any] = {
    "string": {"not": "a string"},
    "integer": "not an integer",
    "number": "not a number",
    "boolean": "neither",
    "array": {"not": "an array"},
    "object": "not an object",
}
NOT_LISTED = "contract-tests: not in the list"
UNMATCHED = ("contract tests: no match!", "", "!", "a", "A1", "\u00e4 \u00df")
LONGEST_TEXT = 10_000
MOST_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Refused:
    """Values, and in a few words what is wrong with them; `keyword` is that of JSON Schema which forbids them, on which
    `page` of the form."""

    values: Mapping[str, Any]
    wrong: str
    keyword: str
    page: int


def refused_values(parameter_schema: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Refused]:
    """Variations of accepted values that the schema beyond doubt does not accept."""
    for number, page in enumerate(pages_of(parameter_schema)):
        for candidate in _candidates(page, number, values):
            if are_accepted(parameter_schema, candidate.values) is False:
                yield candidate


def _candidates(page: Mapping[str, Any], number: int, values: Mapping[str, Any]) -> Iterator[Refused]:
    required = page.get("required")
    for name in required if isinstance(required, list) else ():
        if isinstance(name, str):
            left = {key: value for key, value in values.items() if key != name}
            yield Refused(left, f"without {name}", "required", number)
    properties = page.get("properties")
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        for keyword, value in _wrong(schema) if isinstance(schema, dict) else ():
            yield Refused({**values, name: value}, f"{name} is against its {keyword}", keyword, number)


def _wrong(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    kind = schema.get("type")
    if isinstance(kind, str) and kind in OF_ANOTHER_TYPE:
        yield "type", OF_ANOTHER_TYPE[kind]
    if "enum" in schema:
        yield "enum", NOT_LISTED
    if "pattern" in schema:
        yield from (("pattern", text) for text in UNMATCHED)
    for keyword, change in (("minLength", -1), ("maxLength", 1)):
        limit = schema.get(keyword)
        if isinstance(limit, int) and 0 <= limit + change <= LONGEST_TEXT:
            yield keyword, "c" * (limit + change)
    for keyword, step in (("minimum", -1), ("maximum", 1), ("exclusiveMinimum", 0), ("exclusiveMaximum", 0)):
        limit = schema.get(keyword)
        if isinstance(limit, int) and not isinstance(limit, bool):
            yield keyword, limit + step
    least = schema.get("minItems")
    if isinstance(least, int) and 0 < least <= MOST_ITEMS:
        yield "minItems", []
