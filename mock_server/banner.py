"""What the server says when it starts: where it is, how to get in, what there is, and one thing to try."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from mock_server.addresses import CONTROL_MOUNT, MOUNT
from mock_server.app import DEFAULT_TOKENS, MockServer, Options
from mock_server.simulator import Principal

_WIDTH = 80
_MARGIN = 14
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared, not bound)


def banner(app: MockServer, options: Options, *, address: tuple[Any, ...]) -> str:
    """The text, at most 80 columns wide unless a name is wider. Only the public tokens are shown."""
    host, port = _WILDCARDS.get(address[0], address[0]), address[1]
    origin = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    url = f"{origin}{MOUNT}"
    simulator = app.simulator
    lines = [
        "Backstage Scaffolder mock",
        "",
        *_entry("API", [url]),
        *_entry("Swagger UI", [f"{url}/ui/"]),
        *_entry("Backstage", [f"backend.baseUrl: {origin}"] if options.companions else []),
        *_entry("Control", [_control(options, origin)]),
        *_entry("Guest", [options.guest] if options.companions or options.auth == "any" else []),
        *_entry("Tokens", _tokens(options)),
        *_entry("Templates", [", ".join(simulator.catalog.template_refs) or "none"]),
        *_entry("Scenarios", [_scenarios(app, options)]),
        *_entry("Time", [f"runs {options.speed:g} times as fast"] if options.speed != 1 else []),
        *_entry("Quirks", [", ".join(sorted(options.quirks))] if options.quirks else []),
        "",
        "Try:",
        "",
        f'  curl -H "Authorization: Bearer {_example_token(options)}" \\',
        f"    {url}/v2/tasks",
        "",
    ]
    return "\n".join(lines)


def _entry(label: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        indented = textwrap.fill(
            value,
            _WIDTH,
            initial_indent=f"  {label}".ljust(_MARGIN),
            subsequent_indent=" " * _MARGIN,
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield indented
        label = ""


def _tokens(options: Options) -> Iterator[str]:
    if options.auth == "off":
        yield "none needed (--auth off)"
    elif options.auth == "any":
        yield "any (--auth any)"
    for token, principal in options.tokens.items():
        yield f"{token if token in DEFAULT_TOKENS else '(as given)':18}  {_who(principal)}"


def _who(principal: Principal) -> str:
    return "a service" if principal.entity_ref is None else principal.entity_ref


def _control(options: Options, origin: str) -> str:
    if not options.control:
        return "off (--no-control)"
    url = f"{origin}{CONTROL_MOUNT}/ui/"
    if options.listens_here_only:
        return url
    if options.control_token is None:
        return "off, since others can reach this address (--control-token opens it)"
    return f"{url} (with the control token)"


def _example_token(options: Options) -> str:
    return next((token for token in options.tokens if token in DEFAULT_TOKENS), "$TOKEN")


def _scenarios(app: MockServer, options: Options) -> str:
    names = sorted(scenario.name for scenario in app.simulator.scenarios)
    return ", ".join(f"{name} (active)" if name == options.scenario else name for name in names)
