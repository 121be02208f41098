"""The errors of values, of secrets and of inputs of actions, as each is reported."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from mock_server.validation.assertions import ASSERTIONS
from mock_server.validation.budget import Budget, affordable, check_extent
from mock_server.validation.composition import COMPOSITION
from mock_server.validation.containers import CONTAINERS
from mock_server.validation.failure import Failure, written
from mock_server.validation.invalid_schema import InvalidSchema
from mock_server.validation.javascript import text
from mock_server.validation.references import address_of, indexed
from mock_server.validation.visit import Keyword, Visit

KEYWORDS: Final[Mapping[str, Keyword]] = MappingProxyType({**ASSERTIONS, **COMPOSITION, **CONTAINERS})

NO_ADDRESS: Final = "/"
"""The address of a document that has no id."""


def validate(instance: object, schema: object, *, root: str = "instance") -> list[dict[str, object]]:
    """The errors of `instance`, ready for JSON, none if it is valid; `root` is what they call it.

    They share parts with both arguments. Errors that would repeat too much of them are left out at the end.
    Raises `InvalidSchema` if the schema cannot be applied, or only at too great a cost.
    """
    return list(affordable(failure.to_json(root) for failure in _failures(instance, schema)))


def validate_secrets(secrets: object, schema: object) -> list[dict[str, object]]:
    """The errors of `secrets` without what they are, ready for JSON, none if they are valid."""
    failures = _failures(secrets, schema)
    errors = affordable(failure.to_json() for failure in failures)
    return [
        {**_redacted(error), "property": written(failure.path, "secrets"), "message": _message(failure)}
        for failure, error in zip(failures, errors, strict=False)
    ]


def stacks(instance: object, schema: object) -> list[str]:
    """The errors of `instance` as one line each."""
    return [failure.stack for failure in _failures(instance, schema)]


def _message(failure: Failure) -> str:
    # A secret that is missing is called by its own name only, however deep it should be.
    if failure.keyword == "required":
        return f"secrets.{text(failure.argument)} is required"
    return f"{written(failure.path, 'secrets')} {failure.message}"


def _redacted(error: dict[str, Any]) -> dict[str, Any]:
    redacted = {**error, "instance": {}}
    if error["name"] == "allOf":
        outcome = error["argument"]["valid"]
        inner = {**outcome, "instance": {}, "errors": [_redacted(failed) for failed in outcome["errors"]]}
        redacted["argument"] = {**error["argument"], "valid": inner}
    return redacted


def _failures(instance: object, schema: object) -> list[Failure]:
    if not isinstance(schema, dict | list | bool):
        raise InvalidSchema("a schema must be an object or a boolean")
    check_extent(schema)
    check_extent(instance)
    base = address_of(schema, NO_ADDRESS)
    budget = Budget()
    return Visit(instance, schema, KEYWORDS, budget, base, indexed(schema, base, budget)).failures()
