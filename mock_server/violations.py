"""What is wrong with a JSON value, in the words of the validator that the real server uses (Ajv)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jsonschema_rs

Location = tuple[str | int, ...]

# The validator finds all at once, and takes longer to tell of a mistake than to read a thousand values.
_MOST_EXPLAINED = 10_000


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule of a schema. `argument` is what the rule asked for: its name and value."""

    location: Location
    rule: str
    message: str
    argument: tuple[str, Any] | None = None

    @property
    def pointer(self) -> str:
        """The location as a JSON pointer (RFC 6901), empty for the whole value."""
        return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in self.location)

    def __str__(self) -> str:
        return f"{self.pointer or '<root>'} {self.message}"

    def to_json(self) -> dict[str, str]:
        return {"pointer": self.pointer, "rule": self.rule, "message": self.message}


def compile_schema(schema: dict[str, Any] | bool) -> jsonschema_rs.Draft202012Validator:
    """A compiled validator of the dialect of OpenAPI 3.1. Patterns run in linear time."""
    return jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions())


def accepts(validator: jsonschema_rs.Validator, value: Any) -> bool:
    """Whether a JSON value satisfies a compiled schema."""
    try:
        return validator.is_valid(value)
    except UnicodeEncodeError:
        return validator.is_valid(_translated(value, _HIDE_SURROGATES))


def violations(
    validator: jsonschema_rs.Draft202012Validator, value: Any, *, below: Location = (), unfolded: bool = False
) -> list[Violation]:
    """Every broken rule in the order of the schema, of a very large value the first; `below` is where it stands itself.

    Where no alternative is met, that is what is broken, or if `unfolded` what the first one asks for.
    """
    if accepts(validator, value):
        return []
    told = _first_asked_for if unfolded else lambda error: error
    try:
        return [_violation(told(error), below) for error in _errors(validator, value)]
    except UnicodeEncodeError:
        hidden = _translated(value, _HIDE_SURROGATES)
        return [_with_surrogates(_violation(told(error), below)) for error in _errors(validator, hidden)]


def _errors(validator: jsonschema_rs.Draft202012Validator, value: Any) -> Iterable[jsonschema_rs.ValidationError]:
    if not _is_very_large(value):
        return validator.iter_errors(value)
    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        return [error]
    return []


def _is_very_large(value: Any) -> bool:
    found, level = 0, [value]
    while level and found <= _MOST_EXPLAINED:
        found += len(level)
        level = [child for item in level for child in _members(item)]
    return found > _MOST_EXPLAINED


