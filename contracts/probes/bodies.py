"""Sends bodies that the document does not allow to those operations that take one."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from contracts.exchange import Purpose
from contracts.labels import MALFORMED_REF, NOT_JSON_AT_ALL, OTHER_KIND, OTHER_MEDIA_TYPE
from contracts.probes.auth import UNKNOWN_TEMPLATE, dry_run_body
from contracts.probes.probe import Probe
from contracts.session import Session

# A server that takes what it should refuse makes so many tasks at most.
MOST_TAKEN = 5
KINDS = frozenset({NOT_JSON_AT_ALL, OTHER_MEDIA_TYPE, MALFORMED_REF, OTHER_KIND})
MOST_OF_A_KIND = 3
# What is refused for another reason than its secrets.
WITH_A_SECRET = frozenset({"no templateRef", "no values", "values that are a list"})
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Body:
    """A body that is not allowed, and what is wrong with it."""

    label: str
    content: bytes
    media_type: str = "application/json"


async def bodies(session: Session) -> None:
    """Send each of them; those that may create something one after the other."""
    await asyncio.gather(_dry_runs(session), _creates(session))


async def _dry_runs(session: Session) -> None:
    await asyncio.gather(*(_send(session, "dryRunTask", bad) for bad in _chosen(session, bad_dry_runs())))


async def _creates(session: Session) -> None:
    template = session.templates.ordinary
    secret = f"{session.marker}-secret-refused"
    session.secrets.append(secret)
    if template is None or session.limits.read_only:
        unknown = _chosen(session, bad_creates(UNKNOWN_TEMPLATE, {}, session.marker, secret))
        await asyncio.gather(*(_send(session, "createTask", bad) for bad in unknown))
        return
    taken = 0
    for bad in _chosen(session, bad_creates(template.ref, dict(template.values or {}), session.marker, secret)):
        exchange = await session.try_to_create(
            None,
            body=bad.content,
            headers=[("Content-Type", bad.media_type)],
            purpose=Purpose.MALFORMED_BODY,
            label=bad.label,
        )
        taken += exchange is not None and exchange.status is not None and exchange.status < 300
        if taken == MOST_TAKEN:
            break


async def _send(session: Session, operation: str, bad: Body) -> None:
    await session.call(
        operation,
        body=bad.content,
        headers=[("Content-Type", bad.media_type)],
        purpose=Purpose.MALFORMED_BODY,
        label=bad.label,
    )


def _chosen(session: Session, bad: Iterable[Body]) -> Iterator[Body]:
    """All of them, or a few of each kind for a quick run."""
    kinds: Counter[str] = Counter()
    for body in bad:
        kind = body.label if body.label in KINDS else ""
        kinds[kind] += 1
        if not session.limits.quick or kinds[kind] <= MOST_OF_A_KIND:
            yield body


def bad_creates(ref: str, values: dict[str, Any], marker: str, secret: str) -> Iterator[Body]:
    """Bodies that look like a request to create a task of this template, and must not create one. Each has a mark of
    its own in the values, so that its task can be found; some have the secret, which no refusal may repeat."""
    for number, (label, change) in enumerate(_CREATE_CHANGES):
        marked = {**values, "contractTests": f"{marker}-refused-{number}"}
        secrets = {"secrets": {"contractTests": secret}} if label in WITH_A_SECRET else {}
        yield Body(label, _json(_changed({"templateRef": ref, "values": marked, **secrets}, change)))
    marked = {**values, "contractTests": f"{marker}-refused-ref"}
    yield Body("a templateRef in a list", _json({"templateRef": [ref], "values": marked}))
    for malformed in MALFORMED_REFS:
        yield Body(MALFORMED_REF, _json({"templateRef": malformed, "values": marked}))
    name = ref.rpartition(":")[2]
    for kind in ("component", "templates"):
        yield Body(OTHER_KIND, _json({"templateRef": f"{kind}:{name}", "values": marked}))
    marked = {**values, "contractTests": f"{marker}-refused-whole"}
    yield from _wrong_wholes({"templateRef": ref, "values": marked}, f"templateRef={ref}&values=%7B%7D")


def bad_dry_runs() -> Iterator[Body]:
    """Bodies that look like a request for a dry run, and must not be run."""
    good = dry_run_body()
    for label, change in _DRY_RUN_CHANGES:
        yield Body(label, _json(_changed(good, change)))
    yield from _wrong_wholes(good, "template=none&values=%7B%7D")


def _wrong_wholes(good: dict[str, Any], form: str) -> Iterator[Body]:
    text = _json(good)
    for label, content in (
        ("nothing", b""),
        ("an object with nothing in it", b"{}"),
        ("a list", b"[" + text + b"]"),
        ("a string", json.dumps(text.decode()).encode()),
        ("null", b"null"),
        ("a number", b"42"),
        ("true", b"true"),
    ):
        yield Body(NOT_JSON_AT_ALL if not content else label, content)
    yield Body(NOT_JSON_AT_ALL, text[:-1])
    yield Body(NOT_JSON_AT_ALL, text[1:])
    yield Body(NOT_JSON_AT_ALL, b"not json")
    yield Body(NOT_JSON_AT_ALL, form.encode(), FORM)
    yield Body(OTHER_MEDIA_TYPE, text, "text/plain")
    yield Body(OTHER_MEDIA_TYPE, text, FORM)
    yield Body(OTHER_MEDIA_TYPE, text, "application/xml")


def _changed(body: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**body, **change}.items() if value is not _ABSENT}


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


_ABSENT = object()
MALFORMED_REFS = ("", "x/", ":x", "template:", "/", ":", "template:default/", "template:/x")
_SECRETS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("secrets that are a list", {"secrets": ["a"]}),
    ("secrets that are a string", {"secrets": "a"}),
    ("secrets that are null", {"secrets": None}),
    ("a secret that is a number", {"secrets": {"a": 1}}),
    ("a secret that is null", {"secrets": {"a": None}}),
    ("a secret that is an object", {"secrets": {"a": {"b": "c"}}}),
)
_VALUES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("no values", {"values": _ABSENT}),
    ("values that are null", {"values": None}),
    ("values that are a list", {"values": []}),
    ("values that are a string", {"values": "{}"}),
    ("values that are a number", {"values": 0}),
    ("values that are false", {"values": False}),
)
_CREATE_CHANGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("no templateRef", {"templateRef": _ABSENT}),
    ("a templateRef that is a number", {"templateRef": 7}),
    ("a templateRef that is null", {"templateRef": None}),
    ("a templateRef that is an object", {"templateRef": {"kind": "template", "name": "a"}}),
    *_VALUES,
    *_SECRETS,
)
_DRY_RUN_CHANGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("no template", {"template": _ABSENT}),
    ("a template that is a string", {"template": "template:default/x"}),
    ("a template that is a list", {"template": []}),
    ("a template that is null", {"template": None}),
    *_VALUES,
    *_SECRETS,
    ("contents that are an object", {"directoryContents": {}}),
    ("contents that are a string", {"directoryContents": "a"}),
    ("a file that is a string", {"directoryContents": ["a"]}),
    ("a path that is a number", {"directoryContents": [{"path": 1, "base64Content": ""}]}),
    ("content that is a number", {"directoryContents": [{"path": "a", "base64Content": 1}]}),
)

BODIES = Probe("bodies", bodies)
