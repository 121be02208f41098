"""Keep secrets out of everything that is stored, logged or sent."""

import json
from collections.abc import Collection
from itertools import zip_longest
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"
MAX_TEXTS = 1_000
MAX_CHARACTERS = 1_000_000


class TooManySecrets(ValueError):
    """More texts to redact, or longer ones, than any honest template has."""

    def __init__(self) -> None:
        super().__init__(
            f"there are more than {MAX_TEXTS:,} secret texts, or more than {MAX_CHARACTERS:,} characters in them"
        )


class Redactor:
    """Replaces secrets, and what was rendered from them, wherever they appear, quoted or not."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        # The longest first, so that no part of one is left behind.
        self._texts: list[str] = []
        self._characters = 0
        self.learn(secrets)

    def learn(self, texts: Collection[str]) -> None:
        """Redact these too. Raises TooManySecrets."""
        if not texts:
            return
        # One character is no secret, and without it nothing would be left of a log; so thinks the real server.
        known, fresh = set(self._texts), set[str]()
        for text in texts:
            if len(text) > 1 and text not in known and text not in fresh:
                self._characters += len(text)
                fresh |= _forms(text)
                if self._characters > MAX_CHARACTERS or len(fresh) > MAX_TEXTS:
                    raise TooManySecrets
        if not fresh <= known:
            known |= fresh
            if len(known) > MAX_TEXTS:
                raise TooManySecrets
            self._texts = sorted(known, key=lambda text: (-len(text), text))

    def text(self, text: str) -> str:
        # One after the other: a regular expression of them all takes its time to be made, and more to be used.
        for secret in self._texts:
            if secret in text:
                text = text.replace(secret, MASK)
        return text

    def value(self, value: Any) -> Any:
        """A JSON value with every string in it redacted, the keys of objects included."""
        if not self._texts:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        return value


def masked(value: Any, texts: Collection[str]) -> Any:
    """A JSON value with every string in it that is one of `texts` replaced as a whole."""
    if isinstance(value, str):
        return MASK if value in texts else value
    if isinstance(value, list):
        return [masked(item, texts) for item in value]
    if isinstance(value, dict):
        return {key: masked(item, texts) for key, item in value.items()}
    return value


def differing_texts(value: Any, other: Any) -> frozenset[str]:
    """The strings in a JSON value that are not the same in another one of its shape."""
    if value == other:
        return frozenset()
    if isinstance(value, str):
        return frozenset({value} if value else ())
    if isinstance(value, list):
        others = other if isinstance(other, list) else []
        pairs = list(zip_longest(value, others[: len(value)]))
    elif isinstance(value, dict):
        members = other if isinstance(other, dict) else {}
        pairs = [(item, members.get(key)) for key, item in value.items()]
    else:
        return frozenset()
    return frozenset(text for item, counterpart in pairs for text in differing_texts(item, counterpart))


def _forms(text: str) -> set[str]:
    """A text as it is, and as it stands in JSON and in a URL."""
    return {
        text,
        json.dumps(text, ensure_ascii=False)[1:-1],
        quote(text, errors="replace"),
        quote_plus(text, errors="replace"),
    }
