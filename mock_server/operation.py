"""One operation of the document, compiled once: it reads and validates a request and calls its function."""

import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema_rs

from mock_server.answers import App, Receive, Scope, Send
from mock_server.fault_injection import with_faults
from mock_server.framework import OpenAPIOperation
from mock_server.journal import Choice
from mock_server.json_body import MAX_BODY, is_json, normalized, read_json, read_text
from mock_server.query import QueryValue, parse_number, parse_query
from mock_server.quirks import Quirk
from mock_server.request import EXCHANGE, Call, Exchange, InvalidRequest, header
from mock_server.simulator import Principal, Simulator
from mock_server.violations import Violation, accepts, compile_schema, violations
from mock_server.world import DEFAULT_WORLD

Function = Callable[[Call], Coroutine[Any, Any, App]]


@dataclass(frozen=True, slots=True)
class Manners:
    """How an operation reads requests, as the document says, in part by extensions.

    One that `is_open` asks for no token. One that `takes_any_query` does not look at it, so nothing in it is a mistake.
    One that `checks_own_body` refuses bodies in words of its own, one that `parses_own_body` is given the text of it. A
    body of more than `max_body` bytes is too large.
    """

    is_open: bool = False
    takes_any_query: bool = False
    checks_own_body: bool = False
    parses_own_body: bool = False
    max_body: int = MAX_BODY

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "Manners":
        return cls(
            described.get("security") == [],
            described.get("x-takes-any-query", False),
            described.get("x-checks-own-body", False),
            described.get("x-parses-own-body", False),
            described.get("x-max-body", MAX_BODY),
        )


