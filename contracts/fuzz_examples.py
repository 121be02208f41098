"""Makes the document lead the fuzzer somewhere: real task ids and templates among what it would make up."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.contract import tightened_document
from contracts.entity_refs import template_path
from contracts.exchange import Exchange
from contracts.fuzz_order import FuzzOrder
from contracts.session import Session
from contracts.target import TemplateChoice
from contracts.task_story import listed_tasks

# Of all tasks that the run may create, so many are left to the fuzzer.
MOST_TASKS = 4
MOST_EXAMPLES = 3
# Where the sequence numbers of events are likely to lie.
SMALL_NUMBERS = {"type": "integer", "minimum": 0, "maximum": 3000}
TEMPLATE = {
    "apiVersion": "scaffolder.backstage.io/v1beta3",
    "kind": "Template",
    "metadata": {"name": "contract-tests"},
    "spec": {
        "type": "service",
        "owner": "guests",
        "parameters": [],
        "steps": [{"id": "say", "name": "Say", "action": "debug:log", "input": {"message": "contract tests"}}],
    },
}


async def order_for(session: Session) -> FuzzOrder:
    """What the fuzzer is to do with the target of this session, after all that the session has learnt of it."""
    target, limits, template = session.target, session.limits, session.templates.ordinary
    if not session.created and template is not None:
        await session.create(template, extra_values={"contractTests": session.marker})
    tasks = min(MOST_TASKS, session.tasks_left) if template else 0
    headers = dict(target.headers)
    if target.token:
        headers["Authorization"] = f"Bearer {target.token}"
    return FuzzOrder(
        base_url=target.base_url,
        document=leading_document(session),
        headers=headers,
        verify=target.verify,
        seed=limits.seed,
        max_examples=limits.max_examples,
        tasks=tasks,
        creation=_creation(session, template) if template and tasks else None,
        own=tuple(session.created),
        read_only=limits.read_only,
    )


def leading_document(session: Session) -> dict[str, Any]:
    """The tightened document, with what exists on the target among what its schemas allow."""
    document = tightened_document(session.target.profile)
    real = {"taskId": _known_tasks(session), "createdBy": _known_creators(session)}
    if session.templates.ordinary is not None:
        real |= {name: [value] for name, value in template_path(session.templates.ordinary.ref).items()}
    for parameter in _parameters(document):
        values = real.get(parameter["name"])
        if values:
            parameter["schema"] = {"anyOf": [{"type": "string", "enum": values}, {"type": "string"}]}
            parameter["example"] = values[0]
        elif parameter["name"] == "after":
            parameter["schema"] = {"anyOf": [SMALL_NUMBERS, {"type": "integer"}]}
    dry_run = document["paths"]["/v2/dry-run"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    worked = _dry_run_that_worked(session.exchanges)
    dry_run["properties"]["template"]["enum"] = [worked["template"]]
    dry_run["properties"]["values"]["example"] = worked["values"]
    return document


def _creation(session: Session, template: TemplateChoice) -> dict[str, Any]:
    return {"templateRef": template.ref, "values": {**(template.values or {}), "contractTests": session.marker}}


def _known_tasks(session: Session) -> list[str]:
    """Ids of tasks to look at: the run's own, else any that an answer named."""
    return list(dict.fromkeys(session.created or _listed(session, "id")))[:MOST_EXAMPLES]


def _known_creators(session: Session) -> list[str]:
    return list(dict.fromkeys(_listed(session, "createdBy")))[:MOST_EXAMPLES]


def _listed(session: Session, field: str) -> Iterator[str]:
    """What the tasks that were listed so far say there."""
    for exchange in session.exchanges:
        if exchange.operation == "listTasks":
            found = (task.get(field) for task in listed_tasks(exchange))
            yield from (value for value in found if isinstance(value, str) and value)


def _dry_run_that_worked(exchanges: list[Exchange]) -> Mapping[str, Any]:
    for exchange in exchanges:
        if exchange.operation == "dryRunTask" and exchange.status == 200 and _is_dry_run(exchange.sent):
            return exchange.sent  # type: ignore[no-any-return]
    return {"template": TEMPLATE, "values": {}}


def _is_dry_run(sent: Any) -> bool:
    return isinstance(sent, dict) and isinstance(sent.get("template"), dict) and isinstance(sent.get("values"), dict)


def _parameters(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        for operation in item.values():
            yield from (parameter for parameter in operation.get("parameters", ()) if "name" in parameter)
    yield from document["components"].get("parameters", {}).values()
