"""Applying one schema to one value."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from mock_server.javascript.undefined import UNDEFINED
from mock_server.validation.budget import Budget
from mock_server.validation.failure import Failure, Path
from mock_server.validation.inheritance import merged
from mock_server.validation.invalid_schema import InvalidSchema
from mock_server.validation.javascript import is_true, text
from mock_server.validation.references import Index, address_of, found, resolved

DEPTH = 100
"""Schemas allowed to be applied within, or by reference from, one another."""

STEPS_PER_VISIT = 30
STEPS_PER_FAILURE = 20
KEYS_PER_STEP = 5

Keyword = Callable[["Visit"], Iterable[Failure]]
"""What one keyword of the visited schema finds wrong with the visited value."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One value under one schema, at one place of both documents."""

    instance: object
    schema: object
    keywords: Mapping[str, Keyword]
    budget: Budget
    base: str
    index: Index
    path: Path = ()
    depth: int = 0

    def failures(self) -> list[Failure]:
        """Everything that is wrong with the value, keyword by keyword in the order of the schema."""
        visit = self.followed()
        schema = visit._effective()
        if not isinstance(schema, dict):
            return []
        if schema is not visit.schema:
            visit = visit._with(visit.instance, schema, visit.base, visit.path)
        keywords = self.keywords
        return [failure for name in schema if name in keywords for failure in keywords[name](visit)]

    def accepts(self) -> bool:
        """Whether nothing is wrong with the value."""
        return not self.failures()

    def followed(self) -> "Visit":
        """The visit of the schema that this one refers to in the end; without a reference, this one."""
        visit = self
        while isinstance(reference := visit._reference(), str) and reference:
            address = resolved(visit.base, reference)
            visit = visit._with(visit.instance, found(address, visit.index), address, visit.path)
        return visit

    def beside(self, schema: object) -> Self:
        """The same value under another schema."""
        return self._with(self.instance, schema, self.base, self.path)

    def child(self, instance: object, schema: object, *keys: str | int) -> Self:
        """The value that `keys` lead to, under a schema that may have an address of its own."""
        if schema is None:
            raise InvalidSchema("null is not a schema")
        path = (*self.path, *keys) if keys else self.path
        return self._with(instance, schema, address_of(schema, self.base), path)

    def failure(self, keyword: str, message: str, argument: object = UNDEFINED) -> Failure:
        """The failure of the visited value at `keyword`."""
        failure = Failure(self.path, keyword, message, argument, self.schema, self.instance)
        self.budget.spend(STEPS_PER_FAILURE)
        self.budget.spend_on(failure.length)
        return failure

    def value(self, keyword: str) -> object:
        """What the schema says for `keyword`, or `UNDEFINED`."""
        return self.schema.get(keyword, UNDEFINED) if isinstance(self.schema, dict) else UNDEFINED

    def text(self, value: object) -> str:
        """The value as JavaScript writes it."""
        written = text(value)
        self.budget.spend_on(len(written))
        return written

    def _with(self, instance: object, schema: object, base: str, path: Path) -> Self:
        self.budget.spend(STEPS_PER_VISIT + (len(schema) // KEYS_PER_STEP if isinstance(schema, dict) else 0))
        if self.depth >= DEPTH:
            raise InvalidSchema(f"more than {DEPTH} schemas are nested in, or refer to, one another")
        index = self.index
        if base != self.base:
            self.budget.spend_on(len(base))
            if not is_true(index.get(base)):
                self.budget.spend(len(index))
                index = {**index, base: schema}
        return type(self)(instance, schema, self.keywords, self.budget, base, index, path, self.depth + 1)

    def _reference(self) -> object:
        if isinstance(self.schema, str):
            return self.schema
        effective = self._effective()
        return effective.get("$ref") if isinstance(effective, dict) else None

    def _effective(self) -> object:
        if self.schema is False:
            return {"type": []}
        if not is_true(self.schema):
            raise InvalidSchema("a schema must be an object or a boolean")
        parents = self.value("extends")
        if parents is UNDEFINED or not is_true(parents):
            return self.schema
        schema = self.schema
        for parent in listed(parents):
            schema = merged(schema, self._parent(parent), self.budget)
        return schema

    def _parent(self, schema: object) -> object:
        reference = schema.get("$ref") if isinstance(schema, dict) else schema
        return found(resolved(self.base, reference), self.index) if isinstance(reference, str) and reference else schema


def as_schema(value: object, keyword: str) -> object:
    """The value of a keyword that takes nothing but a schema."""
    if isinstance(value, dict | list | bool):
        return value
    raise InvalidSchema(f"{keyword} must be a schema")


def listed(value: object) -> list[object]:
    """The value of a keyword that takes one or many."""
    return value if isinstance(value, list) else [value]
