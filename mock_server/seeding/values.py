"""Values for a schema, made up so that it takes them: those of a form, and secrets."""

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mock_server.entities import Entities, Entity
from mock_server.seeding.fields import draw_picked
from mock_server.seeding.numbers import draw_number
from mock_server.seeding.schemas import DEEPEST, applied, listed, referred, required, type_of
from mock_server.seeding.texts import draw_subject, draw_texts
from mock_server.templates import InvalidValues, check_secrets, check_values, pages
from mock_server.validation import InvalidSchema, validate

if TYPE_CHECKING:
    from faker import Faker

_MOST_VALUES = 1_000
_MOST_ITEMS = 20
_TRIES = 4
_ROUNDS = 4
_KEPT_DEFAULTS = 0.45
_OPTIONAL = 0.65
# Forms keep what is put into it out of the values.
_HIDDEN_FIELD = "Secret"
_CONSTRAINING = frozenset({"pattern", "format", "minLength", "maxLength", "not", "allOf", "anyOf", "oneOf", "if"})


class _Impossible(Exception):
    """A schema for which nothing is found."""


def draw_values(
    draw: random.Random, faker: "Faker", entities: Entities, template: Entity
) -> tuple[dict[str, Any], dict[str, str]] | None:
    """Values and secrets that a template takes, None if none are found."""
    for attempt in range(_TRIES):
        # The fewer there are, the fewer are refused.
        maker = _Maker(draw, faker, entities, optional=0.0 if attempt == _TRIES - 1 else _OPTIONAL)
        try:
            values: dict[str, Any] = {}
            for page in pages(template):
                made = maker.page(page)
                values |= made if attempt == 0 else _repaired(made, page)
            secrets = maker.secrets(template["spec"].get("secrets", {}).get("schema"))
            check_values(template, values)
            check_secrets(template, secrets)
        except (_Impossible, InvalidValues, InvalidSchema):
            continue
        return values, secrets
    return None


class _Maker:
    """Makes values that go together: all that is named is named after one subject."""

    def __init__(self, draw: random.Random, faker: "Faker", entities: Entities, *, optional: float) -> None:
        self._draw = draw
        self._faker = faker
        self._entities = entities
        self._optional = optional
        self._subject = draw_subject(faker)
        self._values_left = _MOST_VALUES

    def page(self, page: Mapping[str, Any]) -> dict[str, Any]:
        return self._object(page, page, 0)

    def secrets(self, schema: Any) -> dict[str, str]:
        if not isinstance(schema, dict):
            return {}
        return {name: str(value) for name, value in self._object(schema, schema, 0).items()}

    def _value(self, name: str, schema: Any, root: Mapping[str, Any], depth: int) -> Any:
        self._values_left -= 1
        if self._values_left < 0:
            raise _Impossible
        schema = self._resolved(schema, root)
        if depth > DEEPEST or schema.get("ui:field") == _HIDDEN_FIELD:
            raise _Impossible
        choices = self._choices(schema)
        if choices:
            return self._draw.choice(choices)
        picked = draw_picked(self._draw, schema, self._entities, self._subject)
        if picked is None or validate(picked, schema):
            return self._of_type(name, schema, root, depth)
        return picked

    def _choices(self, schema: Mapping[str, Any]) -> list[Any]:
        """What a schema offers to choose from, if it does."""
        if "default" in schema and self._draw.random() < _KEPT_DEFAULTS:
            return [schema["default"]]
        if self._draw.random() < _KEPT_DEFAULTS and isinstance(schema.get("examples"), list):
            return list(schema["examples"])
        if "const" in schema:
            return [schema["const"]]
        return listed(schema.get("enum"))

    def _of_type(self, name: str, schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> Any:
        match type_of(schema):
            case "object":
                return self._object(schema, root, depth)
            case "array":
                return self._array(name, schema, root, depth)
            case "boolean":
                return self._draw.random() < 0.5
            case "integer" | "number" as type:
                number = draw_number(self._draw, schema, whole=type == "integer")
                return self._or_impossible(number)
            case "null":
                return None
        texts = draw_texts(self._draw, self._faker, name, schema, self._subject)
        is_free = schema.keys().isdisjoint(_CONSTRAINING)
        return self._or_impossible(next((text for text in texts if is_free or not validate(text, schema)), None))

    def _or_impossible(self, value: Any) -> Any:
        if value is None:
            raise _Impossible
        return value

    def _resolved(self, schema: Any, root: Mapping[str, Any]) -> dict[str, Any]:
        """The schema that is meant, with one of its alternatives in it."""
        schema = referred(schema, root)
        if schema is True:
            return {}
        if not isinstance(schema, dict):
            raise _Impossible
        meant: dict[str, Any] = schema
        for keyword in ("oneOf", "anyOf"):
            alternatives = [one for one in listed(meant.get(keyword)) if isinstance(one, dict)]
            if alternatives and "properties" not in meant:
                meant = meant | self._draw.choice(alternatives)
        return meant

    def _array(self, name: str, schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> list[Any]:
        least, most = schema.get("minItems", 0), schema.get("maxItems", _MOST_ITEMS)
        if not (isinstance(least, int) and isinstance(most, int) and least <= min(most, _MOST_ITEMS)):
            raise _Impossible
        wanted = self._draw.randint(least, max(least, min(most, least + 3)))
        items: list[Any] = []
        subject = self._subject
        for _ in range(3 * wanted):
            if len(items) == wanted:
                break
            self._subject = draw_subject(self._faker)
            item = self._value(name, schema.get("items", {}), root, depth + 1)
            if item not in items:
                items.append(item)
        self._subject = subject
        return items

    def _object(self, schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for _ in range(_ROUNDS):
            missing = {name: within for name, within in self._properties(schema, values).items() if name not in values}
            chosen = self._chosen(missing, set(required(schema)), root, depth)
            if not chosen:
                break
            values |= chosen
        for name in required(schema):
            # Wanted, but nowhere described.
            if name not in values:
                values[name] = self._value(name, {}, root, depth + 1)
        return {name: value for name, value in values.items() if value is not _LEFT_OUT}

    def _chosen(
        self, properties: Mapping[str, Any], needed_names: set[str], root: Mapping[str, Any], depth: int
    ) -> dict[str, Any]:
        chosen: dict[str, Any] = {}
        for name, (within, is_needed) in properties.items():
            needed = is_needed or name in needed_names
            if not needed and self._draw.random() >= self._optional:
                chosen[name] = _LEFT_OUT
                continue
            try:
                chosen[name] = self._value(name, within, root, depth + 1)
            except _Impossible:
                if needed:
                    raise
                chosen[name] = _LEFT_OUT
        return chosen

    def _properties(self, schema: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, tuple[Any, bool]]:
        """The properties that an object with these values may have, and whether it must."""
        present = {name: value for name, value in values.items() if value is not _LEFT_OUT}
        found: dict[str, tuple[Any, bool]] = {}
        for part in applied(schema, present):
            properties = part.get("properties")
            for name, within in properties.items() if isinstance(properties, dict) else ():
                found.setdefault(str(name), (within, name in required(part)))
        return found


_LEFT_OUT = object()


def _repaired(values: dict[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    """The values without those that a page refuses and does not need."""
    for _ in range(_ROUNDS):
        refused = {str(error["path"][0]) for error in validate(values, page) if error["path"]}  # type: ignore[index]
        if not refused or refused & set(required(page)):
            break
        values = {name: value for name, value in values.items() if name not in refused}
    return values
