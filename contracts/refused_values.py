"""Values that a template must refuse, by its own parameter schema: each is wrong in one way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeGuard

from contracts.pattern_texts import texts_for
from contracts.template_values import are_accepted, make_values, pages_of

# What no lenient reader takes for a value of the type either.
OF_ANOTHER_TYPE: Mapping[str, Any] = {
    "string": {"not": "a string"},
    "integer": "not an integer",
    "number": "not a number",
    "boolean": "neither",
    "array": {"not": "an array"},
    "object": "not an object",
}
NOT_LISTED = ("contract-tests: not in the list", "contract-tests", 987_654_321)
UNMATCHED = ("contract tests: no match!", "", "!", "a", "A1", "\u00e4 \u00df")
LONGEST_TEXT = 10_000
MOST_ITEMS = 100
MOST_CANDIDATES = 400
MOST_TEXTS = 20
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Refused:
    """Values, and in a few words what is wrong with them; `keyword` is that of JSON Schema which forbids them, on which
    `page` of the form; `nested` if it is of a part of a value."""

    values: Mapping[str, Any]
    wrong: str
    keyword: str
    page: int
    nested: bool = False

    @property
    def kind(self) -> tuple[str, int, bool]:
        """What those have in common of which one will do."""
        return self.keyword, self.page, self.nested


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A value that a schema does not accept, for the keyword at this place in the schema; `at` is where in the value
    the fault lies."""

    value: Any
    place: tuple[str, ...]
    at: tuple[str, ...]

    def within(self, value: Any, place: tuple[str, ...], name: str) -> "_Wrong":
        return _Wrong(value, (*place, *self.place), (name, *self.at))


def refused_values(parameter_schema: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Refused]:
    """Variations of accepted values that the schema beyond doubt does not accept, and that it would accept but for one
    keyword; one for each keyword of each value. If it does not accept the values themselves, they may be wrong in more
    ways than that."""
    is_sound = are_accepted(parameter_schema, values) is not False
    for number, page in enumerate(pages_of(parameter_schema)):
        found = set()
        for wrong in _ways(page, dict(values), page):
            if (wrong.place, wrong.at) in found or are_accepted(parameter_schema, wrong.value) is not False:
                continue
            if is_sound and are_accepted(_replaced(parameter_schema, number, wrong.place), wrong.value) is False:
                continue
            found.add((wrong.place, wrong.at))
            keyword, name = wrong.place[-1], ".".join(wrong.at)
            text = f"without {name}" if keyword == "required" else f"{name} is against its {keyword}"
            yield Refused(wrong.value, text, keyword, number, len(wrong.at) > 1)


def _ways(page: Mapping[str, Any], values: dict[str, Any], root: Mapping[str, Any]) -> Iterator[_Wrong]:
    """Flat ones first."""
    ways = list(islice(_in_object(page, values, root, 0), MOST_CANDIDATES))
    yield from sorted(ways, key=lambda way: len(way.at) > 1)


def _in_object(
    schema: Mapping[str, Any], values: dict[str, Any], root: Mapping[str, Any], depth: int
) -> Iterator[_Wrong]:
    required = schema.get("required")
    for name in required if isinstance(required, list) else ():
        if isinstance(name, str):
            left = {key: value for key, value in values.items() if key != name}
            yield _Wrong(left, ("required",), (name,))
    properties = schema.get("properties")
    for name, part in properties.items() if isinstance(properties, dict) else ():
        if isinstance(part, dict):
            value = values[name] if name in values else _made(part, root)
            for wrong in _in_value(part, value, root, depth):
                yield wrong.within({**values, name: wrong.value}, ("properties", name), name)


def _in_value(schema: Mapping[str, Any], value: Any, root: Mapping[str, Any], depth: int) -> Iterator[_Wrong]:
    yield from (_Wrong(wrong, (keyword,), ()) for keyword, wrong in _wrong(schema))
    if depth >= DEEPEST:
        return
    items = schema.get("items")
    if isinstance(items, dict):
        yield from _in_list(schema, value if isinstance(value, list) else [], items, root, depth)
    if isinstance(schema.get("properties"), dict):
        yield from _in_object(schema, value if isinstance(value, dict) else {}, root, depth + 1)


def _in_list(
    schema: Mapping[str, Any], value: list[Any], items: Mapping[str, Any], root: Mapping[str, Any], depth: int
) -> Iterator[_Wrong]:
    first, *rest = value or [_made(items, root)]
    most = schema.get("maxItems")
    if isinstance(most, int) and 0 <= most < MOST_ITEMS:
        yield _Wrong([first] * (most + 1), ("maxItems",), ())
    if schema.get("uniqueItems") is True:
        yield _Wrong([first, first], ("uniqueItems",), ())
    for wrong in _in_value(items, first, root, depth + 1):
        yield wrong.within([wrong.value, *rest], ("items",), "0")


def _made(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Any:
    """A value that the part of a schema accepts."""
    definitions = {key: root[key] for key in ("definitions", "$defs") if key in root}
    return make_values({**definitions, "type": "object", "required": ["it"], "properties": {"it": schema}}).get("it")


def _wrong(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    kind = schema.get("type")
    if isinstance(kind, str) and kind in OF_ANOTHER_TYPE:
        yield "type", OF_ANOTHER_TYPE[kind]
    for keyword in ("enum", "const"):
        if keyword in schema:
            yield from ((keyword, value) for value in NOT_LISTED)
    if "pattern" in schema:
        lengths = [schema.get(keyword) for keyword in ("minLength", "maxLength")]
        fitting = [char * length for length in lengths if _is_length(length) for char in "!aA"]
        yield from (("pattern", text) for text in (*UNMATCHED, *fitting))
    for keyword, change in (("minLength", -1), ("maxLength", 1)):
        limit = schema.get(keyword)
        if _is_length(limit) and limit + change >= 0:
            yield from ((keyword, text) for text in _texts(schema, limit + change))
    for keyword, direction in (("minimum", -1), ("maximum", 1), ("exclusiveMinimum", 0), ("exclusiveMaximum", 0)):
        limit = schema.get(keyword)
        if isinstance(limit, int) and not isinstance(limit, bool):
            step = schema.get("multipleOf")
            yield keyword, limit + direction
            yield keyword, limit + direction * (step if isinstance(step, int) else 1)
    least = schema.get("minItems")
    if isinstance(least, int) and 0 < least <= MOST_ITEMS:
        yield "minItems", []


def _is_length(limit: Any) -> TypeGuard[int]:
    return isinstance(limit, int) and not isinstance(limit, bool) and 0 <= limit < LONGEST_TEXT


def _texts(schema: Mapping[str, Any], length: int) -> Iterator[str]:
    """Texts of this length that may match the pattern."""
    yield "c" * length
    pattern = schema.get("pattern")
    for text in islice(texts_for(pattern), MOST_TEXTS) if isinstance(pattern, str) else ():
        if text and len(text) <= length:
            more = length - len(text)
            yield from (text + text[-1] * more, text[0] * more + text)


def _replaced(parameter_schema: Mapping[str, Any], number: int, place: tuple[str, ...]) -> Mapping[str, Any]:
    """The form whose page of this number lacks the keyword at this place."""
    pages = [_without(page, place) if at == number else page for at, page in enumerate(pages_of(parameter_schema))]
    return {"steps": [{"schema": page} for page in pages]}


def _without(schema: Mapping[str, Any], place: tuple[str, ...]) -> Mapping[str, Any]:
    first, *rest = place
    if not rest:
        return {key: value for key, value in schema.items() if key != first}
    return {**schema, first: _without(schema[first], tuple(rest))}
