"""Swagger UI and the document that it shows. Everything it needs is in the package, so it works offline."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from mock_server.answers import Answer, App, Receive, Scope, Send, json_answer
from mock_server.request import EXCHANGE, NoSuchRoute, own_address

_ASSETS = {
    "swagger-ui-bundle.js": b"text/javascript; charset=utf-8",
    "swagger-ui.css": b"text/css; charset=utf-8",
    "favicon-32x32.png": b"image/png",
    "": b"text/html; charset=utf-8",
}


class DocumentPages:
    """Serves `/openapi.json` and `/ui` below a base path, and hands everything else on."""

    def __init__(self, app: App, document: Mapping[str, Any], base_path: str) -> None:
        self._app = app
        self._document = document
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = scope["path"].removeprefix(self._base_path)
        if scope["method"] not in {"GET", "HEAD"} or not (page in {"/openapi.json", "/ui"} or page.startswith("/ui/")):
            await self._app(scope, receive, send)
        elif page == "/openapi.json":
            await json_answer(200, self._served_document(scope))(scope, receive, send)
        elif page == "/ui":
            await Answer(307, headers=((b"location", b"ui/"),))(scope, receive, send)
        else:
            await _asset(page.removeprefix("/ui/"), scope)(scope, receive, send)

    def _served_document(self, scope: Scope) -> dict[str, Any]:
        server = {"url": f"{own_address(scope)}{self._base_path}"}
        return {**self._document, "servers": [server]}


def _asset(name: str, scope: Scope) -> Answer:
    content_type = _ASSETS.get(name)
    if content_type is None:
        raise NoSuchRoute(scope[EXCHANGE].path)
    content = (files("mock_server.swagger_ui") / (name or "index.html")).read_bytes()
    kept = b"max-age=3600" if name else b"no-cache"
    return Answer(200, content, ((b"content-type", content_type), (b"cache-control", kept)))