class Operation:
    """An ASGI application that Connexion has routed to and secured."""

    def __init__(self, operation: OpenAPIOperation, simulator: Simulator, manners: Manners) -> None:
        self._function: Function = operation.function
        self._id: str = operation.operation_id
        self._simulator = simulator
        self._query = {
            parameter["name"]: _QueryParameter.compile(parameter)
            for parameter in operation.parameters
            if parameter["in"] == "query"
        }
        # The real server's document lacks the event stream, so nothing there looks at what is asked of it.
        unchecked = Quirk.UNCHECKED_STREAM in simulator.settings.quirks
        self._manners = manners
        self._takes_any_query = manners.takes_any_query or (
            unchecked and operation.operation_id == "getTaskEventStream"
        )
        self._refuses_empty = Quirk.EMPTY_QUERY_REFUSED in simulator.settings.quirks
        self._required = [name for name, parameter in self._query.items() if parameter.required]
        body = operation.request_body
        self._body = compile_schema(body["content"]["application/json"]["schema"]) if body else None
        self._body_required = bool(body.get("required", False))
        self._reads_body = operation.method.lower() not in {"get", "head", "options"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope[EXCHANGE]
        exchange.entry.operation = self._id
        # Whoever needs no token must not make worlds, of which there are only so many.
        world = DEFAULT_WORLD if self._manners.is_open else exchange.world
        served = partial(self._serve, world)
        app = await with_faults(served, self._simulator, world, self._id, scope)
        if app is served:
            exchange.outcome.answer = await self._answer(world, scope, receive)
        else:
            await app(scope, receive, send)

    async def _serve(self, world_name: str, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(world_name, scope, receive)
        await answer(scope, receive, send)

    async def _answer(self, world_name: str, scope: Scope, receive: Receive) -> App:
        exchange: Exchange = scope[EXCHANGE]
        principal = _principal(scope)
        body = await self._read_body(scope, receive) if self._reads_body else None
        parameters = _path_parameters(scope.get("path_params", {}))
        found: list[Violation] = []
        if self._takes_any_query:
            parameters = {**parse_query(exchange.query), **parameters}
        elif exchange.query or self._required:
            parameters |= self._read_query(exchange.query, found)
        is_checked = not (self._manners.checks_own_body or self._manners.parses_own_body)
        if self._body is not None and body is not None and is_checked:
            found += violations(self._body, body, below=("body",))
        if found:
            raise InvalidRequest(_worded(found[0]), found)
        world = self._simulator.worlds.get(world_name)
        exchange.entry.task_id = parameters.get("taskId")
        if exchange.scenario is not None and exchange.scenario in self._simulator.scenarios:
            exchange.entry.choice = Choice(exchange.scenario, "request")
        call = Call(
            self._simulator, world, principal, exchange.scenario, parameters, body, exchange.url, exchange.entry
        )
        return await self._function(call)

    async def _read_body(self, scope: Scope, receive: Receive) -> Any:
        if self._manners.parses_own_body:
            return await read_text(scope, receive, self._manners.max_body)
        # Nobody may have asked for a body; but one that says it is JSON must be.
        body = await read_json(scope, receive, self._manners.max_body)
        if self._manners.checks_own_body:
            return body
        content_type = header(scope, b"content-type")
        if self._body is None or (not content_type and not self._body_required):
            return None
        if not is_json(content_type):
            raise InvalidRequest(f"unsupported media type {normalized(content_type)}")
        return body

    def _read_query(self, query: str, found: list[Violation]) -> dict[str, Any]:
        given = parse_query(query)
        values: dict[str, Any] = {}
        broken: list[Violation] = []
        for name, value in given.items():
            parameter = self._query.get(name)
            if parameter is None:
                found.append(_told(name, "unknown", f"Unknown query parameter '{name}'"))
            elif value == "" and (self._refuses_empty or not parameter.takes_empty):
                found.append(_told(name, "empty", f"Empty value found for query parameter '{name}'"))
            else:
                values[name] = parameter.read(value)
                broken += violations(parameter.validator, values[name], below=("query", name))
        # The validator comes after the names, and goes by the order of the document.
        found += sorted(broken, key=lambda violation: list(self._query).index(str(violation.location[1])))
        found += [
            Violation(("query",), "required", f"must have required property '{name}'")
            for name in self._required
            if name not in given
        ]
        return values


def _told(name: str, rule: str, message: str) -> Violation:
    return Violation(("query", name), rule, message)


_TELLING = frozenset({"pattern", "minLength"})


@dataclass(frozen=True, slots=True)
class _QueryParameter:
    required: bool
    is_numeric: bool
    is_list: bool
    takes_empty: bool
    validator: jsonschema_rs.Draft202012Validator

    @classmethod
    def compile(cls, parameter: Mapping[str, Any]) -> "_QueryParameter":
        schema = dict(parameter["schema"])
        types = {schema["type"]} if isinstance(schema.get("type"), str) else set(schema.get("type", []))
        if "items" in schema:
            # These tell clients what is understood. The function that has to understand it refuses the rest, in the
            # words of the real server, which only looks at the type.
            schema["items"] = {key: value for key, value in schema["items"].items() if key not in _TELLING}
        validator = compile_schema(schema)
        return cls(
            required=parameter.get("required", False),
            is_numeric=bool(types & {"integer", "number"}),
            is_list="array" in types,
            takes_empty=accepts(validator, ""),
            validator=validator,
        )

    def read(self, value: QueryValue) -> Any:
        """The value in its type, or whatever stood there for the validator to refuse."""
        if self.is_list:
            return value if isinstance(value, list) else [value]
        number = parse_number(value) if self.is_numeric and isinstance(value, str) else None
        return value if number is None else number


def _principal(scope: Scope) -> Principal:
    # An operation without a security requirement leaves no token behind.
    token_info = scope["extensions"].get("connexion_context", {}).get("token_info")
    return token_info["principal"] if token_info else Principal(None)


_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def _path_parameters(raw: Mapping[str, str]) -> dict[str, Any]:
    # Routing looks at the raw path, so that `%2F` is part of a name and not a slash.
    try:
        return {name: _decoded(value) if "%" in value else value for name, value in raw.items()}
    except UnicodeDecodeError:
        raise InvalidRequest("malformed uri'") from None


def _decoded(value: str) -> str:
    if _BAD_ESCAPE.search(value):
        raise InvalidRequest("malformed uri'")
    return unquote_to_bytes(value).decode()


def _worded(violation: Violation) -> str:
    if violation.rule in {"unknown", "empty"}:
        return violation.message
    allowed = violation.argument[1].split(",") if violation.rule == "enum" and violation.argument else []
    return f"request{violation.pointer} {violation.message}" + (f": {', '.join(allowed)}" if allowed else "")
