"""Asks every operation without a token, with wrong ones, with the right one sent wrongly and in odd but right ways."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from contracts.credentials import (
    PART_PLACEHOLDER,
    UNKNOWN_WORD,
    basic_credentials,
    derived_tokens,
    invented_tokens,
    parts_of,
)
from contracts.entity_refs import template_path
from contracts.exchange import Exchange, Purpose
from contracts.labels import IN_THE_QUERY, NOT_THERE, OTHER_SPELLING, THERE, WRONG_IN_ITSELF
from contracts.probes.cancellation import UNKNOWN_TASK
from contracts.probes.probe import Probe
from contracts.probes.some_task import some_task
from contracts.redaction import SHORTEST_SECRET, TOKEN_PLACEHOLDER
from contracts.session import Session
from contracts.stream_deadline import StreamDeadline

UNKNOWN_RESOURCE = {"provider": "contract-tests-unknown", "resource": "repositories"}
UNKNOWN_TEMPLATE = "template:default/contract-tests-unknown"
STREAM_SECONDS = 8.0
WITH_BODY = ("createTask", "dryRunTask")
TRUSTED_BY_SOME = (
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Forwarded-User", "user:default/guest"),
    ("X-Remote-User", "user:default/guest"),
)
SPELLINGS = (
    "/v2/tasks/",
    "//v2/tasks",
    "/v2//tasks",
    "/V2/TASKS",
    "/v2/./tasks",
    "/v2/actions/../tasks",
    "/v2/tasks;a=b",
    "/v2%2Ftasks",
    "/v2/tasks%2F",
    "/v2/tasks.json",
    "/v2/%74asks",
)


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that can be made with any credentials. It creates nothing, and cancels only what this run created."""

    operation: str
    path: Mapping[str, str] | None = None
    body: Any = None
    query: tuple[tuple[str, str], ...] = ()
    raw_body: bytes | None = None
    media_type: str | None = None
    leave_after: float | None = None


async def authentication(session: Session) -> None:
    """Make every request in every way that the token can be wrong."""
    for part in parts_of(session.target.token or ""):
        session.withhold(part, PART_PLACEHOLDER)
    task_id = await some_task(session)
    ours = task_id if task_id in session.created else None
    there, not_there = asking(session, task_id, cancelled=ours), asking(session, None)
    await asyncio.gather(
        _without_token(session, there, not_there),
        _create_without_token(session),
        _wrong_tokens(session, there),
        _wrong_schemes(session, there),
        _odd_casing(session, asking(session, task_id)),
        _other_spellings(session, task_id),
    )


def asking(session: Session, task_id: str | None, *, cancelled: str | None = None) -> list[Asking]:
    """One request for each operation, about that task and the template in use; None: about unknown ones."""
    task = {"taskId": task_id or UNKNOWN_TASK}
    template = session.templates.ordinary if task_id else None
    askings = [
        Asking("listTasks"),
        Asking("getTask", task),
        Asking("cancelTask", {"taskId": cancelled or UNKNOWN_TASK}),
        Asking("getTaskEventStream", task),
        Asking("getTaskLogs", task),
        Asking("getTemplateParameterSchema", template_path(template.ref if template else UNKNOWN_TEMPLATE)),
        Asking("listActions"),
        Asking("createTask", body={"templateRef": UNKNOWN_TEMPLATE, "values": {}}),
        Asking("dryRunTask", body=dry_run_body()),
        Asking("getTaskEvents", task, leave_after=STREAM_SECONDS / 2),
        # Whoever lets a wrong token pass would run it again each time.
        Asking("retryTask", {"taskId": UNKNOWN_TASK}, body={}),
        Asking("autocomplete", UNKNOWN_RESOURCE, body={"context": {}, "token": "contract-tests"}),
        Asking("getTemplatingExtensions"),
    ]
    return [asked for asked in askings if asked.operation in session.contract.operations]


def dry_run_body() -> dict[str, Any]:
    """A dry run that logs one line."""
    step = {"id": "say", "name": "Say", "action": "debug:log", "input": {"message": "contract tests"}}
    return {
        "template": {
            "apiVersion": "scaffolder.backstage.io/v1beta3",
            "kind": "Template",
            "metadata": {"name": "contract-tests"},
            "spec": {"type": "service", "parameters": [], "steps": [step], "output": {}},
        },
        "values": {},
        "directoryContents": [],
    }


async def _without_token(session: Session, there: Iterable[Asking], not_there: Iterable[Asking]) -> None:
    task = {"taskId": UNKNOWN_TASK}
    wrong_in_itself = (
        Asking("createTask", body={"values": []}),
        Asking("dryRunTask", body={"template": "none"}),
        Asking("getTaskLogs", task, query=(("after", "abc"),)),
        Asking("listTasks", query=(("createdBy", ""),)),
        *(Asking(operation, raw_body=b"{") for operation in WITH_BODY),
        *(Asking(operation, raw_body=b"contract tests", media_type="text/plain") for operation in WITH_BODY),
    )
    waiting = []
    for first, second in zip(there, not_there, strict=True):
        group = session.new_group()
        waiting.append(_ask(session, first, None, Purpose.WITHOUT_TOKEN, THERE, group=group))
        if second != first:
            waiting.append(_ask(session, second, None, Purpose.WITHOUT_TOKEN, NOT_THERE, group=group))
    waiting += [_ask(session, asked, None, Purpose.WITHOUT_TOKEN, WRONG_IN_ITSELF) for asked in wrong_in_itself]
    trusting = session.call(
        "listTasks",
        authorization=None,
        headers=TRUSTED_BY_SOME,
        purpose=Purpose.WITHOUT_TOKEN,
        label="but with headers that name a user",
    )
    await asyncio.gather(*waiting, trusting)


