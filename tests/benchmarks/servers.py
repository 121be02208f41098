"""What the mock is measured beside: a bare Starlette and a plain Connexion server with three of its operations.

`python -m tests.benchmarks.servers starlette` prints its URL and serves until it is stopped.
"""

import json
import socket
import warnings
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import click
import uvicorn

MOUNT = "/api/scaffolder"
ANSWERS: dict[str, Any] = {
    "getTask": {"id": "0", "status": "completed"},
    "listTasks": {"tasks": [], "totalTasks": 0},
    "createTask": {"id": "0"},
}

Answers = dict[str, Any]
App = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


def starlette_app(answers: Answers) -> App:
    """One route for each operation, and nothing else: no security, no validation."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def get_task(_request: Request) -> JSONResponse:
        return JSONResponse(answers["getTask"])

    async def list_tasks(_request: Request) -> JSONResponse:
        return JSONResponse(answers["listTasks"])

    async def create_task(request: Request) -> JSONResponse:
        await request.json()
        return JSONResponse(answers["createTask"], status_code=201)

    return Starlette(
        routes=[
            Route(f"{MOUNT}/v2/tasks", list_tasks, methods=["GET"]),
            Route(f"{MOUNT}/v2/tasks", create_task, methods=["POST"]),
            Route(f"{MOUNT}/v2/tasks/{{taskId}}", get_task, methods=["GET"]),
        ]
    )


def connexion_app(answers: Answers) -> App:
    """Connexion as its documentation shows it: the default stack, with bearer tokens and validation of requests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from connexion import AsyncApp
        from connexion.options import SwaggerUIOptions
        from connexion.resolver import Resolver

    async def get_task(taskId: str) -> Any:  # noqa: N803 (Connexion passes parameters by the document's names)
        return answers["getTask"]

    async def list_tasks(createdBy: str | None = None) -> Any:  # noqa: N803
        return answers["listTasks"]

    async def create_task(body: dict[str, Any]) -> Any:
        return answers["createTask"], 201

    functions = {"getTask": get_task, "listTasks": list_tasks, "createTask": create_task}
    app = AsyncApp(__name__, swagger_ui_options=SwaggerUIOptions(swagger_ui=False))
    app.add_api(document(), base_path=MOUNT, resolver=Resolver(functions.__getitem__))
    return app  # type: ignore[no-any-return]  # Connexion is not typed


APPS: dict[str, Callable[[Answers], App]] = {"starlette": starlette_app, "connexion": connexion_app}


def token_info(token: str) -> dict[str, Any] | None:
    """Connexion's `x-bearerInfoFunc`."""
    return {"sub": "user:default/guest"} if token == "mock-user-token" else None


def document() -> dict[str, Any]:
    """The three operations as a document that Connexion takes by itself."""
    answer = {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}
    task_id = {"name": "taskId", "in": "path", "required": True, "schema": {"type": "string"}}
    created_by = {"name": "createdBy", "in": "query", "schema": {"type": "string"}}
    new_task = {
        "type": "object",
        "required": ["templateRef", "values"],
        "properties": {
            "templateRef": {"type": "string"},
            "values": {"type": "object"},
            "secrets": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }
    body = {"required": True, "content": {"application/json": {"schema": new_task}}}
    bearer = {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": "tests.benchmarks.servers.token_info"}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Three operations of the Scaffolder", "version": "1"},
        "security": [{"bearer": []}],
        "components": {"securitySchemes": {"bearer": bearer}},
        "paths": {
            "/v2/tasks": {
                "get": {"operationId": "listTasks", "parameters": [created_by], "responses": {"200": answer}},
                "post": {"operationId": "createTask", "requestBody": body, "responses": {"201": answer}},
            },
            "/v2/tasks/{taskId}": {
                "get": {"operationId": "getTask", "parameters": [task_id], "responses": {"200": answer}}
            },
        },
    }


@click.command()
@click.argument("peer", type=click.Choice(list(APPS)))
@click.option("--port", default=0, help="0 takes any free one.")
@click.option("--answers", type=click.Path(path_type=Path), help="JSON file: the answer to each operationId.")
def main(peer: str, port: int, answers: Path | None) -> None:
    """Serve one of the peers on loopback, with the settings of the mock server."""
    app = APPS[peer](ANSWERS if answers is None else json.loads(answers.read_text()))
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        lifespan="on",
    )
    with socket.create_server(("127.0.0.1", port), backlog=2048) as listener:
        click.echo(f"http://127.0.0.1:{listener.getsockname()[1]}{MOUNT}")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
