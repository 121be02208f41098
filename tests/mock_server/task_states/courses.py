"""The templates and scenarios of the state machine: files for the mock, plain dictionaries for the model.

Every time in them is fixed, so that the model can tell what will happen without drawing anything.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mock_server.actions.catalogue import ActionCatalogue, load_actions
from mock_server.entities import Entities, complete
from mock_server.scenario import Scenarios
from mock_server.scenario_files import ScenarioReader
from mock_server.shipped import SCENARIOS as SHIPPED
from mock_server.simulator import Settings, Simulator
from mock_server.templates import Catalog

ACTION = "debug:log"
ACTIVE = "plain"
KEPT_TASKS = 7
SEED = 5

TEMPLATES: dict[str, dict[str, Any]] = {
    "three": {"steps": ["a", "b", "c"], "output": {"text": [{"title": "Done", "content": "all"}]}},
    "tidies": {"steps": ["a", "b", "tidy"], "conditions": {"tidy": "${{ always() }}"}},
    "partly": {"steps": ["a", "b", "c"], "conditions": {"b": False}, "output": {"answer": "all of it"}},
    "over": {"steps": ["a", "b"], "starts_over": True},
    "nothing": {"steps": []},
}

_PACE = {"duration": 1, "logs": ["one", {"text": "${{ line }} of 3", "repeat": 3}]}

SCENARIOS: dict[str, dict[str, Any]] = {
    "plain": {"queue": 0.5, "steps": [_PACE]},
    "at-once": {"queue": 0, "steps": [{"duration": 0, "logs": ["flash"]}]},
    "queued": {"queue": "never"},
    "endless": {
        "queue": 0.25,
        "steps": [
            {
                "id": "b",
                "duration": "never",
                "logs": ["waiting", {"text": "still ${{ line }}", "repeat": 30, "every": 2}],
            },
            _PACE,
        ],
    },
    "slow": {"queue": 20, "steps": [{"duration": 33.333, "logs": [{"text": "tick ${{ line }}", "repeat": 7}]}]},
    "chatty": {"queue": 0.1, "steps": [{"duration": 0.01, "logs": ["x", {"text": "${{ line }}", "repeat": 25}]}]},
    "fails-first": {"queue": 0.5, "steps": [{"id": "a", "fail": {"name": "InputError", "message": "no"}}, _PACE]},
    "fails-later": {"queue": 0, "steps": [{"id": "b", "fail": {"message": "lost"}}, _PACE]},
    "flaky": {
        "queue": 0.2,
        "steps": [_PACE],
        "uses": [{"use": {"from": 1, "to": 2}, "steps": [{"id": "b", "fail": {"message": "not yet"}}]}],
    },
    "colleague": {"queue": 0.5, "cancel": 1.5, "steps": [_PACE]},
}


def simulator() -> Simulator:
    """A new simulator of these templates and scenarios, with room for few tasks."""
    settings = Settings(scenario=ACTIVE, seed=SEED, kept_tasks=KEPT_TASKS)
    return Simulator(*_loaded(), settings)


@cache
def _loaded() -> tuple[Catalog, ActionCatalogue, Scenarios]:
    reader = ScenarioReader(SHIPPED / "scenario.schema.json")
    scenarios = [reader.parse(yaml.safe_dump({"description": name, **told}), name) for name, told in SCENARIOS.items()]
    entities = [complete(_template(name), Path("courses.yaml")) for name in TEMPLATES]
    return Catalog(Entities(entities)), load_actions(), Scenarios(scenarios)


def template_ref(template: str) -> str:
    return f"template:default/{template}"


def _template(name: str) -> dict[str, Any]:
    told = TEMPLATES[name]
    conditions = told.get("conditions", {})
    spec: dict[str, Any] = {
        "type": "service",
        "steps": [
            {"id": step, "name": step.upper(), "action": ACTION, "input": {"message": "unheard"}}
            | ({"if": conditions[step]} if step in conditions else {})
            for step in told["steps"]
        ],
        "output": told.get("output", {}),
    }
    if told.get("starts_over"):
        spec["EXPERIMENTAL_recovery"] = {"EXPERIMENTAL_strategy": "startOver"}
    return {
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "kind": "Template",
        "metadata": {"name": name},
        "spec": spec,
    }
