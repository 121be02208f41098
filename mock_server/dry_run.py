"""Dry runs: execute a template that nobody has loaded, in memory, and tell how it went. Nothing is kept."""

import random
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mock_server.actions.catalogue import ActionCatalogue
from mock_server.actions.failures import ActionFailed
from mock_server.actions.workspace import File, Quota, Workspace
from mock_server.directory_contents import Files, directory_contents
from mock_server.entities import Entities
from mock_server.permissions import EVERYTHING, Permits
from mock_server.planned import Failure, Plan
from mock_server.scenario import Behaviour
from mock_server.task_specs import numbered_steps
from mock_server.templates import check_secrets, check_template, check_values
from mock_server.timeline import Timeline

LogEntry = dict[str, Any]

_FOLDER = re.compile(r"/tmp/dry-run-(?:content-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/")  # noqa: S108
_FOLDER_ITSELF = re.compile(f"{_FOLDER.pattern[:-1]}(?!/)")


class DryRunFailed(Exception):
    """A dry run ended with an error instead of a result. `log` is what it told before."""

    def __init__(self, failure: Failure, log: Sequence[LogEntry] = ()) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.log = log


@dataclass(frozen=True, slots=True)
class DryRun:
    """A request for a dry run. `files` are the folder of the template."""

    template: Mapping[str, Any]
    values: Mapping[str, Any]
    user: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)
    files: Files = ()


@dataclass(frozen=True, slots=True)
class DryRunResult:
    """How a dry run went: its log, what the steps left in the workspace, its output, its steps and how they ended."""

    log: Sequence[LogEntry]
    files: Files
    output: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]
    statuses: Sequence[str]

    def to_json(self, *, bare: bool = False) -> dict[str, Any]:
        """The answer of `dryRunTask`; a `bare` one has neither types in its log nor statuses in its steps."""
        pairs = zip(self.steps, self.statuses, strict=True)
        return {
            "log": [{"body": entry["body"]} for entry in self.log] if bare else self.log,
            "directoryContents": directory_contents(self.files),
            "output": self.output,
            "steps": self.steps if bare else [{**step, "status": status} for step, status in pairs],
        }


def dry_run(
    request: DryRun, actions: ActionCatalogue, entities: Entities, permits: Permits = EVERYTHING
) -> DryRunResult:
    """Run the template's steps, as somebody with these permits.

    Raises InvalidTemplate, UnusableTemplate, InvalidValues or DryRunFailed.
    """
    # Imported here, as is what they need: the start need not wait for it.
    from mock_server.actions.workbench import Workplace
    from mock_server.plan import Brief, make_plan

    template = request.template
    check_template(template)
    check_values(template, request.values)
    check_secrets(template, request.secrets)
    identity = f"dry-run-{uuid.uuid4()}"
    workplace = Workplace(_contents(request.files), Workspace(f"/tmp/{identity}", Quota()))  # noqa: S108
    spec = template["spec"]
    steps = numbered_steps(spec["steps"])
    brief = Brief(identity, steps, spec.get("output", {}), request.values, request.secrets, request.user)
    draw = random.Random(0)  # noqa: S311
    plan = make_plan(brief, Behaviour(), actions, entities, draw, workplace=workplace, permits=permits)
    log = _log(plan)
    if plan.error is not None:
        raise DryRunFailed(plan.error, log)
    statuses = [planned.ends_as.value for planned in plan.steps]
    return DryRunResult(log, _result(workplace.workspace), plan.output or {}, steps, statuses)


def without_folders(text: str) -> str:
    """The text with the paths in it relative to the folders of the dry run, which are nobody's business."""
    return _FOLDER.sub("", _FOLDER_ITSELF.sub(".", text))


def _contents(files: Files) -> Workspace:
    # The name of a folder that never exists: the real server shows one like it in its errors.
    contents = Workspace(f"/tmp/dry-run-content-{uuid.uuid4()}", Quota(), exists=False)  # noqa: S108
    try:
        for path, file in files:
            parts = contents.locate(path)
            # The real server writes such a file where the folder will be, and then forgets it.
            if parts:
                contents.write(parts, file)
    except ActionFailed as failed:
        raise DryRunFailed(Failure(failed.name, str(failed))) from failed
    return contents


def _result(workspace: Workspace) -> list[tuple[str, File]]:
    """What the real server shows of a workspace: not the repository in it."""
    return [(path, file) for path, file in workspace.files() if not path.startswith(".git/") and path != ".git"]


def _log(plan: Plan) -> list[LogEntry]:
    timeline = Timeline(plan)
    moments = [timeline[index] for index in range(len(timeline) - 1)]
    # The real server has the keys in this order here, unlike in events.
    keys = ("stepId", "status", "message")
    entries = [
        {"type": moment.type.value, "body": {key: moment.body[key] for key in keys if key in moment.body}}
        for moment in moments
    ]
    # The real server takes the unpacking of the directory contents for one more step.
    entries[0]["body"] = {"message": f"Starting up task with {len(plan.steps) + 1} steps"}
    return entries
