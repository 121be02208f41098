"""Finding the schema that a `$ref` names, within its own document only."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urljoin

from mock_server.javascript.undefined import UNDEFINED
from mock_server.validation.budget import Budget
from mock_server.validation.failure import identity
from mock_server.validation.invalid_schema import InvalidSchema
from mock_server.validation.javascript import entries, equal, is_true, member, text

Index = Mapping[str, object]
"""The schemas of a document by their addresses."""

LONGEST = 2_000
STEPS_PER_SCHEMA = 5
SHOWN = 100
"""Characters of an address that a refusal shows."""

_ONE_OR_MANY = ("items", "extends")
_ONE = ("additionalItems", "additionalProperties", "not")
_NAMED = ("properties", "definitions", "patternProperties", "dependencies")
_MANY = ("disallow", "allOf", "anyOf", "oneOf")
_HOLDERS = frozenset(_ONE_OR_MANY + _ONE + _NAMED + _MANY)


def address_of(schema: object, base: str) -> str:
    """The address of a schema found at `base`: its own, if it has an id."""
    name = identity(schema)
    return base if name is UNDEFINED else resolved(base, text(name))


def resolved(base: str, reference: str) -> str:
    """The address that `reference` stands for at `base`."""
    document = base.partition("#")[0]
    # `urljoin` forgets a base whose scheme it does not know.
    if reference.startswith("#") or not reference:
        return document + (reference if reference != "#" else "")
    if len(document) + len(reference) > LONGEST:
        raise InvalidSchema(f"an address has more than {LONGEST} characters")
    try:
        return urljoin(document, reference)
    except ValueError as error:
        raise InvalidSchema(f"{reference[:SHOWN]!r} is not an address") from error


def indexed(schema: object, base: str, budget: Budget) -> dict[str, object]:
    """The addresses of a schema and of those inside it, where keywords are known to hold schemas."""
    index: dict[str, object] = {}
    pending = [(base, schema)]
    while pending:
        place, part = pending.pop()
        if not isinstance(part, dict | list) or _reference_in(part, place):
            continue
        address = address_of(part, place)
        if "#" not in address:
            index[address] = part
            address += "#"
        if address in index:
            if not equal(index[address], part):
                raise InvalidSchema(f"two schemas are called {address[:SHOWN]!r}")
            continue
        index[address] = part
        if isinstance(part, dict):
            for inner in _inside(part, address):
                budget.spend(STEPS_PER_SCHEMA)
                budget.spend_on(len(address))
                pending.append(inner)
    return {base: schema, **index}


def found(address: str, index: Index) -> object:
    """The schema at `address`; raises `InvalidSchema` if it is not in the document."""
    if is_true(index.get(address)):
        return index[address]
    document, _, pointer = address.partition("#")
    if not pointer or not is_true(index.get(document)):
        raise InvalidSchema(f"there is no schema {address[:SHOWN]!r}")
    schema = index[document]
    for part in pointer.split("/")[1:]:
        schema = member(schema, unquote(part.replace("~0", "~", 1).replace("~1", "/")))
        if schema is UNDEFINED:
            raise InvalidSchema(f"there is no schema {address[:SHOWN]!r}")
    return schema


def _reference_in(part: object, place: str) -> bool:
    reference = part.get("$ref") if isinstance(part, dict) else None
    if is_true(reference):
        resolved(place, text(reference))
    return is_true(reference)


def _inside(schema: dict[str, object], address: str) -> Iterator[tuple[str, object]]:
    for keyword in schema.keys() & _HOLDERS:
        value = schema[keyword]
        if keyword in _ONE:
            yield f"{address}/{keyword}", value
        elif keyword in _ONE_OR_MANY:
            parts = value if isinstance(value, list) else [value]
            yield from ((f"{address}/{keyword}/{position}", part) for position, part in enumerate(parts))
        elif isinstance(value, list if keyword in _MANY else dict | list):
            yield from ((f"{address}/{keyword}/{name}", part) for name, part in entries(value))
