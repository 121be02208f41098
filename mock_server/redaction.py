"""Keep secrets out of everything that is stored, logged or sent."""

from collections.abc import Iterable
from typing import Any

MASK = "***"


class Redactor:
    """Replaces secrets, and what was rendered from them, wherever they appear."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._texts: list[str] = []
        self.learn(secrets)

    def learn(self, texts: Iterable[str]) -> None:
        """Redact these too. The longest goes first, so that no part of one is left behind."""
        self._texts = sorted({*self._texts, *filter(None, texts)}, key=len, reverse=True)

    def text(self, text: str) -> str:
        for secret in self._texts:
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
