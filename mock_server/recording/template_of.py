"""The template of a recorded task, as far as the API tells of it."""

from collections.abc import Mapping
from typing import Any

from mock_server.recording.recorded import RecordedTask
from mock_server.template_schema import API_VERSION

_KEPT_METADATA = ("title", "description", "labels", "tags", "links", "ui:options")
# Where the entity came from is no longer so, and the rest of a catalog is for that catalog alone.
_SOURCE_LOCATION = "backstage.io/source-location"
# What the server shows above a page that has no title of its own.
_NO_TITLE = "Please enter the following information"


def template_of(task: RecordedTask, form: Mapping[str, Any]) -> dict[str, Any]:
    """The entity, with the form that the server serves for it, `{}` if it serves none."""
    metadata: dict[str, Any] = {
        "name": _as_spelt(task.template.name, task.metadata.get("name")),
        "namespace": _as_spelt(task.template.namespace, task.metadata.get("namespace")),
    }
    metadata |= {key: form[key] for key in ("title", "description", "ui:options") if key in form}
    metadata |= {key: task.metadata[key] for key in _KEPT_METADATA if key in task.metadata}
    annotations = task.metadata.get("annotations")
    if isinstance(annotations, dict) and _SOURCE_LOCATION in annotations:
        metadata["annotations"] = {_SOURCE_LOCATION: annotations[_SOURCE_LOCATION]}
    spec: dict[str, Any] = {"type": "service"}
    pages = [_page(step) for step in _list(form.get("steps")) if isinstance(step, dict)]
    spec |= {"parameters": pages} if pages else {}
    spec |= {key: form[key] for key in ("presentation", "formDecorators") if key in form}
    spec |= {} if task.recovery is None else {"EXPERIMENTAL_recovery": task.recovery}
    spec["steps"] = list(task.steps)
    spec |= {"output": task.output} if task.output else {}
    return {"apiVersion": API_VERSION, "kind": "Template", "metadata": metadata, "spec": spec}


def _as_spelt(part: str, spelling: Any) -> str:
    """A part of a reference, which the server writes in lower case, as the entity spells it."""
    return spelling if isinstance(spelling, str) and spelling.lower() == part.lower() else part


def _page(step: Mapping[str, Any]) -> dict[str, Any]:
    schema = step.get("schema")
    page = dict(schema) if isinstance(schema, dict) else {}
    told = {key: step[key] for key in ("title", "description") if key in step and step[key] != _NO_TITLE}
    return told | page


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
