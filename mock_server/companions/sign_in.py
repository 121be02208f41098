"""The operations of the auth plugin: signing in as a guest, and who somebody is."""

from collections.abc import Collection
from typing import Any
from urllib.parse import unquote

from mock_server.addresses import AUTH_MOUNT
from mock_server.answers import App, Receive, Scope, Send, json_answer
from mock_server.auth import Authenticator, MissingCredentials
from mock_server.entities import Entities, ref_of
from mock_server.entity_refs import parse_entity_ref
from mock_server.quirks import Quirk
from mock_server.request import (
    EXCHANGE,
    Call,
    InvalidRequest,
    MethodNotAllowed,
    NoSuchRoute,
    UnknownProvider,
    own_address,
)
from mock_server.user_tokens import UserTokens

# What the real one says of itself. Nothing but the sign-in as a guest is served here.
_SIGNING = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA")


class NoToken(MissingCredentials):
    """Nobody says who asks, where the plugin itself looks at tokens."""

    def __init__(self) -> None:
        Exception.__init__(self, "No token provided")


class SignIn:
    """The operations, for one guest."""

    def __init__(self, tokens: UserTokens, authenticator: Authenticator, guest: str) -> None:
        self._tokens = tokens
        self._authenticator = authenticator
        self._guest = guest

    async def get_guest_identity(self, call: Call) -> App:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            identity = {
                "token": self._tokens.issue(self._guest, f"{own_address(scope)}{AUTH_MOUNT}"),
                "identity": {
                    "type": "user",
                    "userEntityRef": self._guest,
                    "ownershipEntityRefs": ownership(call.simulator.catalog.entities, self._guest),
                },
                "expiresInSeconds": self._tokens.lifetime,
            }
            await json_answer(200, {"profile": {}, "backstageIdentity": identity})(scope, receive, send)

        return answer

    refresh_guest_identity = get_guest_identity

    async def get_user_info(self, call: Call) -> App:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                principal = self._authenticator.authenticate(scope)
            except MissingCredentials:
                raise NoToken from None
            if principal.entity_ref is None:
                raise InvalidRequest("Userinfo endpoint must be called with a token that represents a user principal")
            owned = ownership(call.simulator.catalog.entities, principal.entity_ref)
            claims = {"sub": principal.entity_ref, "ent": owned}
            await json_answer(200, {"claims": claims})(scope, receive, send)

        return answer

    async def get_token_keys(self, _: Call) -> App:
        # What signs a token here would forge one, too.
        return json_answer(200, {"keys": []})

    async def get_open_id_configuration(self, _: Call) -> App:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            url = f"{own_address(scope)}{AUTH_MOUNT}"
            await json_answer(200, _configuration(url))(scope, receive, send)

        return answer


def ownership(entities: Entities, user: str) -> list[str]:
    """What a user owns things as: as themselves and, if the catalog has them, as a member of their groups."""
    entity = entities.get(parse_entity_ref(user, default_kind="user"))
    if entity is None:
        return [user]
    groups = [
        relation["targetRef"]
        for relation in entity["relations"]
        if relation["type"] == "memberOf" and relation["targetRef"].startswith("group:")
    ]
    return [str(ref_of(entity)), *groups]


class AuthPlugin:
    """Says below the mount of the auth plugin what there is not, in its words. Nobody needs a token there."""

    def __init__(self, app: App, quirks: Collection[Quirk] = ()) -> None:
        self._app = app
        self._quirks = quirks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope[EXCHANGE].path
        try:
            await self._app(scope, receive, send)
        except (NoSuchRoute, MethodNotAllowed) as error:
            provider = unquote(path.split("/")[1])
            if not provider or (isinstance(error, MethodNotAllowed) and Quirk.EMPTY_NOT_FOUND not in self._quirks):
                raise
            raise UnknownProvider(provider) from None


def _configuration(url: str) -> dict[str, Any]:
    return {
        "issuer": url,
        "token_endpoint": f"{url}/v1/token",
        "userinfo_endpoint": f"{url}/v1/userinfo",
        "jwks_uri": f"{url}/.well-known/jwks.json",
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(_SIGNING),
        "scopes_supported": ["openid"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_supported": ["sub", "ent"],
        "grant_types_supported": ["authorization_code"],
        "authorization_endpoint": f"{url}/v1/authorize",
        "code_challenge_methods_supported": ["S256", "plain"],
    }
