"""Serve a request whose answer nobody hears."""

from mock_server.answers import App, Message, Receive, Scope

_SAFE = frozenset({"GET", "HEAD"})


async def serve_unheard(app: App, scope: Scope, receive: Receive) -> None:
    """Do what was asked for, and tell nobody. Reading leaves nothing behind, and may not end, so nothing is read."""

    async def drop(_: Message) -> None:
        pass

    if scope["method"] not in _SAFE:
        await app(scope, receive, drop)
