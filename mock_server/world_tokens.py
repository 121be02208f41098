"""The tokens that count in one world only: issued to a test, or taken from everybody there. None is kept as it is."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from typing import Literal

from mock_server.clock import Clock, Milliseconds

MAX_TOKENS = 10_000

Refusal = Literal["expired", "revoked"]


@dataclass(frozen=True, slots=True)
class TokenStanding:
    """What a world knows of a token: whose it is if it was issued here (None for a service), until when it is good by
    the clock of the world (None for ever), and why it is refused."""

    is_issued: bool
    entity_ref: str | None = None
    expires_at: Milliseconds | None = None
    refusal: Refusal | None = None


class WorldTokens:
    """Knows tokens by their digests. Past the limit it forgets the one that it has known the longest."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._standings: dict[bytes, TokenStanding] = {}

    def __bool__(self) -> bool:
        return bool(self._standings)

    def issue(self, entity_ref: str | None, lifetime: Milliseconds | None) -> tuple[str, TokenStanding]:
        """A new token."""
        token = f"world-{secrets.token_urlsafe(24)}"
        expires_at = None if lifetime is None else self._clock.now() + lifetime
        return token, self._keep(token.encode(), TokenStanding(True, entity_ref, expires_at))

    def refuse(self, token: bytes, refusal: Refusal) -> TokenStanding:
        """Take a token no longer, wherever it comes from."""
        known = self._standings.get(_digest(token), TokenStanding(is_issued=False))
        return self._keep(token, replace(known, refusal=refusal))

    def standing(self, token: bytes) -> TokenStanding | None:
        """What is known of a token by now, None if nothing is."""
        known = self._standings.get(_digest(token))
        if known is None or known.refusal is not None or known.expires_at is None:
            return known
        return replace(known, refusal="expired") if known.expires_at <= self._clock.now() else known

    def _keep(self, token: bytes, standing: TokenStanding) -> TokenStanding:
        digest = _digest(token)
        self._standings[digest] = standing
        if len(self._standings) > MAX_TOKENS:
            del self._standings[next(iter(self._standings))]
        return standing


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
