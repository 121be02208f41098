"""Connexion's view of the document, and the lean stack on which its operations are served.

Connexion reads the document, routes, resolves operationIds and secures. It knows OpenAPI 3.0 and draft 4 only, and
validates anew on every request; so the meta-schema, the validation (draft 2020-12, compiled once) and the call of the
function are ours. This is the one module that knows.
"""

import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema_rs
from starlette.exceptions import HTTPException

from mock_server.answers import Answer, App, Receive, Scope, Send
from mock_server.auth import Authenticator, BearerHandler
from mock_server.framework import (
    OpenAPIOperation,
    OpenAPISpecification,
    Resolver,
    RoutedAPI,
    RoutedMiddleware,
    RoutingMiddleware,
    SecurityMiddleware,
)
from mock_server.json_body import is_json, parse_json, read_body
from mock_server.query import parse_number, parse_query
from mock_server.request import EXCHANGE, Call, Exchange, InvalidRequest, MethodNotAllowed, NoSuchRoute, header
from mock_server.simulator import Principal, Simulator
from mock_server.violations import Violation, compile_schema, violations
from openapi.documents import load_meta_schema

Function = Callable[[Call], Coroutine[Any, Any, App]]

_METHODS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")


class Specification31(OpenAPISpecification):  # type: ignore[misc]  # Connexion is not typed
    """An OpenAPI 3.1 document for Connexion, which refuses any but 3.0 by itself."""

    @classmethod
    def _validate_spec(cls, spec: dict[str, Any]) -> None:
        jsonschema_rs.Draft202012Validator(load_meta_schema()).validate(spec)


class DocumentedApi:
    """An ASGI application with the operations of a document, below its base path.

    `functions` are modules; the operation `getTask` is the function `get_task` of one of them. Raises
    connexion's ResolverError if one is missing.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        *,
        base_path: str,
        functions: Sequence[object],
        authenticator: Authenticator,
        simulator: Simulator,
    ) -> None:
        specification = Specification31(dict(document))
        self._base_path = base_path
        self._authenticator = authenticator
        self._paths = _Paths(document["paths"])
        operations = Operations(self._unrouted, simulator)
        security = SecurityMiddleware(operations)
        self._app = RoutingMiddleware(security)
        self._app.router.redirect_slashes = False
        for middleware in (operations, security, self._app):
            middleware.add_api(
                specification,
                base_path=base_path,
                resolver=Resolver(_Functions(functions)),
                security_map={"bearer": BearerHandler(authenticator)},
            )
        for mount in self._app.router.routes:
            mount.app.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except HTTPException as error:
            if error.status_code != 405:
                raise
            await self._unrouted(scope, receive, send)

    async def _unrouted(self, scope: Scope, receive: Receive, send: Send) -> None:
        # As with the real server, a stranger does not learn what there is.
        self._authenticator.authenticate(scope)
        allowed = self._paths.allowed(scope["path"].removeprefix(self._base_path))
        if not allowed:
            raise NoSuchRoute(scope[EXCHANGE].url.partition("?")[0])
        if scope["method"] != "OPTIONS":
            raise MethodNotAllowed(scope["method"], allowed)
        await Answer(200, headers=((b"allow", ", ".join(allowed).encode()),))(scope, receive, send)


class _Functions:
    """Finds the function of an operationId."""

    def __init__(self, modules: Sequence[object]) -> None:
        self._modules = modules

    def __call__(self, operation_id: str) -> Function:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", operation_id).lower()
        for module in self._modules:
            function: Function | None = getattr(module, name, None)
            if function is not None:
                return function
        raise ValueError(f"no function {name} for the operation {operation_id}")


class _Paths:
    """Which methods the document has at a path, for the `Allow` header: Starlette knows one route at a time."""

    def __init__(self, paths: Mapping[str, Mapping[str, Any]]) -> None:
        self._patterns = [
            (re.compile(re.sub(r"\\{[^/]+\\}", "[^/]+", re.escape(path))), _allowed(item))
            for path, item in paths.items()
        ]

    def allowed(self, path: str) -> list[str]:
        """The methods in the order of the alphabet; empty for an unknown path."""
        return sorted({method for pattern, methods in self._patterns if pattern.fullmatch(path) for method in methods})


def _allowed(item: Mapping[str, Any]) -> set[str]:
    methods = {method.upper() for method in _METHODS if method in item}
    return methods | ({"HEAD"} if "GET" in methods else set()) | {"OPTIONS"}


class Operation:
    """One operation of the document, compiled: it validates the request and calls its function."""

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
        self._takes_body = bool(body)
        self._body_required = bool(body.get("required", False))
        self._body_schema = compile_schema(body["content"]["application/json"]["schema"]) if body else None
        self._has_body = operation.method.lower() not in {"get", "head", "options"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope[EXCHANGE]
        principal = _principal(scope)
        found: list[Violation] = []
        body = await self._read_body(scope, receive, found) if self._has_body else None
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
        if not self._takes_body:
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
        if self._body_schema is not None:
            found += violations(self._body_schema, body, below=("body",))
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


class OperationApi(RoutedAPI):  # type: ignore[misc]
    """The compiled operations of one document, found by operationId."""

    def __init__(self, specification: Specification31, *, simulator: Simulator, **kwargs: Any) -> None:
        super().__init__(specification, **kwargs)
        self._simulator = simulator
        self.add_paths()

    def make_operation(self, operation: OpenAPIOperation) -> Operation:
        return Operation(operation, self._simulator)


class Operations(RoutedMiddleware):  # type: ignore[misc]
    """The innermost middleware: what Connexion has routed and secured is validated and answered here."""

    def __init__(self, app: App, simulator: Simulator) -> None:
        super().__init__(app)
        self.api_cls = lambda *args, **kwargs: OperationApi(*args, simulator=simulator, **kwargs)


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
