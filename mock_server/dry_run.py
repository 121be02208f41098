"""Dry runs: plan a template that nobody has loaded and tell how it would go. Nothing is kept."""

import base64
import random
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from mock_server.actions.catalogue import ActionCatalogue
from mock_server.entities import Entities
from mock_server.plan import Brief, make_plan, numbered_steps
from mock_server.planned import Failure, Plan
from mock_server.scenario import Behaviour
from mock_server.templates import (
    API_VERSION,
    UnusableTemplate,
    check_secrets,
    check_values,
    template_violations,
)
from mock_server.timeline import Timeline
from mock_server.violations import Violation

_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")


class InvalidTemplate(ValueError):
    """A value that is no template; the message is the real server's."""

    def __init__(self, violation: Violation) -> None:
        argument = "" if violation.argument is None else " - {}: {}".format(*violation.argument)
        super().__init__(f"{violation}{argument}")


class MalformedFile(ValueError):
    """An entry of `directoryContents` without a path or contents."""


class ForbiddenPath(Exception):
    """A path that leads out of the workspace; the message is the real server's."""

    def __init__(self) -> None:
        super().__init__("Relative path is not allowed to refer to a directory outside its parent")


class DryRunFailed(Exception):
    """A step failed, which ends a dry run with an error instead of a result."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class DryRun:
    """A request for a dry run."""

    template: Mapping[str, Any]
    values: Mapping[str, Any]
    user: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)
    directory_contents: Sequence[Mapping[str, Any]] = ()


def dry_run(request: DryRun, actions: ActionCatalogue, entities: Entities) -> dict[str, Any]:
    """The answer of `dryRunTask`: log, directory contents, output and steps.

    Raises InvalidTemplate, UnusableTemplate, InvalidValues, MalformedFile, ForbiddenPath or DryRunFailed.
    """
    template = request.template
    for violation in template_violations(template):
        raise InvalidTemplate(violation)
    if template["apiVersion"] != API_VERSION or template["kind"] != "Template":
        raise UnusableTemplate("Input template is not a template")
    check_values(template, request.values)
    check_secrets(template, request.secrets)
    contents = [_file(entry) for entry in request.directory_contents]
    spec = template["spec"]
    steps = numbered_steps(spec["steps"])
    brief = Brief(
        f"dry-run-{uuid.uuid4()}", steps, spec.get("output", {}), request.values, request.secrets, request.user
    )
    plan = make_plan(brief, Behaviour(), actions, entities, random.Random(0), dry_run=True)  # noqa: S311
    if plan.error is not None:
        raise DryRunFailed(plan.error)
    return {
        "log": _log(plan),
        "directoryContents": sorted(contents, key=lambda file: file["path"]),
        "output": plan.output,
        "steps": [{**step, "status": planned.ends_as.value} for step, planned in zip(steps, plan.steps, strict=True)],
    }


def _log(plan: Plan) -> list[dict[str, Any]]:
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


def _file(entry: Mapping[str, Any]) -> dict[str, Any]:
    try:
        path, content = PurePosixPath(entry["path"]), entry["base64Content"]
    except KeyError as missing:
        raise MalformedFile(f"Malformed request: every file needs {missing}") from None
    if path.is_absolute() or ".." in path.parts:
        raise ForbiddenPath
    return {"path": str(path), "executable": False, "base64Content": _canonical_base64(content)}


def _canonical_base64(text: str) -> str:
    # As leniently as the real server decodes: what does not belong is passed over.
    bare = _NOT_BASE64.sub("", text.replace("-", "+").replace("_", "/"))
    whole = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    return base64.b64encode(base64.b64decode(whole + "=" * (-len(whole) % 4))).decode()
