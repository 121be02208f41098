"""Finds out which templates there are to work with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from contracts.entity_refs import template_path
from contracts.events import instant
from contracts.exchange import Exchange
from contracts.lifecycle import Status
from contracts.probes.probe import Probe
from contracts.session import Session
from contracts.target import TemplateChoice, Templates
from contracts.task_story import listed_tasks
from contracts.template_values import make_values

# What a server that was just started with demo templates offers.
DEMO_ORDINARY = TemplateChoice("template:default/hello-world")
DEMO_SLOW = TemplateChoice("template:default/data-pipeline")
DEMO_FAILING = TemplateChoice("template:default/broken-legacy-migration")
# A task that lived so long can be cancelled while it runs.
LONG_LIFE = timedelta(seconds=5)
# The values that the suite adds to those of a template begin with it.
MARK = "contractTests"


async def discover(session: Session) -> None:
    """Set the session's templates: those that the user names, else what tasks in the list were made of, else the demo
    templates; each with values that its own parameter schema accepts."""
    target = session.target
    seen = () if target.template else tuple(_seen(await session.call("listTasks")))
    by_status = _by_status(seen)
    session.templates = Templates(
        ordinary=await _usable(session, target.template, by_status.get(Status.COMPLETED), DEMO_ORDINARY),
        slow=await _usable(session, target.slow_template, _long_lived(seen), DEMO_SLOW),
        failing=await _usable(session, target.failing_template, by_status.get(Status.FAILED), DEMO_FAILING),
    )


async def _usable(session: Session, *candidates: TemplateChoice | None) -> TemplateChoice | None:
    for candidate in candidates:
        if candidate is None:
            continue
        if candidate.values is not None:
            return candidate
        schema = await parameter_schema(session, candidate.ref)
        if schema is not None:
            return TemplateChoice(candidate.ref, make_values(schema))
    return None


async def parameter_schema(session: Session, ref: str) -> Mapping[str, Any] | None:
    """The parameter schema of a template as the target gives it, None if it gives none."""
    exchange = await session.call("getTemplateParameterSchema", path=template_path(ref), label=ref)
    return exchange.json if exchange.status == 200 and isinstance(exchange.json, dict) else None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A task in the list: its status, how long it lived by the target's own times, what it was made of."""

    status: str
    lived: timedelta
    choice: TemplateChoice


def _by_status(seen: Sequence[_Seen]) -> dict[str, TemplateChoice]:
    """By the status that a task ended with, what it was made of: for an end other than the usual one, rather a
    template that was not seen to end well."""
    ending_well = {task.choice.ref for task in seen if task.status == Status.COMPLETED}
    found: dict[str, TemplateChoice] = {}
    for task in sorted(seen, key=lambda task: task.choice.ref in ending_well):
        found.setdefault(task.status, task.choice)
    return found


def _long_lived(seen: Sequence[_Seen]) -> TemplateChoice | None:
    longest = max(seen, key=lambda task: task.lived, default=None)
    return longest.choice if longest is not None and longest.lived >= LONG_LIFE else None


def _seen(listed: Exchange) -> Iterator[_Seen]:
    for task in listed_tasks(listed):
        spec = task.get("spec")
        if not isinstance(spec, dict) or not isinstance(spec.get("templateInfo"), dict):
            continue
        ref, values = spec["templateInfo"].get("entityRef"), spec.get("parameters")
        if isinstance(ref, str) and ref and isinstance(values, dict):
            # What an earlier run of the suite added is not the template's own.
            own = {name: value for name, value in values.items() if not name.startswith(MARK)}
            yield _Seen(str(task.get("status")), _lived(task), TemplateChoice(ref, own))


def _lived(task: Mapping[str, Any]) -> timedelta:
    began, ended = instant(task.get("createdAt")), instant(task.get("completedAt") or task.get("lastHeartbeatAt"))
    return timedelta() if began is None or ended is None else ended - began


DISCOVERY = Probe("discovery", discover)
