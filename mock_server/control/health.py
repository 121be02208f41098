"""Is it up? Asked without a token, by whoever waits for the server to start."""

from mock_server.answers import App, Receive, Scope, Send, json_answer, options_answer

PATH = "/_mock/v1/health"
BACKSTAGE_PATHS = ("/.backstage/health/v1/liveness", "/.backstage/health/v1/readiness")

_METHODS = ("GET", "HEAD")


class Health:
    """Answers the health check, and those of a Backstage backend where it stands for one; hands everything else on."""

    def __init__(self, app: App, *, is_backend: bool = False) -> None:
        self._app = app
        self._backend_paths = BACKSTAGE_PATHS if is_backend else ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        is_backend_s = path.startswith("/.") and path.removesuffix("/").lower() in self._backend_paths
        if scope["method"] in _METHODS and (is_backend_s or path == PATH):
            await json_answer(200, {"status": "ok"})(scope, receive, send)
        elif scope["method"] == "OPTIONS" and is_backend_s:
            await options_answer(_METHODS)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
