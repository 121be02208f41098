"""How much of the contract a run has touched: operations, their statuses and their parameters."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import jsonschema_rs

from contracts.contract import Contract, Operation
from contracts.evidence import Evidence
from contracts.exchange import Exchange

_INTEGER = re.compile(r"-?\d+", re.ASCII)


class Cover(StrEnum):
    """How a status of an operation stands to the document and to what was seen."""

    SEEN = "documented and seen"
    NEVER_SEEN = "documented, never seen"
    UNDOCUMENTED = "seen, not documented"


class Place(StrEnum):
    """Where a parameter stands in a request."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class StatusCover:
    """A status of an operation, and how many answers had it."""

    status: int
    documented: bool
    seen: int

    @property
    def cover(self) -> Cover:
        if not self.documented:
            return Cover.UNDOCUMENTED
        return Cover.SEEN if self.seen else Cover.NEVER_SEEN


@dataclass(frozen=True, slots=True)
class ParameterCover:
    """A parameter, or a property of the body: how many requests gave it as the document wants it, how many gave
    something malformed, and how many left it out."""

    place: Place
    name: str
    given: int
    malformed: int
    left_out: int


@dataclass(frozen=True, slots=True)
class OperationCover:
    """What a run has touched of one operation. `unanswered` requests have no status."""

    operation: Operation
    requests: int
    unanswered: int
    statuses: tuple[StatusCover, ...]
    parameters: tuple[ParameterCover, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole matrix. `elsewhere` counts requests of paths and methods that are not documented."""

    operations: tuple[OperationCover, ...]
    elsewhere: int

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that is documented or was seen anywhere."""
        return tuple(sorted({status.status for operation in self.operations for status in operation.statuses}))


def coverage_of(evidence: Evidence) -> Coverage:
    """What the exchanges of a run have touched."""
    by_operation: dict[str | None, list[Exchange]] = {}
    for exchange in evidence.exchanges:
        by_operation.setdefault(exchange.operation, []).append(exchange)
    return Coverage(
        tuple(
            _operation(operation, by_operation.get(operation.id, []), evidence.contract)
            for operation in evidence.contract.operations.values()
        ),
        elsewhere=sum(
            len(exchanges)
            for operation, exchanges in by_operation.items()
            if operation not in evidence.contract.operations
        ),
    )


def _operation(operation: Operation, exchanges: Iterable[Exchange], contract: Contract) -> OperationCover:
    exchanges = tuple(exchanges)
    seen = Counter(exchange.status for exchange in exchanges)
    unanswered = seen.pop(None, 0)
    found: Mapping[str, Any] = contract.document["paths"][operation.path][operation.method.lower()]
    return OperationCover(
        operation,
        len(exchanges),
        unanswered,
        tuple(
            StatusCover(status, status in operation.responses, seen[status])
            for status in sorted({*operation.responses, *(status for status in seen if status is not None)})
        ),
        (
            *(_parameter(parameter, exchanges) for parameter in map(contract.resolved, found.get("parameters", ()))),
            *_properties(found, exchanges, contract),
        ),
    )


def _parameter(parameter: Mapping[str, Any], exchanges: Iterable[Exchange]) -> ParameterCover:
    place, name = Place(parameter["in"]), parameter["name"]
    values = [
        exchange.path_parameters.get(name) if place is Place.PATH else exchange.query(name) for exchange in exchanges
    ]
    verdicts = [None if value is None else _is_well_formed(value, parameter) for value in values]
    return _counted(place, name, verdicts)


def _is_well_formed(value: str, parameter: Mapping[str, Any]) -> bool:
    if parameter["schema"].get("type") == "integer":
        return _INTEGER.fullmatch(value) is not None
    return bool(value) or parameter["in"] != "path"


def _properties(
    operation: Mapping[str, Any], exchanges: Iterable[Exchange], contract: Contract
) -> Iterable[ParameterCover]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    for name, schema in contract.resolved(content.get("schema", {})).get("properties", {}).items():
        validator = jsonschema_rs.Draft202012Validator(
            {"allOf": [schema], "components": contract.document["components"]}
        )
        verdicts = [
            _is_valid(validator, exchange.sent[name])
            if isinstance(exchange.sent, dict) and name in exchange.sent
            else None
            for exchange in exchanges
        ]
        yield _counted(Place.BODY, name, verdicts)


def _is_valid(validator: Any, value: Any) -> bool:
    try:
        valid: bool = validator.is_valid(value)
    except ValueError:
        # Nested too deep, or no Unicode: the validator does not look at it.
        return False
    return valid


def _counted(place: Place, name: str, verdicts: list[bool | None]) -> ParameterCover:
    return ParameterCover(place, name, verdicts.count(True), verdicts.count(False), verdicts.count(None))
