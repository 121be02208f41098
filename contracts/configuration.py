"""What the user asks for, checked and put into the words of the suite. Knows no command line."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contracts.known_failures import BrokenKnownFailures, KnownFailures, load_known_failures
from contracts.profile import Profile
from contracts.rule import Level, Rule
from contracts.rules import all_rules
from contracts.runner import Order
from contracts.target import (
    DEFAULT_MAX_EXAMPLES,
    DEFAULT_MAX_TASKS,
    DEFAULT_SEED,
    DEFAULT_TIME_BUDGET,
    QUICK_TIME_BUDGET,
    Limits,
    Target,
    TemplateChoice,
)

TABLE = "run-contract-tests"


class BrokenConfiguration(Exception):
    """An option cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The options by the names they have on the command line, with `_` for `-`; texts are as the user wrote them."""

    base_url: str | None
    token: str | None = None
    header: Sequence[str] = ()
    ca_bundle: str | None = None
    insecure: bool = False
    profile: str = Profile.PUBLISHED.value
    level: str = Level.MUST.value
    template: str | None = None
    values: str | Mapping[str, Any] | None = None
    slow_template: str | None = None
    failing_template: str | None = None
    only: Sequence[str] = ()
    skip: Sequence[str] = ()
    quick: bool = False
    read_only: bool = False
    max_tasks: int = DEFAULT_MAX_TASKS
    max_examples: int = DEFAULT_MAX_EXAMPLES
    seed: int = DEFAULT_SEED
    time_budget: float | None = None
    known_failures: Sequence[str] = ()

    def order(self, *, today: date) -> Order:
        """What the runner is to do; known failures count as of `today`. Raises BrokenConfiguration."""
        profile = Profile(self.profile)
        budget = self.time_budget or (QUICK_TIME_BUDGET if self.quick else DEFAULT_TIME_BUDGET)
        return Order(
            target=self._target(profile),
            limits=Limits(budget, self.max_tasks, self.max_examples, self.seed, self.quick, self.read_only),
            rules=chosen_rules(profile, self.only, self.skip),
            level=Level(self.level),
            known=self._known(profile, today),
        )

    def _target(self, profile: Profile) -> Target:
        if self.insecure and self.ca_bundle:
            raise BrokenConfiguration("--insecure checks no certificate: leave out --ca-bundle")
        if self.values is not None and self.template is None:
            raise BrokenConfiguration("--values are for a template: name it with --template")
        return Target(
            base_url=checked_base_url(self.base_url),
            token=self.token or None,
            headers=tuple(_header(line) for line in self.header),
            verify=self.ca_bundle or not self.insecure,
            profile=profile,
            template=TemplateChoice(self.template, _values(self.values, "--values")) if self.template else None,
            slow_template=_choice(self.slow_template, "--slow-template"),
            failing_template=_choice(self.failing_template, "--failing-template"),
        )

    def _known(self, profile: Profile, today: date) -> KnownFailures | None:
        try:
            entries = [
                entry for name in self.known_failures for entry in load_known_failures(name, all_rules(), profile)
            ]
        except BrokenKnownFailures as error:
            raise BrokenConfiguration(f"--known-failures: {error}") from error
        return KnownFailures(entries, today=today) if entries else None


def chosen_rules(profile: Profile, only: Iterable[str] = (), skip: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules of a profile that a glob of `only` names (none given: all of them) and none of `skip`.

    Raises BrokenConfiguration for a glob that names no rule at all, and when nothing is left.
    """
    rules = all_rules()
    only, skip = tuple(only), tuple(skip)
    for glob in (*only, *skip):
        if not any(fnmatchcase(rule.id, glob) for rule in rules):
            raise BrokenConfiguration(f"there is no rule {glob} (--list shows them)")
    chosen = tuple(
        rule
        for rule in rules
        if profile in rule.profiles
        and (not only or any(fnmatchcase(rule.id, glob) for glob in only))
        and not any(fnmatchcase(rule.id, glob) for glob in skip)
    )
    if not chosen:
        raise BrokenConfiguration(f"no rule is left to run in the profile {profile}")
    return chosen


def checked_base_url(url: str | None) -> str:
    """The base URL without a slash at its end. Raises BrokenConfiguration for one that cannot be used."""
    if not url:
        raise BrokenConfiguration("--base-url says what to test, such as https://portal.example/api/scaffolder")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise BrokenConfiguration(f"--base-url must be like https://portal.example/api/scaffolder, not {url}")
    if parts.username or parts.password:
        raise BrokenConfiguration("--base-url must not hold credentials: give them with --token or --header")
    if parts.query or parts.fragment:
        raise BrokenConfiguration("--base-url must end with the path of the API")
    return url.rstrip("/")


def read_options(path: Path) -> dict[str, Any]:
    """The table `[tool.run-contract-tests]` of a TOML file, by the names of Configuration.

    Raises BrokenConfiguration.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BrokenConfiguration(f"{path}: {error}") from error
    table = content.get("tool", {}).get(TABLE) if isinstance(content.get("tool", {}), dict) else None
    if not isinstance(table, dict):
        raise BrokenConfiguration(f"{path}: there is no table [tool.{TABLE}]")
    return {name.replace("-", "_"): value for name, value in table.items()}


def _choice(text: str | None, option: str) -> TemplateChoice | None:
    if not text:
        return None
    ref, equals, values = text.partition("=")
    return TemplateChoice(ref, _values(values, option) if equals else None)


def _values(values: str | Mapping[str, Any] | None, option: str) -> Mapping[str, Any] | None:
    if values is None or isinstance(values, Mapping):
        return values
    text = values
    try:
        if text.startswith("@"):
            text = Path(text[1:]).read_text(encoding="utf-8")
        parsed = json.loads(text)
    except (OSError, ValueError) as error:
        raise BrokenConfiguration(f"{option}: {error}") from error
    if not isinstance(parsed, dict):
        raise BrokenConfiguration(f"{option} must be a JSON object")
    return parsed


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not name or not value or not (name + value).isprintable() or not name.isascii() or " " in name:
        # The value may be a secret: it is not repeated.
        raise BrokenConfiguration("--header must be like 'Name: value'")
    return name, value
