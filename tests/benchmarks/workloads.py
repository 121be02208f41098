"""What is asked of the servers: requests, and the mock server in the state in which they are worth measuring."""

import base64
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from tests.benchmarks.filled import TEMPLATE, creator
from tests.benchmarks.load import Request, ask, load
from tests.benchmarks.operations import AUTHORIZATION
from tests.benchmarks.peers import MOCK, serving
from tests.benchmarks.process import Server, running

PAGE = 10
_FILES = 10

_NEW_TASK = {"templateRef": TEMPLATE, "values": {}}
LIST = Request("GET", "/v2/tasks", headers=(AUTHORIZATION,))
CREATE = Request("POST", "/v2/tasks", _NEW_TASK, (AUTHORIZATION,))
CREATE_FINISHED = Request("POST", "/v2/tasks", _NEW_TASK, (AUTHORIZATION, "prefer: scenario=instant"))


@dataclass(frozen=True, slots=True)
class Workload:
    """A request of an operation. `weight` says how many times as much it asks for as a simple one, `among` how many
    tasks of others there are, and `prepare` makes the request of what the mock server has."""

    name: str
    operation: str
    prepare: Callable[[str], Awaitable[Request]]
    weight: int = 1
    among: int = 0

    @contextmanager
    def mock(self) -> Iterator[Server]:
        """A mock server of which the request can be asked."""
        if not self.among:
            with serving(MOCK) as server:
                yield server
        else:
            with filled(self.among) as server:
                yield server


@contextmanager
def filled(tasks: int) -> Iterator[Server]:
    """A mock server with so many finished tasks."""
    with running([sys.executable, "-m", "tests.benchmarks.filled", "--tasks", str(tasks)]) as server:
        yield server


def workloads(among: int) -> tuple[Workload, ...]:
    """All of them; the list by creator is one of so many tasks."""
    return (
        Workload("GET task", "getTask", _finished_task),
        Workload("GET list of 10", "listTasks", lambda url: _list(url, 10)),
        Workload("GET list of 100", "listTasks", lambda url: _list(url, 100), weight=5),
        Workload("GET 10 of a creator", "listTasks", _list_of_creator, among=among),
        Workload("GET logs", "getTaskLogs", _logs),
        Workload("POST task", "createTask", _create),
        Workload("POST dry run, 10 files", "dryRunTask", _dry_run, weight=5),
    )


async def created(url: str, request: Request = CREATE_FINISHED, count: int = 1) -> list[str]:
    """The ids of tasks that are created."""
    answers: list[bytes] = []
    await load(url, request, count, answers.append)
    return [json.loads(answer)["id"] for answer in answers]


async def get_task(url: str) -> Request:
    """One of the tasks that there are."""
    task_id = (await ask(url, list_of_creator()))["tasks"][0]["id"]
    return Request("GET", f"/v2/tasks/{task_id}", None, LIST.headers)


def list_of_creator() -> Request:
    """The newest tasks of somebody who has as many as the others."""
    return Request("GET", f"/v2/tasks?createdBy={quote(creator(0), safe='')}&limit={PAGE}", None, LIST.headers)


def stream_of_task(request: Request) -> Request:
    """The events of the task that a request is for."""
    return Request("GET", f"{request.path}/eventstream", None, request.headers)


def page(offset: int = 0) -> Request:
    return Request("GET", f"/v2/tasks?limit={PAGE}&offset={offset}", None, LIST.headers)


async def _finished_task(url: str) -> Request:
    (task_id,) = await created(url)
    return Request("GET", f"/v2/tasks/{task_id}", None, LIST.headers)


async def _list(url: str, tasks: int) -> Request:
    await created(url, count=tasks)
    return LIST


async def _list_of_creator(url: str) -> Request:
    return list_of_creator()


async def _logs(url: str) -> Request:
    (task_id,) = await created(url)
    return Request("GET", f"/v2/tasks/{task_id}/logs", None, LIST.headers)


async def _create(url: str) -> Request:
    return CREATE


async def _dry_run(url: str) -> Request:
    return Request("POST", "/v2/dry-run", _TEN_FILES, (AUTHORIZATION,))


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_TEN_FILES = {
    "template": {
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "kind": "Template",
        "metadata": {"name": "service", "namespace": "default"},
        "spec": {
            "owner": "group:default/team",
            "type": "service",
            "parameters": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "steps": [
                {
                    "id": "fetch",
                    "name": "Fetch",
                    "action": "fetch:template",
                    "input": {"url": "./content", "values": {"name": "${{ parameters.name }}"}},
                }
            ],
            "output": {"text": [{"title": "${{ parameters.name }}"}]},
        },
    },
    "values": {"name": "shop"},
    "directoryContents": [
        {
            "path": f"content/module_{number}.py",
            "base64Content": _encoded(
                f'"""Part {number} of ${{{{ values.name }}}}."""\n\nNAME = "${{{{ values.name }}}}"\n'
            ),
        }
        for number in range(_FILES)
    ],
}
WORKLOADS = tuple(workload.name for workload in workloads(among=0))