async def _create_without_token(session: Session) -> None:
    """Try to create tasks which could be created, and could be found by their values."""
    template = session.templates.ordinary
    if template is None:
        return
    for number, (authorization, purpose) in enumerate(
        ((None, Purpose.WITHOUT_TOKEN), (f"Bearer {UNKNOWN_WORD}", Purpose.WRONG_TOKEN))
    ):
        values = {**(template.values or {}), "contractTests": f"{session.marker}-unauthorised-{number}"}
        await session.try_to_create(
            {"templateRef": template.ref, "values": values},
            purpose=purpose,
            authorization=authorization,
            label="that could be created",
        )


async def _wrong_tokens(session: Session, there: Iterable[Asking]) -> None:
    invented = invented_tokens()
    derived = derived_tokens(session.target.token) if session.target.token else ()
    tokens = (*invented[:1], *derived[:1]) if session.limits.quick else (*invented, *derived)
    for token in tokens:
        if token.shown is not None:
            session.withhold(token.value, token.shown)
    ways = [(f"Bearer {token.value}", token.label) for token in tokens] + [("Bearer", "no token at all")]
    await asyncio.gather(
        *(
            _ask(session, asked, authorization, Purpose.WRONG_TOKEN, label)
            for authorization, label in ways
            for asked in there
        )
    )


async def _wrong_schemes(session: Session, there: Iterable[Asking]) -> None:
    token = session.target.token
    if token is None:
        return
    basic = basic_credentials(token)
    for credentials in basic:
        session.withhold(credentials.value, credentials.shown or TOKEN_PLACEHOLDER)
    ways = [
        (f"Basic {token}", "Basic"),
        *((f"Basic {credentials.value}", credentials.label) for credentials in basic),
        (token, "no scheme at all"),
        (f"Token {token}", "Token"),
        (f"Bearer{token}", "no space"),
        (f"NotBearer {token}", "a scheme that ends like the right one"),
    ]
    waiting = [
        _ask(session, asked, authorization, Purpose.WRONG_SCHEME, label)
        for authorization, label in ways[: 1 if session.limits.quick else None]
        for asked in there
    ]
    local = urlsplit(session.target.base_url).hostname in {"127.0.0.1", "localhost", "::1"}
    if local and len(token) >= SHORTEST_SECRET:
        # Nowhere else: what is in an address is in somebody's log.
        session.withhold(quote_plus(token), TOKEN_PLACEHOLDER)
        waiting += [
            session.call(
                operation,
                query=[(name, token)],
                authorization=None,
                purpose=Purpose.WRONG_SCHEME,
                label=IN_THE_QUERY,
            )
            for operation in ("listTasks", "listActions")
            for name in ("token", "access_token")
        ]
    await asyncio.gather(*waiting)


async def _odd_casing(session: Session, there: Iterable[Asking]) -> None:
    token = session.target.token
    if token is None:
        return
    schemes = ("bearer",) if session.limits.quick else ("bearer", "BEARER")
    await asyncio.gather(
        *(
            _ask(session, asked, f"{scheme} {token}", Purpose.ODD_CASING, scheme)
            for scheme in schemes
            for asked in there
        )
    )


async def _other_spellings(session: Session, task_id: str | None) -> None:
    task = f"/v2/tasks/{quote(task_id or UNKNOWN_TASK, safe='')}"
    spelled = (*SPELLINGS, f"{task}/", f"/{task}", f"{task}/logs/", "/v2/actions/", "//v2/actions", "/V2/ACTIONS")
    await asyncio.gather(
        *(
            session.call(None, path=path, authorization=None, purpose=Purpose.WITHOUT_TOKEN, label=OTHER_SPELLING)
            for path in spelled
        )
    )


async def _ask(
    session: Session, asked: Asking, authorization: str | None, purpose: Purpose, label: str, *, group: int = 0
) -> Exchange:
    if asked.operation == "getTaskEventStream":
        return await session.watch(
            (asked.path or {})["taskId"],
            deadline=StreamDeadline(session.now() + STREAM_SECONDS, silence=STREAM_SECONDS / 2),
            authorization=authorization,
            purpose=purpose,
            label=label,
            group=group,
        )
    return await session.call(
        asked.operation,
        path=asked.path,
        json_body=asked.body,
        body=asked.raw_body,
        headers=[("Content-Type", asked.media_type)] if asked.media_type else [],
        query=asked.query,
        leave_after=asked.leave_after,
        authorization=authorization,
        purpose=purpose,
        label=label,
        group=group,
    )


AUTHENTICATION = Probe("auth", authentication)
