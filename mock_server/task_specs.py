"""What a task is asked to do: the `spec` of the published Task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.entities import Entity, ref_of
from mock_server.templates import base_url


@dataclass(frozen=True, slots=True)
class _Said:
    """What a template says to all of its tasks, before and behind what differs."""

    template: Entity
    before: Mapping[str, Any]
    info: Mapping[str, Any]


def numbered_steps(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps with the ids and names that the real server gives to those without."""
    return [
        {**step, "id": step.get("id", f"step-{number}"), "name": step.get("name", step["action"])}
        for number, step in enumerate(steps, start=1)
    ]


class TaskSpecs:
    """Makes specs. The tasks of a template share what it says: it is most of what a task would take up, and of what
    making it would cost."""

    def __init__(self) -> None:
        self._said: dict[str, _Said] = {}

    def of(self, template: Entity, values: Mapping[str, Any], user: Mapping[str, Any]) -> dict[str, Any]:
        """The spec of a task of this template with these values, for a creator that is shown as `user`."""
        metadata = template["metadata"]
        key = f"{metadata.get('namespace')}/{metadata['name']}"
        said = self._said.get(key)
        if said is None or said.template is not template:
            said = self._said[key] = _said_by(template)
        return {**said.before, "parameters": values, "user": user, "templateInfo": said.info}


def _said_by(template: Entity) -> _Said:
    spec = template["spec"]
    recovery = spec.get("EXPERIMENTAL_recovery")
    before = {
        "apiVersion": template["apiVersion"],
        "steps": numbered_steps(spec["steps"]),
        **({} if recovery is None else {"EXPERIMENTAL_recovery": recovery}),
        "output": spec.get("output", {}),
    }
    info = {
        "entityRef": str(ref_of(template)),
        "baseUrl": base_url(template),
        "entity": {"metadata": template["metadata"]},
    }
    return _Said(template, before, info)
