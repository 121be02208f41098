"""Finds out which templates there are to work with."""

from collections.abc import Mapping
from typing import Any

from contracts.evidence import listed_tasks
from contracts.exchange import Purpose
from contracts.probes.probe import Probe
from contracts.session import Session
from contracts.target import TemplateChoice, Templates
from contracts.template_values import make_values

# What a server that was just started with demo templates offers.
DEMO_ORDINARY = TemplateChoice("template:default/hello-world")
DEMO_SLOW = TemplateChoice("template:default/data-pipeline")
DEMO_FAILING = TemplateChoice("template:default/broken-legacy-migration")


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


def template_path(ref: str) -> dict[str, str]:
    """The path parameters that an entity reference, `[kind:][namespace/]name`, stands for."""
    kind, _, rest = ref.rpartition(":")
    namespace, _, name = rest.rpartition("/")
    return {"namespace": namespace or "default", "kind": kind or "template", "name": name}


async def _seen_templates(session: Session) -> dict[str, TemplateChoice]:
    """By the status that a task ended with, the template and values it was made of."""
    exchange = await session.call("listTasks", purpose=Purpose.ORDINARY)
    found: dict[str, TemplateChoice] = {}
    for task in listed_tasks(exchange):
        spec = task.get("spec")
        if not isinstance(spec, dict) or not isinstance(spec.get("templateInfo"), dict):
            continue
        ref, values = spec["templateInfo"].get("entityRef"), spec.get("parameters")
        if isinstance(ref, str) and ref and isinstance(values, dict):
            found.setdefault(str(task.get("status")), TemplateChoice(ref, values))
    return found


DISCOVERY = Probe("discovery", discover)
