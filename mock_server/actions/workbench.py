"""What an action that is really executed works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.actions.workspace import Workspace
from mock_server.entities import Entities
from mock_server.rendering import Budget

Input = Mapping[str, Any]
Output = dict[str, Any]

TEMPLATE_REF = "template:default/dry-run"


@dataclass(frozen=True, slots=True)
class Workplace:
    """`contents` is the folder of the template, `workspace` the one that the steps fill."""

    contents: Workspace
    workspace: Workspace


@dataclass(frozen=True, slots=True)
class Workbench:
    """The folders of a run and what else a step may use. `log` takes a line."""

    contents: Workspace
    workspace: Workspace
    entities: Entities
    budget: Budget
    log: Callable[[str], None]


Executor = Callable[[Input, Workbench], Output]
