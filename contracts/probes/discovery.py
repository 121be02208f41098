"""Finds out which templates there are to work with."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.entity_refs import template_path as template_path
from contracts.evidence import listed_tasks
from contracts.exchange import Exchange, Purpose
from contracts.lifecycle import Status
from contracts.probes.probe import Probe
from contracts.session import Session
from contracts.target import TemplateChoice, Templates
from contracts.template_values import make_values

# What a server that was just started with demo templates offers.
DEMO_ORDINARY = TemplateChoice("template:default/hello-world")
DEMO_SLOW = TemplateChoice("template:default/data-pipeline")
DEMO_FAILING = TemplateChoice("template:default/broken-legacy-migration")
# The values that the suite adds to those of a template begin with it.
MARK = "contractTests"


async def discover(session: Session) -> None:
    """Set the session's templates: those that the user names, else what tasks in the list were made of, else the demo
    templates; each with values that its own parameter schema accepts."""
    target = session.target
    seen = {} if target.template else await _seen_templates(session)
    session.templates = Templates(
        ordinary=await _usable(session, target.template, seen.get("completed"), DEMO_ORDINARY),
        slow=await _usable(session, target.slow_template, seen.get("cancelled"), DEMO_SLOW),
        failing=await _usable(session, target.failing_template, seen.get("failed"), DEMO_FAILING),
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


async def _seen_templates(session: Session) -> dict[str, TemplateChoice]:
    """By the status that a task ended with, the template and values it was made of: for an end other than the usual
    one, rather a template that was not seen to end well."""
    seen = list(_choices(await session.call("listTasks", purpose=Purpose.ORDINARY)))
    ending_well = {choice.ref for status, choice in seen if status == Status.COMPLETED}
    found: dict[str, TemplateChoice] = {}
    for status, choice in sorted(seen, key=lambda pair: pair[1].ref in ending_well):
        found.setdefault(status, choice)
    return found


def _choices(listed: Exchange) -> Iterator[tuple[str, TemplateChoice]]:
    for task in listed_tasks(listed):
        spec = task.get("spec")
        if not isinstance(spec, dict) or not isinstance(spec.get("templateInfo"), dict):
            continue
        ref, values = spec["templateInfo"].get("entityRef"), spec.get("parameters")
        if isinstance(ref, str) and ref and isinstance(values, dict):
            # What an earlier run of the suite added is not the template's own.
            own = {name: value for name, value in values.items() if not name.startswith(MARK)}
            yield str(task.get("status")), TemplateChoice(ref, own)


DISCOVERY = Probe("discovery", discover)
