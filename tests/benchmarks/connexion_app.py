"""The second peer: Connexion as its documentation shows it, with bearer tokens and validation of requests."""

import warnings
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import StreamingResponse

from tests.benchmarks.event_chunks import Beginning, event_chunks
from tests.benchmarks.operations import EVENT_STREAM, MOUNT, OPERATIONS, STREAM, TOKEN, Answers, Operation

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from connexion import AsyncApp
    from connexion.options import SwaggerUIOptions
    from connexion.resolver import Resolver

_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_NEW_TASK = {
    "type": "object",
    "required": ["templateRef", "values"],
    "properties": {"templateRef": {"type": "string"}, "values": {"type": "object"}, "secrets": _TEXTS},
}
_FILE = {"type": "object", "properties": {"path": {"type": "string"}, "base64Content": {"type": "string"}}}
_DRY_RUN = {
    "type": "object",
    "required": ["template", "values"],
    "properties": {
        "template": {"type": "object"},
        "values": {"type": "object"},
        "secrets": _TEXTS,
        "directoryContents": {"type": "array", "items": _FILE},
    },
}
_BODIES = {"createTask": _NEW_TASK, "dryRunTask": _DRY_RUN}
_QUERIES = {"listTasks": {"createdBy": "string", "limit": "integer"}, "getTaskLogs": {"after": "integer"}}


def connexion_app(answers: Answers, beginning: Beginning) -> Any:
    """Answers what it is told to, with the default stack of middleware."""

    async def event_stream(taskId: str) -> StreamingResponse:  # noqa: N803 (Connexion passes parameters by their names)
        chunks = event_chunks(beginning, taskId, answers[EVENT_STREAM])
        return StreamingResponse(chunks, media_type="text/event-stream")

    functions: dict[str, Any] = {id: _function(answers[id], operation) for id, operation in OPERATIONS.items()}
    functions[EVENT_STREAM] = event_stream
    app = AsyncApp(__name__, swagger_ui_options=SwaggerUIOptions(swagger_ui=False))
    app.add_api(document(), base_path=MOUNT, resolver=Resolver(functions.__getitem__))
    return app


def _function(answer: Any, operation: Operation) -> Callable[..., Awaitable[Any]]:
    if operation.method == "POST":

        async def post(body: dict[str, Any]) -> Any:
            return answer, operation.status

        return post

    async def get(
        taskId: str | None = None,  # noqa: N803
        createdBy: str | None = None,  # noqa: N803
        limit: int | None = None,
        after: int | None = None,
    ) -> Any:
        return answer

    return get


def token_info(token: str) -> dict[str, Any] | None:
    """Connexion's `x-bearerInfoFunc`."""
    return {"sub": "user:default/guest"} if token == TOKEN else None


def document() -> dict[str, Any]:
    """The operations as a document that Connexion takes by itself."""
    paths: dict[str, dict[str, Any]] = {}
    for id, operation in [*OPERATIONS.items(), (EVENT_STREAM, STREAM)]:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(id, operation)
    bearer = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": f"{__name__}.token_info"}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Some operations of the Scaffolder", "version": "1"},
        "security": [{"bearer": []}],
        "components": {"securitySchemes": {"bearer": bearer}},
        "paths": paths,
    }


def _described(id: str, operation: Operation) -> dict[str, Any]:
    media_type = "text/event-stream" if id == EVENT_STREAM else "application/json"
    content: dict[str, Any] = {media_type: {"schema": {}}}
    described: dict[str, Any] = {
        "operationId": id,
        "responses": {str(operation.status): {"description": "OK", "content": content}},
        "parameters": [
            {"name": name, "in": "query", "schema": {"type": kind}} for name, kind in _QUERIES.get(id, {}).items()
        ],
    }
    if "{taskId}" in operation.path:
        described["parameters"].append({"name": "taskId", "in": "path", "required": True, "schema": {"type": "string"}})
    if id in _BODIES:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": _BODIES[id]}}}
    return described
