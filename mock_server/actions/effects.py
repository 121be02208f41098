"""What an action seems to do when a task runs: how long, what it logs, what it gives or how it fails.

Nothing leaves the machine: a repository that was "published" is a URL made from the step's input.
"""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_server.actions.catalogue import Action
from mock_server.actions.cataloguing import fetch_entities
from mock_server.actions.failures import ActionFailed
from mock_server.actions.repositories import pull_request, repository
from mock_server.clock import SECOND, Milliseconds
from mock_server.entities import Entities
from mock_server.planned import Failure

Input = Mapping[str, Any]

# Made once: json.dumps makes an encoder for every value that is not written by its defaults.
_encode = json.JSONEncoder(ensure_ascii=False).encode

LONGEST_WAIT: Milliseconds = 10 * 60 * SECOND


@dataclass(frozen=True, slots=True)
class Effect:
    """How an action goes. `duration` is a range that the seed draws from, in seconds.

    An `output` that is `whole` is not completed with what the action's schema declares beside it.
    """

    duration: tuple[float, float] = (0.4, 1.2)
    logs: tuple[str, ...] = ()
    output: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
    whole: bool = False


def effect_of(action: Action, input: Input, entities: Entities) -> Effect:
    """How the action goes with this rendered input, which its schema has accepted."""
    for pattern, effect in _EFFECTS.items():
        if action.id == pattern or (pattern.endswith(":") and action.id.startswith(pattern)):
            return effect(input, entities)
    return Effect()


def complete_output(action: Action, output: Mapping[str, Any], draws: Callable[[], random.Random]) -> dict[str, Any]:
    """The output with what its schema declares and nobody supplied: the schema's example, else a placeholder.

    `draws` is asked for what to draw from if something is drawn.
    """
    properties = (action.output_schema or {}).get("properties", {})
    missing = {name: _example(name, schema, draws) for name, schema in properties.items() if name not in output}
    return missing | dict(output)


def example_output(action: Action) -> dict[str, Any]:
    """What a dry run puts in place of the output of an action that it cannot execute."""
    example: dict[str, Any] = _dry_run_example({"type": "object", **(action.output_schema or {})})
    return example


def _dry_run_example(schema: Mapping[str, Any]) -> Any:
    # The catalogue has examples of its own, which the real schemas have not.
    match schema.get("type"):
        case "object":
            return {name: _dry_run_example(inner) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [_dry_run_example(schema["items"])] if "items" in schema else []
        case "string":
            return "<example>"
        case "number":
            return 0
        case "boolean":
            return False
    return "<unknown>"


def _example(name: str, schema: Mapping[str, Any], draws: Callable[[], random.Random]) -> Any:
    if schema.get("examples"):
        return schema["examples"][0]
    kind = _type(schema)
    if kind in {"number", "integer"}:
        return draws().randrange(1, 100_000)
    if kind == "object":
        nested = schema.get("properties", {})
        return {key: _example(key, value, draws) for key, value in nested.items()}
    if kind in {"boolean", "array"}:
        return True if kind == "boolean" else []
    return f"{name}-{draws().randrange(16**6):06x}"


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "")
    return kind[0] if isinstance(kind, list) else str(kind)


def _log(input: Input, _: Entities) -> Effect:
    logs = [_indented(input)]
    if input.get("message"):
        logs.append(input["message"])
    if input.get("listWorkspace"):
        logs.append("Workspace:\n")
    return Effect((0.02, 0.08), tuple(logs))


def _indented(value: Any, line: str = "\n") -> str:
    # As `indent=2` writes it; but an encoder that indents is not the one in C.
    inner = f"{line}  "
    if isinstance(value, dict) and value:
        members = (f"{_encode(key)}: {_indented(item, inner)}" for key, item in value.items())
        return f"{{{inner}{f',{inner}'.join(members)}{line}}}"
    if isinstance(value, list) and value:
        return f"[{inner}{f',{inner}'.join(_indented(item, inner) for item in value)}{line}]"
    return _encode(value)


