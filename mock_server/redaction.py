"""Keep secrets out of everything that is stored, logged or sent."""

import json
import re
from collections.abc import Collection, Iterable
from itertools import zip_longest
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"
MAX_TEXTS = 1_000


class TooManySecrets(ValueError):
    """More texts to redact than any honest template has."""

    def __init__(self) -> None:
        super().__init__(f"there are more than {MAX_TEXTS} secret texts")


class Redactor:
    """Replaces secrets, and what was rendered from them, wherever they appear, quoted or not."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._texts: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, texts: Iterable[str]) -> None:
        """Redact these too. Raises TooManySecrets."""
        # One character is no secret, and without it nothing would be left of a log; so thinks the real server.
        fresh = {form for text in texts if len(text) > 1 for form in _forms(text)}
        if not fresh <= self._texts:
            self._texts |= fresh
            if len(self._texts) > MAX_TEXTS:
                raise TooManySecrets
            # The longest first, so that no part of one is left behind.
            ordered = sorted(self._texts, key=lambda text: (-len(text), text))
            self._pattern = re.compile("|".join(map(re.escape, ordered)))

    def text(self, text: str) -> str:
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def value(self, value: Any) -> Any:
        """A JSON value with every string in it redacted, the keys of objects included."""
        if self._pattern is None:
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
