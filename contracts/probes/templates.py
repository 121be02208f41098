"""Asks for the parameters of templates, of such as there are and of such as are not, and has values refused."""

import asyncio
from collections.abc import Iterator, Mapping

from contracts.entity_refs import template_path
from contracts.exchange import Purpose
from contracts.probes.probe import Probe
from contracts.refused_values import Refused, refused_values
from contracts.session import Session
from contracts.target import TemplateChoice
from contracts.task_story import listed_tasks
from contracts.template_values import are_accepted, make_values

MOST_SEEN = 5
MOST_REFUSALS = 20
MOST_REFUSALS_QUICK = 4
ODD_NAMES = ("*", "%", "..%2f", "hello world", "a/b", "\u00fc\u6f22", "null", "' OR '1'='1")


async def templates(session: Session) -> None:
    """Ask for everything at once, then have values refused one after the other."""
    chosen = [
        template
        for template in (session.templates.ordinary, session.templates.slow, session.templates.failing)
        if template is not None
    ]
    seen = await _seen(session)
    refs = list(dict.fromkeys([*(template.ref for template in chosen), *seen]))
    for label in ("at first", "again"):
        await _ask(session, refs, label)
    await asyncio.gather(
        *(
            session.call("getTemplateParameterSchema", path=path, purpose=Purpose.UNKNOWN_TEMPLATE, label=label)
            for label, path in _unknown(session, refs)
        )
    )
    if not session.limits.read_only:
        await _fill_in(session)
        # Templates that the user did not name are only used if none was named.
        others = [] if session.target.template else [ref for ref in refs if ref not in {one.ref for one in chosen}]
        await _have_values_refused(session, [*chosen, *(TemplateChoice(ref) for ref in others)])
    await _ask(session, refs, "in the end")


async def _ask(session: Session, refs: list[str], label: str) -> None:
    await asyncio.gather(
        *(session.call("getTemplateParameterSchema", path=template_path(ref), label=label) for ref in refs)
    )


async def _seen(session: Session) -> list[str]:
    """Templates that tasks in the list were made of; some of them may be gone."""
    refs = []
    for task in listed_tasks(await session.call("listTasks")):
        spec = task.get("spec")
        info = spec.get("templateInfo") if isinstance(spec, dict) else None
        ref = info.get("entityRef") if isinstance(info, dict) else None
        if isinstance(ref, str) and ref and session.marker not in ref:
            refs.append(ref)
    return list(dict.fromkeys(refs))[:MOST_SEEN]


def _unknown(session: Session, refs: list[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    known = template_path(refs[0]) if refs else {"namespace": "default", "kind": "template", "name": session.marker}
    yield "an unknown name", {**known, "name": session.marker}
    yield "a known name that goes on", {**known, "name": f"{known['name']}-{session.marker}"}
    yield "an unknown namespace", {**known, "namespace": session.marker}
    yield "an unknown kind", {**known, "kind": session.marker}
    yield "another kind", {**known, "kind": "component"}
    if known["namespace"].lower() != known["kind"].lower():
        yield "kind before namespace", {**known, "namespace": known["kind"], "kind": known["namespace"]}
    for name in ODD_NAMES[:1] if session.limits.quick else ODD_NAMES:
        yield "an odd name", {**known, "name": name}


async def _fill_in(session: Session) -> None:
    """Create a task with values that nothing but the parameter schema tells, where the user gave others."""
    named = session.target.template
    schema = _schema(session, named.ref) if named is not None and named.values is not None else None
    if named is None or schema is None:
        return
    values = make_values(schema)
    if are_accepted(schema, values) and values != named.values:
        await session.create(TemplateChoice(named.ref, values), label="values made from the parameter schema")


async def _have_values_refused(session: Session, chosen: list[TemplateChoice]) -> None:
    """Create tasks with values that are wrong; once a task was created all the same, no further one is tried."""
    left = MOST_REFUSALS_QUICK if session.limits.quick else MOST_REFUSALS
    for template in chosen:
        schema = _schema(session, template.ref)
        if schema is None:
            continue
        values = make_values(schema) if template.values is None else dict(template.values)
        tried = set()
        for refused in refused_values(schema, values):
            if refused.kind in tried:
                continue
            tried.add(refused.kind)
            if left == 0:
                return
            left -= 1
            exchange = await session.try_to_create(
                {"templateRef": template.ref, "values": _marked(session, schema, values, refused, left)},
                purpose=Purpose.REFUSED_VALUES,
                label=refused.wrong,
            )
            if exchange is None or exchange.status is None or exchange.status < 400:
                return


def _schema(session: Session, ref: str) -> Mapping[str, object] | None:
    """The parameter schema of a template as it was given first."""
    for exchange in session.exchanges:
        if (
            exchange.operation == "getTemplateParameterSchema"
            and exchange.path_parameters == template_path(ref)
            and exchange.status == 200
            and isinstance(exchange.json, dict)
        ):
            schema: Mapping[str, object] = exchange.json
            return schema
    return None


def _marked(
    session: Session, schema: Mapping[str, object], values: Mapping[str, object], refused: Refused, number: int
) -> Mapping[str, object]:
    """The values with a mark by which a task of them is known, unless the template would refuse them for that."""
    marker = {"contractTests": f"{session.marker}-unfit-{number:02d}"}
    return {**refused.values, **(marker if are_accepted(schema, {**values, **marker}) else {})}


TEMPLATES = Probe("templates", templates)
