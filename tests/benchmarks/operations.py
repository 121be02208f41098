"""The operations that are measured, and how a peer is told what to answer to them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

MOUNT = "/api/scaffolder"
TOKEN = "mock-user-token"
AUTHORIZATION = f"authorization: Bearer {TOKEN}"
EVENT_STREAM = "getTaskEventStream"

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """Where an operation of the document is, and the status of its success."""

    method: str
    path: str
    status: int = 200


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "listTasks": Operation("GET", "/v2/tasks"),
        "createTask": Operation("POST", "/v2/tasks", 201),
        "getTask": Operation("GET", "/v2/tasks/{taskId}"),
        "getTaskLogs": Operation("GET", "/v2/tasks/{taskId}/logs"),
        "dryRunTask": Operation("POST", "/v2/dry-run"),
    }
)
STREAM = Operation("GET", "/v2/tasks/{taskId}/eventstream")

# What is answered to operations of which nothing else is said.
ANSWERS: Answers = MappingProxyType(
    {
        "listTasks": {"tasks": [], "totalTasks": 0},
        "createTask": {"id": "0"},
        "getTask": {"id": "0", "status": "completed"},
        "getTaskLogs": [],
        "dryRunTask": {"log": [], "directoryContents": [], "output": {}, "steps": []},
        EVENT_STREAM: ["event: completion\ndata: {}\n\n"],
    }
)


def write_answers(answers: Answers, folder: Path) -> Path:
    """A file that tells a peer what to answer."""
    path = folder / "answers.json"
    path.write_text(json.dumps(dict(answers)))
    return path


def read_answers(path: Path | None) -> Answers:
    return ANSWERS if path is None else json.loads(path.read_text())
