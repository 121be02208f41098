"""What the framework beneath the plugins of Backstage adds to each of them, and so to the scaffolder."""

import json
from email.utils import formatdate
from importlib.resources import files
from typing import Any

from mock_server.answers import Answer, App, Receive, Scope, Send, json_answer, options_answer
from mock_server.auth import Authenticator
from mock_server.clock import SECOND, timestamp
from mock_server.request import EXCHANGE, NoSuchRoute, UserExpected
from mock_server.simulator import Principal, Simulator

COOKIE_SECONDS = 3_600

_PERMISSIONS = "/.well-known/backstage/permissions/metadata"
_COOKIE = "/.backstage/auth/v1/cookie"
_KEYS = "/.backstage/auth/v1/jwks.json"
_METHODS = {_PERMISSIONS: ("GET", "HEAD"), _KEYS: ("GET", "HEAD"), _COOKIE: ("GET", "HEAD", "DELETE")}


class PluginRoutes:
    """Serves the permission metadata, the key set and the cookie below a base path, and hands everything else on.

    The cookie opens nothing: the scaffolder has no route that takes one.
    """

    def __init__(self, app: App, authenticator: Authenticator, simulator: Simulator, base_path: str) -> None:
        self._app = app
        self._authenticator = authenticator
        self._simulator = simulator
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(self._base_path).lower()
        if not path.startswith("/.") or path not in _METHODS:
            await self._app(scope, receive, send)
            return
        is_open = path == _KEYS and scope["method"] in {*_METHODS[_KEYS], "OPTIONS"}
        if not is_open:
            principal = self._authenticator.authenticate(scope)
        if scope["method"] == "OPTIONS":
            answer = options_answer(_METHODS[path])
        elif is_open:
            answer = json_answer(200, {"keys": []})
        else:
            answer = self._for_who_has_a_token(path, principal, scope)
        await answer(scope, receive, send)

    def _for_who_has_a_token(self, path: str, principal: Principal, scope: Scope) -> Answer:
        if scope["method"] not in _METHODS[path]:
            raise NoSuchRoute(scope[EXCHANGE].path)
        if path == _PERMISSIONS:
            return json_answer(200, _permissions())
        if scope["method"] == "DELETE":
            return Answer(204, headers=(_cookie("", 0),))
        if principal.entity_ref is None:
            raise UserExpected
        now = self._simulator.worlds.get(scope[EXCHANGE].world).clock.now()
        expires_at = now // SECOND + COOKIE_SECONDS
        return json_answer(200, {"expiresAt": timestamp(expires_at * SECOND)}, _cookie("mock", expires_at))


def _cookie(value: str, expires_at: int) -> tuple[bytes, bytes]:
    expires = formatdate(expires_at, usegmt=True)
    text = f"backstage-auth={value}; Path=/; Expires={expires}; HttpOnly; Secure; Priority=High; SameSite=None"
    return b"set-cookie", text.encode()


def _permissions() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((files("mock_server") / "permissions.json").read_text(encoding="utf-8"))
    return loaded