def _wait(input: Input, _: Entities) -> Effect:
    seconds = input.get("minutes", 0) * 60 + input.get("seconds", 0) + input.get("milliseconds", 0) / SECOND
    if seconds * SECOND > LONGEST_WAIT:
        limit = "Waiting duration is longer than the maximum threshold of 0 hours, 10 minutes, 0 seconds"
        return Effect((0, 0), failure=Failure("Error", limit))
    return Effect((max(0, seconds),) * 2)


def _fetch(_: Input, __: Entities) -> Effect:
    return Effect((0.5, 1.5), ("Fetching plain content from remote URL",))


def _fetch_template(input: Input, _: Entities) -> Effect:
    values = json.dumps(input.get("values", {}), separators=(",", ":"), ensure_ascii=False)
    logs = (
        "Fetching template content from remote URL",
        "Listing files and directories in template",
        f"Processing 3 template files/directories with input values {values}",
        "Writing file README.md to template output path with mode 33188.",
        "Writing file catalog-info.yaml to template output path with mode 33188.",
        f"Template result written to {input.get('targetPath', './')}",
    )
    return Effect((0.8, 2.0), logs)


def _catalog_fetch(input: Input, entities: Entities) -> Effect:
    try:
        return Effect((0.05, 0.2), output=fetch_entities(input, entities), whole=True)
    except ActionFailed as failed:
        return Effect((0.05, 0.2), failure=Failure(failed.name, str(failed)))


def _catalog_register(input: Input, _: Entities) -> Effect:
    url = input.get("catalogInfoUrl")
    if url is None:
        url = input["repoContentsUrl"].rstrip("/") + "/" + input.get("catalogInfoPath", "catalog-info.yaml").lstrip("/")
    name = repository_name(url)
    return Effect(
        (0.4, 1.0),
        (f"Registering {url} in the catalog",),
        {"catalogInfoUrl": url, "entityRef": f"component:default/{name}"},
    )


def repository_name(url: str) -> str:
    """The name of the repository that a URL points into, as far as the URL tells."""
    path = url.split("://")[-1].split("?")[0]
    for marker in ("/-/", "/blob/", "/tree/", "/browse"):
        path = path.split(marker)[0]
    parts = [part for part in path.split("/")[1:] if part and not part.endswith((".yaml", ".yml"))]
    return parts[-1] if parts else "example"


def _catalog_write(input: Input, _: Entities) -> Effect:
    return Effect((0.02, 0.1), (f"Writing {input.get('filePath', 'catalog-info.yaml')}",))


def _file_system(_: Input, __: Entities) -> Effect:
    return Effect((0.02, 0.1))


def _publish(input: Input, _: Entities) -> Effect:
    output = repository(input.get("repoUrl", ""), input.get("defaultBranch"))
    logs = (f"Creating the repository {output['remoteUrl']}", "Pushing the workspace") if output else ()
    return Effect((1.5, 3.5), logs, output)


def _propose(input: Input, _: Entities) -> Effect:
    output = pull_request(input.get("repoUrl", ""))
    return Effect((1.0, 2.5), (f"Opening a change request from {input.get('branchName', 'a branch')}",), output)


_EFFECTS: Mapping[str, Callable[[Input, Entities], Effect]] = {
    "debug:log": _log,
    "debug:wait": _wait,
    "fetch:template": _fetch_template,
    "fetch:template:": _fetch_template,
    "fetch:": _fetch,
    "fs:": _file_system,
    "catalog:fetch": _catalog_fetch,
    "catalog:register": _catalog_register,
    "catalog:write": _catalog_write,
    "publish:github:pull-request": _propose,
    "publish:gitlab:merge-request": _propose,
    "publish:bitbucketServer:pull-request": _propose,
    "publish:": _publish,
    "github:repo:create": _publish,
    "github:repo:push": _publish,
}
