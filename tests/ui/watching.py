"""What a page complains of, and what it asks its backend for."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from playwright.sync_api import ConsoleMessage, Page, Request, Response

KNOWN = Path(__file__).with_name("known_complaints.yaml")
# A request that the page itself gives up, as it does with every stream when it is left.
GIVEN_UP = "net::ERR_ABORTED"


@dataclass(frozen=True)
class Call:
    """A request to the backend."""

    method: str
    path: str
    query: str


@dataclass
class Watch:
    """Sees to one page. `expected` are texts of complaints that the journey provokes itself."""

    backend: str
    complaints: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def expect(self, *texts: str) -> None:
        """The journey is about to provoke complaints that contain these texts."""
        self.expected.extend(texts)

    def unexpected(self) -> list[str]:
        """The complaints that neither the journey provoked nor the same page makes of a real backend."""
        return [
            complaint
            for complaint in self.complaints
            if not any(text in complaint for text in self.expected)
            and not any(re.search(known["complaint"], complaint) for known in known_complaints())
        ]

    def calls_of(self, path: str) -> list[Call]:
        """The calls so far whose path ends so."""
        return [call for call in self.calls if call.path.endswith(path)]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def _asked(self, request: Request) -> None:
        if request.url.startswith(self.backend) and request.method != "OPTIONS":
            address = urlsplit(request.url.removeprefix(self.backend))
            self.calls.append(Call(request.method, address.path, address.query))

    def _failed(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self.complaints.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")


@cache
def known_complaints() -> list[dict[str, Any]]:
    """What the pages complain of with a real backend, too: a pattern, and why."""
    return yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
