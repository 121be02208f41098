"""Who asks: bearer tokens, given at the start or handed out at a sign-in, as the real server reads them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from mock_server.request import EXCHANGE
from mock_server.simulator import Principal
from mock_server.user_tokens import UnverifiedToken, UserTokens
from mock_server.world import Worlds
from mock_server.world_tokens import TokenStanding

USER_TOKEN = "mock-user-token"  # noqa: S105 (public by design)
SERVICE_TOKEN = "mock-service-token"  # noqa: S105
GUEST = "user:default/guest"

AuthMode = Literal["required", "any", "off"]

_BEARER = re.compile(rb"Bearer[ ]+(\S+)", re.IGNORECASE)


class MissingCredentials(Exception):
    """No bearer token came with the request."""

    def __init__(self) -> None:
        super().__init__("Missing credentials")


class IllegalToken(Exception):
    """A bearer token that nobody was given. One that is refused though none was needed tells its cause."""

    def __init__(self, message: str = "Illegal token", *, needless: bool = False) -> None:
        name = "AuthenticationError"
        super().__init__(f"Could not resolve credentials; caused by {name}: {message}" if needless else message)
        self.cause = {"name": name, "message": message} if needless else None


class ControlTokenExpected(Exception):
    """A call from where the control is not open, without the control token or with a wrong one."""

    def __init__(self) -> None:
        super().__init__("The control token is needed here")


class ControlClosed(Exception):
    """A call from where the control is not open, and no token opens it."""

    def __init__(self) -> None:
        super().__init__("The control is open to programs of this machine only; --control-token opens it to others")


class Doorkeeper(Protocol):
    """Tells who makes a request, or raises what is answered to who may not."""

    def authenticate(self, scope: Mapping[str, Any]) -> Principal: ...


class Authenticator:
    """Tells principals by their tokens.

    `required`: one of the tokens, or one that was handed out. `any`: any token, and one that is not known is the
    guest's. `off`: nothing; a known token still tells who asks, and a wrong one is refused only if `checks_needless`
    tokens, too. What one of the `worlds` knows of a token counts before, for requests to it.
    """

    def __init__(
        self,
        tokens: Mapping[str, Principal],
        mode: AuthMode = "required",
        *,
        handed_out: UserTokens | None = None,
        guest: str = GUEST,
        checks_needless: bool = False,
        worlds: Worlds | None = None,
    ) -> None:
        self._checks_needless = checks_needless
        self._principals = {token.encode(): principal for token, principal in tokens.items()}
        self._mode = mode
        self._handed_out = handed_out
        self._guest = Principal(guest)
        self._worlds = worlds

    def authenticate(self, scope: Mapping[str, Any]) -> Principal:
        """The principal of an ASGI request. Raises MissingCredentials or IllegalToken."""
        token = bearer_token(scope)
        if token is None:
            if self._mode == "off":
                return Principal(None)
            raise MissingCredentials
        standing = self._standing(scope, token)
        if standing is not None:
            return self._standing_for(standing)
        # Looked up first: a token that is given costs no signature.
        return self._principals.get(token) or self._issued_to(token)

    def _standing(self, scope: Mapping[str, Any], token: bytes) -> TokenStanding | None:
        exchange = scope.get(EXCHANGE)
        world = None if self._worlds is None or exchange is None else self._worlds.peek(exchange.world)
        return world.tokens.standing(token) if world is not None and world.tokens else None

    def _standing_for(self, standing: TokenStanding) -> Principal:
        if standing.refusal is None:
            return Principal(standing.entity_ref)
        if self._mode == "off" and not self._checks_needless:
            return Principal(None)
        message = str(UnverifiedToken()) if standing.refusal == "expired" else "Illegal token"
        raise IllegalToken(message, needless=self._mode == "off")

    def _issued_to(self, token: bytes) -> Principal:
        refused = None
        try:
            entity_ref = None if self._handed_out is None else self._handed_out.read(token)
        except UnverifiedToken as error:
            entity_ref, refused = None, str(error)
        if entity_ref is not None:
            return Principal(entity_ref)
        if self._mode == "any":
            return self._guest
        if self._mode == "off" and not self._checks_needless:
            return Principal(None)
        raise IllegalToken(refused or "Illegal token", needless=self._mode == "off")


class BearerHandler:
    """Connexion's handler of the document's bearer scheme: no `x-bearerInfoFunc` in the document is needed."""

    def __init__(self, authenticator: Doorkeeper) -> None:
        self._authenticator = authenticator

    def __call__(self) -> "BearerHandler":
        # Connexion makes a handler for each operation by calling what it finds in its map of schemes.
        return self

    def get_fn(self, _scheme: Mapping[str, Any], _scopes: object) -> Callable[[Any], dict[str, Any]]:
        def verify(request: Any) -> dict[str, Any]:
            principal = self._authenticator.authenticate(request.scope)
            return {"sub": principal.entity_ref, "principal": principal}

        return verify


def bearer_token(scope: Mapping[str, Any]) -> bytes | None:
    """The token of an ASGI request, or None."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            match = _BEARER.fullmatch(value.rstrip(b" \t"))
            return None if match is None else match.group(1)
    return None
