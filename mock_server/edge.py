"""The outermost layer: which world a request means, what it asks of the mock, and every error's answer."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from mock_server.addresses import COMPANION_MOUNTS, MOUNTS, WORLDS_PREFIX
from mock_server.answers import App, Header, Message, Receive, Scope, Send
from mock_server.cors import Cors
from mock_server.errors import answer_to
from mock_server.query import parse_query
from mock_server.quirks import Quirk
from mock_server.request import EXCHANGE, Exchange, header
from mock_server.world import DEFAULT_WORLD, check_world_name

_ROUTES = "/v2/"
_SCENARIO_PREFERENCE = re.compile(r"(?:^|[,;])\s*scenario\s*=\s*\"?([^\s\",;]+)", re.IGNORECASE)


class Edge:
    """Wraps the application: strips the world's prefix and the mock's own parameters, adds headers, answers errors.

    The request is passed on with its raw path, percent-encoding and all, so that `%2F` is no slash.
    """

    def __init__(self, app: App, cors: Cors, quirks: Collection[Quirk] = ()) -> None:
        self._app = app
        self._cors = cors
        self._quirks = quirks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        extra: list[Header] = self._cors.headers(scope)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        mount, below = _mounted(path)
        method, query = scope["method"], scope["query_string"].decode("utf-8", "replace")
        try:
            query, own = _split(query)
            world, path = _world(scope, path)
            mount, below = _mounted(path)
            extra.append((b"x-mock-world", world.encode()))
            scenario = own.get("__scenario", _preferred_scenario(scope))
            preflight = self._cors.preflight(scope)
            if preflight is not None:
                await preflight(scope, receive, send_with_headers)
                return
            inner = dict(scope, path=mount + _routed(mount, below), root_path="", app=self)
            inner[EXCHANGE] = Exchange(world, method, _relative(below, query), query, scenario)
            await self._app(inner, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 (every exception has an answer)
            answer = answer_to(error, method, _relative(below, query), self._quirks)
            if not started:
                await answer(scope, receive, send_with_headers)


def _mounted(path: str) -> tuple[str, str]:
    """The mount that a path lies below, as we write it, and the rest; without a mount, nothing and the whole path.

    Express minds neither the letters of a mount nor a second slash behind it.
    """
    end = path.find("/", path.find("/", 1) + 1)
    mount, below = (path, "") if end < 0 else (path[:end], path[end:])
    if mount not in MOUNTS:
        mount = mount.lower()
        if mount not in MOUNTS:
            return "", path
    return mount, below[1:] if below.startswith("//") else below


def _routed(mount: str, below: str) -> str:
    # The real server does not mind a slash at the end of a route; of what is not one of its routes it is a part.
    is_route = below.endswith("/") and (below[: len(_ROUTES)].lower() == _ROUTES or mount in COMPANION_MOUNTS)
    return below[:-1] if is_route and below != _ROUTES else below


def _relative(below: str, query: str) -> str:
    return (below or "/") + (f"?{query}" if query else "")


def _world(scope: Mapping[str, Any], path: str) -> tuple[str, str]:
    """The world that a request means, and its path without the world's prefix. Raises InvalidWorldName."""
    if path.startswith(WORLDS_PREFIX):
        name, slash, rest = path.removeprefix(WORLDS_PREFIX).partition("/")
        path = slash + rest
    else:
        name = header(scope, b"x-mock-world") or _cookie(scope, "mock-world") or DEFAULT_WORLD
    check_world_name(name)
    return name, path


def _cookie(scope: Mapping[str, Any], name: str) -> str | None:
    text = header(scope, b"cookie")
    if text is None:
        return None
    # Not by http.cookies: it gives up at the first cookie of somebody else that is not to its taste.
    return next((value for key, value in _cookies(text) if key == name), None)


def _cookies(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(";"):
        key, _, value = part.partition("=")
        yield key.strip(), value.strip().strip('"')


def _split(query: str) -> tuple[str, dict[str, str]]:
    """The query without the mock's own parameters, which begin with `__`, and those."""
    if "__" not in query and "%5" not in query:
        return query, {}
    parts = [(part, unquote(part.partition("=")[0])) for part in query.split("&")]
    kept = "&".join(part for part, name in parts if not name.startswith("__"))
    given = parse_query("&".join(part for part, name in parts if name.startswith("__")))
    return kept, {name: value if isinstance(value, str) else value[-1] for name, value in given.items() if value}


def _preferred_scenario(scope: Mapping[str, Any]) -> str | None:
    for name, value in scope["headers"]:
        match = _SCENARIO_PREFERENCE.search(value.decode("latin-1")) if name == b"prefer" else None
        if match is not None:
            return match[1]
    return None
