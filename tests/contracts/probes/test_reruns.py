"""What running tasks again asks of a target, and that nothing is left running."""

import httpx
import pytest

from contracts.probes.aftermath import look_back
from contracts.probes.reruns import run_again
from contracts.profile import Profile
from contracts.session import Session
from contracts.target import Limits, Target, TemplateChoice, Templates
from tests.contracts.making import completion, event, task


class Portal:
    """A target whose tasks have ended as soon as they are created, and run for ever once they are run again."""

    def __init__(self) -> None:
        self.created = 0
        self.retried: list[str] = []
        self.cancelled: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.extensions["target"].decode().partition("?")[0]
        parts = path.removeprefix("/api/scaffolder").split("/")[2:]
        match request.method, parts:
            case "POST", ["tasks"]:
                self.created += 1
                return httpx.Response(201, json={"id": str(self.created)})
            case "POST", ["tasks", id, "retry"] if request.content in {b"", b"{}"}:
                self.retried.append(id)
                return httpx.Response(201, json={"id": id})
            case "POST", ["tasks", id, "cancel"]:
                self.cancelled.append(id)
                return httpx.Response(200, json={"status": "cancelled"})
            case "GET", ["tasks", id]:
                return httpx.Response(200, json=task("processing" if self._runs(id) else "failed", id=id))
            case "GET", ["tasks", id, "events" | "logs"]:
                events = [event(1), event(3, "recovered")] if id in self.retried else [event(1), completion(2)]
                return httpx.Response(200, json=events)
            case "GET", ["tasks"]:
                return httpx.Response(200, json={"tasks": [], "totalTasks": 0})
        return httpx.Response(400, json={"error": {"name": "InputError", "message": "no"}})

    def _runs(self, id: str) -> bool:
        return id in self.retried and id not in self.cancelled


def session(portal: Portal, profile: Profile = Profile.BACKSTAGE, **limits) -> Session:
    target = Target("http://target/api/scaffolder", token="token", profile=profile)
    made = Session(target, Limits(**limits), transport=httpx.MockTransport(portal))
    choice = TemplateChoice("template:default/ordinary", {})
    made.templates = Templates(ordinary=choice, slow=choice, failing=choice)
    return made


@pytest.mark.anyio
async def test_by_the_published_document_nothing_is_run_again():
    portal = Portal()
    async with session(portal, Profile.PUBLISHED) as made:
        await run_again(made)
    assert made.exchanges == []


@pytest.mark.anyio
async def test_running_a_task_again_counts_as_one_of_the_tasks_of_the_run():
    portal = Portal()
    async with session(portal, max_tasks=3, time_budget=3.0) as made:
        await run_again(made)
    assert (portal.created, len(portal.retried)) == (2, 1)
    assert made.tasks_left == 0


@pytest.mark.anyio
async def test_a_task_that_was_run_again_is_not_left_running():
    portal = Portal()
    async with session(portal, time_budget=3.0) as made:
        await made.create(TemplateChoice("template:default/ordinary", {}))
        await made.call("getTask", path={"taskId": "1"})
        await made.try_to_retry("1", json_body={})
        await made.call("getTask", path={"taskId": "1"})
        assert portal.cancelled == []
        await look_back(made)
    assert "1" in portal.cancelled
