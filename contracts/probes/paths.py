"""Asks for what the document does not name: other paths, other methods, a template that there is not."""

import asyncio
from urllib.parse import quote

from contracts.entity_refs import template_path
from contracts.exchange import Purpose
from contracts.probes.auth import UNKNOWN_RESOURCE, UNKNOWN_TEMPLATE
from contracts.probes.cancellation import UNKNOWN_TASK
from contracts.probes.probe import Probe
from contracts.probes.some_task import has_ended, own_task
from contracts.session import Session

UNKNOWN_PATHS = (
    "/v2/contract-tests-unknown",
    "/v2/tasks/{task}/contract-tests-unknown",
    "/v2/actions/contract-tests-unknown",
    "/v2/templates/default/template/contract-tests-unknown",
    "/v2/dry-run/contract-tests-unknown",
    "/contract-tests-unknown/v2/tasks",
)
# Methods that a server might know though the document does not, where they could do the least harm. Those of a task
# are sent for a task of this run only, and none deletes what is not the run's own.
UNDOCUMENTED_METHODS = (
    ("listTasks", "PUT"),
    ("listTasks", "PATCH"),
    ("getTask", "PUT"),
    ("getTask", "PATCH"),
    ("getTask", "POST"),
    ("cancelTask", "GET"),
    ("cancelTask", "PUT"),
    ("getTaskLogs", "POST"),
    ("getTaskLogs", "DELETE"),
    ("getTaskEventStream", "POST"),
    ("getTemplateParameterSchema", "POST"),
    ("getTemplateParameterSchema", "PUT"),
    ("listActions", "POST"),
    ("dryRunTask", "GET"),
    ("dryRunTask", "PUT"),
    ("getTaskEvents", "POST"),
    ("retryTask", "GET"),
    ("retryTask", "PUT"),
    ("autocomplete", "GET"),
    ("getTemplatingExtensions", "POST"),
    ("getTask", "DELETE"),
)


async def paths(session: Session) -> None:
    """Ask for unknown paths and templates, and by methods that are not there; then look what has become of the task."""
    task_id = await own_task(session)
    if task_id is not None:
        await has_ended(session, task_id)
    await asyncio.gather(
        _unknown_paths(session, task_id),
        _unknown_templates(session),
        _unknown_tasks(session),
        _undocumented_methods(session, task_id),
    )


async def _unknown_paths(session: Session, task_id: str | None) -> None:
    await asyncio.gather(
        *(
            session.call(None, path=path.format(task=task_id or UNKNOWN_TASK), purpose=Purpose.UNKNOWN_PATH)
            for path in UNKNOWN_PATHS
        )
    )


async def _unknown_templates(session: Session) -> None:
    path = template_path(UNKNOWN_TEMPLATE)
    ordinary = session.templates.ordinary
    others = [{**path, "namespace": "contract-tests-unknown"}]
    if ordinary is not None:
        others.append({**template_path(ordinary.ref), "namespace": "contract-tests-unknown"})
    for parameters in (path, *others):
        await session.call("getTemplateParameterSchema", path=parameters, purpose=Purpose.UNKNOWN_TEMPLATE)
    await session.call(
        "createTask", json_body={"templateRef": UNKNOWN_TEMPLATE, "values": {}}, purpose=Purpose.UNKNOWN_TEMPLATE
    )


async def _unknown_tasks(session: Session) -> None:
    for operation in ("getTask", "getTaskLogs", "getTaskEventStream"):
        await session.call(operation, path={"taskId": UNKNOWN_TASK}, purpose=Purpose.UNKNOWN_TASK)


async def _undocumented_methods(session: Session, task_id: str | None) -> None:
    path = {"taskId": task_id or UNKNOWN_TASK}
    ordinary = session.templates.ordinary
    template = template_path(ordinary.ref if ordinary else UNKNOWN_TEMPLATE)
    await session.call("getTask", path=path, label="before undocumented methods")
    for operation, method in UNDOCUMENTED_METHODS:
        if operation not in session.contract.operations:
            continue
        documented = session.contract.operations[operation].path
        await session.call(
            None,
            method=method,
            path=documented.format(
                **{name: quote(value, safe="") for name, value in {**path, **template, **UNKNOWN_RESOURCE}.items()}
            ),
            json_body=None if method in {"GET", "DELETE"} else {"status": "failed"},
            purpose=Purpose.UNDOCUMENTED_METHOD,
            label=operation,
        )
    await session.call("getTask", path=path, label="after undocumented methods")


PATHS = Probe("paths", paths)
