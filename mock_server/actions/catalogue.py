"""The action catalogue: the built-in actions and the most used modules, as data."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import jsonschema_rs

from mock_server.answers import Answer, json_answer
from mock_server.violations import accepts

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Action:
    """One registered action. `output_schema` is None for an action that declares no output."""

    id: str
    description: str
    examples: tuple[Mapping[str, str], ...]
    input_schema: Schema
    output_schema: Schema | None
    supports_dry_run: bool
    input_validator: jsonschema_rs.Draft7Validator = field(compare=False, repr=False)

    def accepts(self, input: Mapping[str, Any]) -> bool:
        """Whether an input satisfies the action's schema; what is wrong with it is for `validation` to say."""
        return accepts(self.input_validator, input)

    def to_json(self) -> dict[str, Any]:
        """The action as `listActions` shows it; whether it supports a dry run is not shown."""
        output = {} if self.output_schema is None else {"output": self.output_schema}
        return {
            "id": self.id,
            "description": self.description,
            "examples": list(self.examples),
            "schema": {"input": self.input_schema} | output,
        }


class ActionCatalogue:
    """The registered actions, in the order of their ids."""

    def __init__(self, actions: Iterable[Action]) -> None:
        ordered = sorted(actions, key=lambda action: action.id.lower())
        self._actions = MappingProxyType({action.id: action for action in ordered})

    def get(self, id: str) -> Action | None:
        return self._actions.get(id)

    def to_json(self) -> list[dict[str, Any]]:
        """The body of `listActions`."""
        return [action.to_json() for action in self._actions.values()]

    @cached_property
    def answer(self) -> Answer:
        """The answer of `listActions`: it is long, and never changes."""
        return json_answer(200, self.to_json())


def load_actions() -> ActionCatalogue:
    """Read the catalogue that is part of the package."""
    folder = files("mock_server.actions") / "modules"
    modules = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return ActionCatalogue(
        _action(entry) for module in modules for entry in json.loads(module.read_text(encoding="utf-8"))
    )


def _action(entry: Mapping[str, Any]) -> Action:
    return Action(
        id=entry["id"],
        description=entry["description"],
        examples=tuple(entry["examples"]),
        input_schema=entry["schema"]["input"],
        output_schema=entry["schema"].get("output"),
        supports_dry_run=entry["supportsDryRun"],
        input_validator=jsonschema_rs.Draft7Validator(
            entry["schema"]["input"], pattern_options=jsonschema_rs.RegexOptions()
        ),
    )
