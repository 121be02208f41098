"""Connexion's view of the document, and the lean stack on which its operations are served.

Connexion reads the document, routes, resolves operationIds and secures. It knows OpenAPI 3.0 and draft 4 only, and
validates anew on every request; so the meta-schema, the validation (draft 2020-12, compiled once) and the call of the
function are ours. This is the one module that knows.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

import jsonschema_rs
from starlette.exceptions import HTTPException

from mock_server.answers import App, Receive, Scope, Send, options_answer
from mock_server.auth import BearerHandler, Doorkeeper
from mock_server.framework import (
    OpenAPIOperation,
    OpenAPISpecification,
    Resolver,
    RoutedAPI,
    RoutedMiddleware,
    SecurityMiddleware,
)
from mock_server.json_body import read_json
from mock_server.operation import Function, Manners, Operation
from mock_server.request import EXCHANGE, MethodNotAllowed, NoSuchRoute
from mock_server.routing import IndexedRouting
from mock_server.simulator import Simulator
from openapi.documents import load_meta_schema

# What creates before what reads: in this order the real server has its routes.
_METHODS = ("post", "put", "patch", "delete", "options", "trace", "get", "head")

_BODILESS = {"GET", "HEAD", "OPTIONS"}


class Specification31(OpenAPISpecification):  # type: ignore[misc]  # Connexion is not typed
    """An OpenAPI 3.1 document for Connexion, which refuses any but 3.0 by itself."""

    @classmethod
    def _validate_spec(cls, spec: dict[str, Any]) -> None:
        jsonschema_rs.Draft202012Validator(load_meta_schema()).validate(spec)


class DocumentedApi:
    """An ASGI application with the operations of a document, below its base path.

    `functions` are modules or objects; the operation `getTask` is the function `get_task` of one of them. Raises
    connexion's ResolverError if one is missing. Below a path of `open_paths`, strangers learn what there is not.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        *,
        base_path: str,
        functions: Sequence[object],
        authenticator: Doorkeeper,
        simulator: Simulator,
        open_paths: tuple[str, ...] = (),
    ) -> None:
        specification = Specification31(dict(document))
        self._base_path = base_path
        self._authenticator = authenticator
        self._open_paths = open_paths
        self._paths = _Paths(document["paths"])
        operations = Operations(self._unrouted, simulator)
        security = SecurityMiddleware(operations)
        self._app = IndexedRouting(security)
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
        self._app.index()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except HTTPException as error:
            if error.status_code != 405:
                raise
            await self._unrouted(scope, receive, send)

    async def _unrouted(self, scope: Scope, receive: Receive, send: Send) -> None:
        # As with the real server, a stranger does not learn what there is.
        if not scope["path"].startswith(self._open_paths):
            self._authenticator.authenticate(scope)
        path = scope["path"].removeprefix(self._base_path)
        found = self._paths.find(path)
        if scope["method"] not in _BODILESS and (found is None or found[0] == path):
            # A body that says it is JSON must be, wherever it is sent.
            await read_json(scope, receive)
        if found is None:
            raise NoSuchRoute(scope[EXCHANGE].path)
        documented, methods = found
        if documented != path:
            await self(dict(scope, path=self._base_path + documented, root_path=""), receive, send)
        elif scope["method"] != "OPTIONS":
            raise MethodNotAllowed(scope["method"], sorted({*methods, "OPTIONS"}))
        else:
            await options_answer(methods)(scope, receive, send)


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
    """Which methods the document has at a path, however it is written: Starlette knows one route at a time."""

    def __init__(self, paths: Mapping[str, Mapping[str, Any]]) -> None:
        self._paths = [
            (re.compile(_PARAMETER.sub("([^/]+)", path), re.IGNORECASE), _PARAMETER.split(path), _methods(item))
            for path, item in paths.items()
        ]

    def find(self, path: str) -> tuple[str, list[str]] | None:
        """The path in the letters of the document, and its methods in the order of the real server."""
        for pattern, literals, methods in self._paths:
            match = pattern.fullmatch(path)
            if match is not None:
                parts = zip_longest(literals, match.groups(), fillvalue="")
                return "".join(part for pair in parts for part in pair), methods
        return None


_PARAMETER = re.compile(r"\{[^/]+\}")


def _methods(item: Mapping[str, Any]) -> list[str]:
    methods = [method.upper() for method in _METHODS if method in item]
    return methods + (["HEAD"] if "GET" in methods and "HEAD" not in methods else [])


class OperationApi(RoutedAPI):  # type: ignore[misc]
    """The compiled operations of one document, found by operationId."""

    def __init__(self, specification: Specification31, *, simulator: Simulator, **kwargs: Any) -> None:
        super().__init__(specification, **kwargs)
        self._simulator = simulator
        self.add_paths()

    def make_operation(self, operation: OpenAPIOperation) -> Operation:
        described = self.specification.get_operation(operation.path, operation.method)
        return Operation(operation, self._simulator, Manners.of(described))


class Operations(RoutedMiddleware):  # type: ignore[misc]
    """The innermost middleware: what Connexion has routed and secured is validated and answered here."""

    def __init__(self, app: App, simulator: Simulator) -> None:
        super().__init__(app)
        self.api_cls = lambda *args, **kwargs: OperationApi(*args, simulator=simulator, **kwargs)
