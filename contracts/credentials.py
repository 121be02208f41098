"""Credentials that no server may accept, made of nothing or of the right token."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from string import ascii_letters, digits
from typing import Any

SUFFIX = "-contract-tests"
UNKNOWN_WORD = "contract-tests-unknown-token"
# The alphabet of base64url, in the order of its values.
ALPHABET = f"{ascii_letters[26:]}{ascii_letters[:26]}{digits}-_"
CUT = 4
SHORTEST_TO_CUT = 12
TELLING_SHARE = 0.75
PART_PLACEHOLDER = "$PART_OF_TOKEN"


@dataclass(frozen=True, slots=True)
class WrongToken:
    """`shown` stands for a value that gives the right token away, None: it does not. `label` says what it is."""

    value: str
    label: str
    shown: str | None = None


def invented_tokens() -> tuple[WrongToken, ...]:
    """Tokens that have nothing to do with the right one."""
    claims = {"sub": "user:default/guest", "ent": ["user:default/guest"], "aud": "backstage", "exp": 4_102_444_800}
    return (
        WrongToken(UNKNOWN_WORD, "a word"),
        WrongToken(unsigned(claims), "a token that is not signed"),
        WrongToken("undefined", "what a client without a token sends"),
    )


def derived_tokens(token: str) -> tuple[WrongToken, ...]:
    """Tokens that are nearly the right one."""
    return tuple(_derived(token))


def basic_credentials(token: str) -> tuple[WrongToken, ...]:
    """The right token as a password (RFC 7617), which is no bearer token."""
    return (
        WrongToken(_basic(f"user:{token}"), "Basic, with the token as the password of a user", "$BASIC_CREDENTIALS"),
        WrongToken(_basic(f":{token}"), "Basic, with the token as the password of nobody", "$BASIC_PASSWORD"),
    )


def parts_of(token: str) -> tuple[str, ...]:
    """Parts of the token, one of which is in every run of so many of its characters that it gives the token away."""
    run = max(SHORTEST_TO_CUT, ceil(len(token) * TELLING_SHARE))
    step = max(1, len(token) // 20)
    width = run - step + 1
    return tuple(token[start : start + width] for start in range(0, len(token) - width + 1, step) if width < len(token))


def unsigned(claims: dict[str, Any]) -> str:
    """A JSON Web Token that says of itself that nobody signed it (RFC 7519, section 6)."""
    return f"{_encoded({'typ': 'vnd.backstage.user', 'alg': 'none'})}.{_encoded(claims)}."


def _derived(token: str) -> Iterator[WrongToken]:
    yield WrongToken(f"{token}{SUFFIX}", "the right token and more")
    yield WrongToken(_altered(token), "the right token with another character", "$ALTERED_TOKEN")
    if len(token) >= SHORTEST_TO_CUT:
        yield WrongToken(token[:-CUT], "the right token without its end", "$CUT_TOKEN")
    if token.swapcase() != token and not set(token) <= set("0123456789abcdefABCDEF-"):
        yield WrongToken(token.swapcase(), "the right token in another case", "$SWAPPED_TOKEN")
    claims = _claims(token)
    if claims is not None:
        yield WrongToken(unsigned(claims), "the claims of the right token, not signed", "$UNSIGNED_TOKEN")


def _basic(credentials: str) -> str:
    return base64.b64encode(credentials.encode()).decode()


def _altered(token: str) -> str:
    # Of the last character of a signature not every bit counts: of its first one, and of the highest bit, it does.
    place = token.rfind(".") + 1 if token.count(".") == 2 and not token.endswith(".") else len(token) - 1
    old = token[place]
    new = ALPHABET[(ALPHABET.index(old) + 32) % 64] if old in ALPHABET else "A"
    return f"{token[:place]}{new}{token[place + 1 :]}"


def _claims(token: str) -> dict[str, Any] | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None


def _encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")
