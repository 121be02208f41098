"""One operation of the document, compiled once: it reads and validates a request and calls its function."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema_rs

from mock_server.answers import App, Receive, Scope, Send
from mock_server.framework import OpenAPIOperation
from mock_server.json_body import is_json, parse_json, read_body
from mock_server.query import parse_number, parse_query
from mock_server.request import EXCHANGE, Call, Exchange, InvalidRequest, header
from mock_server.simulator import Principal, Simulator
from mock_server.violations import Violation, compile_schema, violations

Function = Callable[[Call], Coroutine[Any, Any, App]]


class Operation:
    """An ASGI application that Connexion has routed to and secured."""

    def __init__(self, operation: OpenAPIOperation, simulator: Simulator) -> None:
        self._function: Function = operation.function
        self._simulator = simulator
        self._query = {
            parameter["name"]: _QueryParameter.compile(parameter)
            for parameter in operation.parameters
            if parameter["in"] == "query"
        }
        self._required = [name for name, parameter in self._query.items() if parameter.required]
        body = operation.request_body
        self._body = compile_schema(body["content"]["application/json"]["schema"]) if body else None
        self._body_required = bool(body.get("required", False))
        self._reads_body = operation.method.lower() not in {"get", "head", "options"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope[EXCHANGE]
        principal = _principal(scope)
        found: list[Violation] = []
        body = await self._read_body(scope, receive, found) if self._reads_body else None
        parameters = _path_parameters(scope.get("path_params", {}))
        if exchange.query or self._required:
            parameters |= self._read_query(exchange.query, found)
        if found:
            raise InvalidRequest(_worded(found[0]), found)
        world = self._simulator.worlds.get(exchange.world)
        call = Call(self._simulator, world, principal, exchange.scenario, parameters, body)
        answer = await self._function(call)
        await answer(scope, receive, send)

    async def _read_body(self, scope: Scope, receive: Receive, found: list[Violation]) -> Any:
        raw = await read_body(scope, receive)
        content_type = header(scope, b"content-type")
        if self._body is None:
            # Nobody asked for a body; but one that says it is JSON must be.
            if raw and is_json(content_type):
                parse_json(raw, content_type)
            return None
        if not raw and content_type is None and not self._body_required:
            return None
        if not is_json(content_type):
            media_type = "undefined" if content_type is None else content_type.split(";")[0].strip().lower()
            raise InvalidRequest(f"unsupported media type {media_type}")
        body = parse_json(raw, content_type) if raw else {}
        found += violations(self._body, body, below=("body",))
        return body

    def _read_query(self, query: str, found: list[Violation]) -> dict[str, Any]:
        given: dict[str, list[str]] = {}
        for name, value in parse_query(query):
            given.setdefault(name, []).append(value)
        values: dict[str, Any] = {}
        for name, texts in given.items():
            parameter = self._query.get(name)
            if parameter is None:
                found.append(Violation(("query", name), "unknown", f"Unknown query parameter '{name}'"))
            else:
                values[name] = parameter.read(texts)
                found += violations(parameter.validator, values[name], below=("query", name))
        found += [
            Violation(("query",), "required", f"must have required property '{name}'")
            for name in self._required
            if name not in given
        ]
        return values


@dataclass(frozen=True, slots=True)
class _QueryParameter:
    required: bool
    is_numeric: bool
    validator: jsonschema_rs.Draft202012Validator

    @classmethod
    def compile(cls, parameter: Mapping[str, Any]) -> "_QueryParameter":
        schema = parameter["schema"]
        numeric = schema.get("type") in {"integer", "number"}
        return cls(parameter.get("required", False), numeric, compile_schema(schema))

    def read(self, texts: list[str]) -> Any:
        """The value in its type, or whatever stood there for the validator to refuse."""
        if len(texts) > 1:
            return texts
        number = parse_number(texts[0]) if self.is_numeric else None
        return texts[0] if number is None else number


def _principal(scope: Scope) -> Principal:
    # An operation without a security requirement leaves no token behind.
    token_info = scope["extensions"].get("connexion_context", {}).get("token_info")
    return Principal(None) if token_info is None else token_info["principal"]


def _path_parameters(raw: Mapping[str, str]) -> dict[str, Any]:
    # Routing looks at the raw path, so that `%2F` is part of a name and not a slash.
    try:
        return {name: unquote_to_bytes(value).decode() if "%" in value else value for name, value in raw.items()}
    except UnicodeDecodeError:
        raise InvalidRequest("malformed uri") from None


def _worded(violation: Violation) -> str:
    if violation.rule == "unknown":
        return violation.message
    return f"request{violation.pointer} {violation.message}"