def _members(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _first_asked_for(error: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    for branch in error.kind.as_dict().get("context", []):
        for inner in branch:
            return _first_asked_for(inner)
    return error


# JSON may hold lone surrogates, which the validator's strings cannot; meanwhile private characters stand for them.
_HIDE_SURROGATES = {code: 0x100000 | code for code in range(0xD800, 0xE000)}
_SHOW_SURROGATES = {hidden: code for code, hidden in _HIDE_SURROGATES.items()}


def _translated(value: Any, table: Mapping[int, int]) -> Any:
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        return {_translated(key, table): _translated(item, table) for key, item in value.items()}
    return [_translated(item, table) for item in value] if isinstance(value, list | tuple) else value


def _with_surrogates(violation: Violation) -> Violation:
    location = tuple(_translated(part, _SHOW_SURROGATES) for part in violation.location)
    return replace(violation, location=location, message=_translated(violation.message, _SHOW_SURROGATES))


def _violation(error: jsonschema_rs.ValidationError, below: Location) -> Violation:
    kind = error.kind.as_dict()
    message, argument = _WORDING.get(error.kind.name, _unworded)(kind)
    return Violation((*below, *error.instance_path), error.kind.name, message, argument)


def first_mistake(validator: jsonschema_rs.Draft202012Validator, value: Any) -> Violation | None:
    """The first broken rule, told to the person who wrote the value.

    Of alternatives it names the mistake in the one that was meant, or else what would have been allowed.
    """
    return next(mistakes(validator, value), None)


def mistakes(validator: jsonschema_rs.Draft202012Validator, value: Any) -> Iterator[Violation]:
    """Every broken rule, told like the first one."""
    return map(_meant, validator.iter_errors(value))


def _meant(error: jsonschema_rs.ValidationError) -> Violation:
    branches = [branch for branch in error.kind.as_dict().get("context", []) if branch]
    if not branches:
        return _detailed(_violation(error, ()), error.kind.as_dict())
    meant = max(branches, key=lambda branch: len(branch[0].instance_path))
    if len(meant[0].instance_path) > len(error.instance_path):
        return _meant(meant[0])
    mistakes = [_meant(branch[0]) for branch in branches]
    closer = [mistake for mistake in mistakes if mistake.rule not in {"type", "const", "enum"}]
    if len(closer) == 1:
        return closer[0]
    return replace(mistakes[0], message=" or ".join(mistake.message for mistake in mistakes))


def _detailed(violation: Violation, kind: Mapping[str, Any]) -> Violation:
    # Ajv keeps these to itself; whoever wrote the file wants to know.
    details = [kind["expected_value"]] if "expected_value" in kind else kind.get("unexpected", kind.get("options", []))
    shown = ", ".join(detail if isinstance(detail, str) else json.dumps(detail) for detail in details)
    return replace(violation, message=f"{violation.message}: {shown}") if shown else violation


_Worded = tuple[str, tuple[str, Any] | None]


def _unworded(_: Mapping[str, Any]) -> _Worded:
    return "must be valid", None


def _limit(comparison: str) -> Callable[[Mapping[str, Any]], _Worded]:
    def word(kind: Mapping[str, Any]) -> _Worded:
        return f"must be {comparison} {kind['limit']}", ("limit", kind["limit"])

    return word


def _size(comparison: str, unit: str) -> Callable[[Mapping[str, Any]], _Worded]:
    def word(kind: Mapping[str, Any]) -> _Worded:
        return f"must NOT have {comparison} than {kind['limit']} {unit}", ("limit", kind["limit"])

    return word


def _fixed(message: str) -> Callable[[Mapping[str, Any]], _Worded]:
    return lambda _: (message, None)


def _required(kind: Mapping[str, Any]) -> _Worded:
    return f"must have required property '{kind['property']}'", ("missingProperty", kind["property"])


# The validator forgets the order in the schema; this is the order in all schemas of the real server.
_TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")


def _type(kind: Mapping[str, Any]) -> _Worded:
    types = ",".join(sorted(kind["types"], key=_TYPES.index))
    return f"must be {types}", ("type", types)


def _enum(kind: Mapping[str, Any]) -> _Worded:
    return "must be equal to one of the allowed values", ("allowedValues", ",".join(map(str, kind["options"])))


def _additional(kind: Mapping[str, Any]) -> _Worded:
    return "must NOT have additional properties", ("additionalProperty", kind["unexpected"][0])


_WORDING: dict[str, Callable[[Mapping[str, Any]], _Worded]] = {
    "required": _required,
    "type": _type,
    "minimum": _limit(">="),
    "maximum": _limit("<="),
    "minLength": _size("fewer", "characters"),
    "maxLength": _size("more", "characters"),
    "minItems": _size("fewer", "items"),
    "maxItems": _size("more", "items"),
    "minProperties": _size("fewer", "properties"),
    "maxProperties": _size("more", "properties"),
    "exclusiveMinimum": _limit(">"),
    "exclusiveMaximum": _limit("<"),
    "falseSchema": _fixed("boolean schema is false"),
    "enum": _enum,
    "const": _fixed("must be equal to constant"),
    "additionalProperties": _additional,
    "uniqueItems": _fixed("must NOT have duplicate items"),
    "anyOf": _fixed("must match a schema in anyOf"),
    "oneOf": _fixed("must match exactly one schema in oneOf"),
    "pattern": lambda kind: (f'must match pattern "{kind["pattern"]}"', ("pattern", kind["pattern"])),
    "format": lambda kind: (f'must match format "{kind["format"]}"', ("format", kind["format"])),
}
