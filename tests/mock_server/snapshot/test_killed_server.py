"""A server that is killed, and a world that lives on in the next one: over HTTP, with programs of their own."""

import json
import signal
from contextlib import contextmanager

import httpx
import pytest

from mock_server.control_client import Control
from tests.server_process import running_server

USER = {"authorization": "Bearer mock-user-token"}
TASKS = ("happy-path", "strange-logs", "last-step-fails", "slow")


@contextmanager
def controlled(server):
    with Control(server.url.removesuffix("/api/scaffolder")) as control:
        yield control


def create(world, scenario):
    body = {"templateRef": "hello-world", "values": {}}
    headers = {**USER, "prefer": f"scenario={scenario}"}
    return httpx.post(f"{world.base_url}/v2/tasks", json=body, headers=headers).raise_for_status().json()["id"]


def stream(world, task, *, after=0, events=None):
    """The events of a stream, all of them or the first so many."""
    read = []
    url = f"{world.base_url}/v2/tasks/{task}/eventstream?after={after}"
    with httpx.stream("GET", url, headers=USER, timeout=30) as response:
        for line in response.iter_lines():
            if line.startswith("data: "):
                read.append(json.loads(line.removeprefix("data: ")))
                if len(read) == events:
                    break
    return read


def test_streams_of_a_killed_server_go_on_in_the_next_one_and_lose_nothing():
    read, seen_by = {}, {}
    with running_server("--seed", "1") as server, controlled(server) as control:
        world = control.create_world("blue", frozen=True)
        tasks = [create(world, scenario) for scenario in TASKS]
        world.clock.advance(3)
        for task in tasks:
            told = httpx.get(f"{world.base_url}/v2/tasks/{task}/logs", headers=USER).json()
            read[task] = stream(world, task, events=min(3, len(told))) if told else []
        assert sum(map(len, read.values())) > 6
        snapshot = world.snapshot()
        server.stop(by=signal.SIGKILL)
    with running_server("--seed", "2") as server, controlled(server) as control:
        world = control.restore("blue", snapshot)
        assert world.clock.is_frozen
        world.clock.advance(100_000)
        for task in tasks:
            after = max((event["id"] for event in read[task]), default=0)
            seen_by[task] = read[task] + stream(world, task, after=after)
            assert seen_by[task] == stream(world, task)
            ids = [event["id"] for event in seen_by[task]]
            assert ids == sorted(set(ids))
            assert seen_by[task][-1]["type"] == "completion"
        newest = create(world, "instant")
        world.clock.advance(10)
        assert stream(world, newest)[0]["id"] > max(event["id"] for seen in seen_by.values() for event in seen)
    # What was to come in the first server is what came in the second.
    with running_server("--seed", "1") as server, controlled(server) as control:
        world = control.restore("blue", snapshot)
        world.clock.advance(100_000)
        assert {task: stream(world, task) for task in tasks} == seen_by


@pytest.mark.parametrize("name", ["default", "blue"])
def test_a_world_can_be_restored_under_any_name(name):
    with running_server() as server, controlled(server) as control:
        task = create(control.world(), "instant")
        snapshot = control.world().snapshot()
        world = control.restore(name, snapshot)
        assert httpx.get(f"{world.base_url}/v2/tasks/{task}", headers=USER).status_code == 200
