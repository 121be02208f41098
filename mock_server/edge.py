"""The outermost layer: which world a request means, what it asks of the mock, and every error's answer."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from mock_server.addresses import COMPANION_MOUNTS, CONTROL_MOUNT, MOUNTS, WORLDS_PREFIX
from mock_server.answers import App, Header, Message, Receive, Scope, Send
from mock_server.cors import Cors
from mock_server.errors import answer_to, gist
from mock_server.faults.preferences import Wish, wishes
from mock_server.journal import Choice, Entry
from mock_server.query import parse_query
from mock_server.quirks import Quirk
from mock_server.request import EXCHANGE, Exchange, Outcome, header
from mock_server.world import DEFAULT_WORLD, Worlds, check_world_name

_ROUTES = "/v2/"
_SCENARIO_PREFERENCE = re.compile(r"(?:^|[,;])\s*scenario\s*=\s*\"?([^\s\",;]+)", re.IGNORECASE)


class Edge:
    """Wraps the application: strips the world's prefix and the mock's own parameters, adds headers, answers errors, and
    keeps the journal of `worlds` if there are any.

    The request is passed on with its raw path, percent-encoding and all, so that `%2F` is no slash.
    """

    def __init__(self, app: App, cors: Cors, quirks: Collection[Quirk] = (), worlds: Worlds | None = None) -> None:
        self._app = app
        self._cors = cors
        self._quirks = quirks
        self._worlds = worlds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        extra: list[Header] = self._cors.headers(scope)
        started = False
        entry = Entry(scope["method"])
        world: str | None = None

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                entry.status = message["status"]
                message["headers"] = [*message["headers"], *extra, *self._journalled(entry, world)]
            await send(message)

        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        mount, below = _mounted(path)
        method, query = scope["method"], scope["query_string"].decode("utf-8", "replace")
        try:
            query, own = _split(query)
            world, path = _world(scope, path)
            mount, below = _mounted(path)
            entry.url = path + (f"?{query}" if query else "")
            extra.append((b"x-mock-world", world.encode()))
            preflight = self._cors.preflight(scope)
            if preflight is not None:
                await preflight(scope, receive, send_with_headers)
                return
            preferred = _preferences(scope)
            outcome = Outcome()
            scope.update(path=mount + _routed(mount, below), root_path="", app=self)
            scope[EXCHANGE] = Exchange(
                world,
                method,
                _relative(below, query),
                query,
                own["__scenario"][-1] if "__scenario" in own else _preferred_scenario(preferred),
                _wishes(preferred, own),
                entry=entry,
                outcome=outcome,
            )
            await self._app(scope, receive, send_with_headers)
            # Taken away: the scope lives as long as its connection, and longer if that ends.
            answer, outcome.answer = outcome.answer, None
            if answer is not None:
                await answer(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 (every exception has an answer)
            refusal = answer_to(error, method, _relative(below, query), self._quirks)
            if not started:
                entry.error = gist(refusal)
                await refusal(scope, receive, send_with_headers)
        if not started:
            self._journalled(entry, world)

    def _journalled(self, entry: Entry, world_name: str | None) -> list[Header]:
        """Keep the entry in the journal of the world, if there is one; the header that leads to it."""
        world = None if self._worlds is None or world_name is None else self._worlds.peek(world_name)
        if world is None or entry.url.startswith(CONTROL_MOUNT):
            return []
        entry.at, entry.is_frozen, entry.speed = world.clock.now(), world.clock.is_frozen, world.clock.speed
        if entry.choice is None:
            entry.choice = Choice(world.scenario, "active")
        world.journal.add(entry)
        return [(b"x-mock-journal", f"{CONTROL_MOUNT}/worlds/{world.name}/journal/{entry.id}".encode())]


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


def _split(query: str) -> tuple[str, dict[str, list[str]]]:
    """The query without the mock's own parameters, which begin with `__`, and those."""
    if "__" not in query and "%5" not in query:
        return query, {}
    parts = [(part, unquote(part.partition("=")[0])) for part in query.split("&")]
    kept = "&".join(part for part, name in parts if not name.startswith("__"))
    given = parse_query("&".join(part for part, name in parts if name.startswith("__")))
    return kept, {name: [value] if isinstance(value, str) else list(value) for name, value in given.items() if value}


def _preferences(scope: Mapping[str, Any]) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == b"prefer"]


def _preferred_scenario(preferences: Iterable[str]) -> str | None:
    matches = (_SCENARIO_PREFERENCE.search(text) for text in preferences)
    return next((match[1] for match in matches if match is not None), None)


def _wishes(preferences: Sequence[str], own: Mapping[str, Sequence[str]]) -> tuple[Wish, ...]:
    """The faults that a request asks for, in its headers or its query. Raises InvalidFault."""
    twins = (f"{name}={text}" for name in ("code", "fault") for text in own.get(f"__{name}", ()))
    return wishes((*preferences, *twins)) if preferences or own else ()
