"""Is it up? Asked without a token, by whoever waits for the server to start."""

from mock_server.answers import App, Receive, Scope, Send, json_answer

PATH = "/_mock/v1/health"


class Health:
    """Answers the health check and hands everything else on."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == PATH and scope["method"] in {"GET", "HEAD"}:
            await json_answer(200, {"status": "ok"})(scope, receive, send)
        else:
            await self._app(scope, receive, send)
