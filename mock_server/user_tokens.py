"""The tokens that a sign-in hands out: JSON Web Tokens, signed, and good until they expire."""

import hashlib
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from mock_server.clock import wall_seconds
from mock_server.entity_refs import MalformedEntityRef, parse_entity_ref

DEFAULT_LIFETIME = 3_600
MAX_LIFETIME = 10 * 365 * 86_400
MAX_LENGTH = 32_768

_ALGORITHM = "HS256"
_TYPE = "vnd.backstage.user"
_LIMITED_TYPE = "vnd.backstage.limited-user"
_AUDIENCE = "backstage"
_CLAIMS = ("iss", "sub", "aud", "iat", "exp")
# Whoever may sign in can guess at the secrets without asking the server; let it take time.
_ROUNDS = 100_000


class UnverifiedToken(Exception):
    """A user's token that is not ours, was changed or has expired."""

    def __init__(self) -> None:
        super().__init__("Failed user token verification")


class UserTokens:
    """Issues tokens and knows them again, also those of another server with the same secrets.

    They expire by the wall clock, since whoever holds one compares it with a clock of their own.
    """

    def __init__(
        self, secrets: Iterable[str], lifetime: int = DEFAULT_LIFETIME, now: Callable[[], int] = wall_seconds
    ) -> None:
        self._secrets = sorted(secrets)
        self._now = now
        self.lifetime = lifetime

    def issue(self, entity_ref: str, issuer: str) -> str:
        """A token for a user, with the header and the claims of a real one."""
        now = self._now()
        identity = {"sub": entity_ref, "iat": now, "exp": now + self.lifetime}
        proof = self._sign(identity, _LIMITED_TYPE).rpartition(".")[2]
        claims = {"iss": issuer, "sub": entity_ref, "aud": _AUDIENCE, **identity, "uip": proof}
        return self._sign(claims, _TYPE)

    def read(self, token: bytes) -> str | None:
        """Whose token this is, or None for what is no user's token at all. Raises UnverifiedToken."""
        if len(token) > MAX_LENGTH or token.count(b".") != 2:
            return None
        # Imported here: most servers are never asked to sign anybody in.
        import jwt

        try:
            kind = jwt.get_unverified_header(token).get("typ")
            if kind not in {_TYPE, _LIMITED_TYPE} and _audience(token) != _AUDIENCE:
                return None
        except (jwt.InvalidTokenError, RecursionError):
            return None
        try:
            claims = jwt.decode(
                token, self._key, [_ALGORITHM], {"require": list(_CLAIMS), "verify_exp": False}, audience=_AUDIENCE
            )
        except (jwt.InvalidTokenError, RecursionError) as error:
            raise UnverifiedToken from error
        if kind != _TYPE or not self._is_current(claims["exp"]) or not _is_entity_ref(claims["sub"]):
            raise UnverifiedToken
        return str(claims["sub"])

    @cached_property
    def _key(self) -> bytes:
        return hashlib.pbkdf2_hmac("sha256", "\n".join(self._secrets).encode(), b"user tokens", _ROUNDS)

    def _sign(self, claims: dict[str, Any], kind: str) -> str:
        import jwt

        key_id = hashlib.sha256(self._key).hexdigest()[:16]
        return jwt.encode(claims, self._key, _ALGORITHM, {"typ": kind, "kid": key_id})

    def _is_current(self, expires_at: Any) -> bool:
        return isinstance(expires_at, int | float) and expires_at > self._now()


def _audience(token: bytes) -> Any:
    import jwt

    return jwt.decode(token, options={"verify_signature": False}).get("aud")


def _is_entity_ref(text: str) -> bool:
    try:
        parse_entity_ref(text, default_kind="user")
    except MalformedEntityRef:
        return False
    return True
