"""The first peer: Starlette with one route for each operation and nothing else, no security and no validation."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.benchmarks.event_chunks import Beginning, event_chunks
from tests.benchmarks.operations import EVENT_STREAM, MOUNT, OPERATIONS, STREAM, Answers


def starlette_app(answers: Answers, beginning: Beginning) -> Starlette:
    """Answers what it is told to; a body is read."""

    async def event_stream(request: Request) -> Response:
        chunks = event_chunks(beginning, request.path_params["taskId"], answers[EVENT_STREAM])
        return StreamingResponse(chunks, media_type="text/event-stream")

    routes = [
        Route(f"{MOUNT}{operation.path}", _endpoint(answers[id], operation.status), methods=[operation.method])
        for id, operation in OPERATIONS.items()
    ]
    return Starlette(routes=[*routes, Route(f"{MOUNT}{STREAM.path}", event_stream)])


def _endpoint(answer: Any, status: int) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if request.method == "POST":
            await request.json()
        return JSONResponse(answer, status_code=status)

    return endpoint
