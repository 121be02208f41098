"""The client of the control API, on a server in a process of its own."""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from mock_server.control_calls import ControlRefused
from mock_server.control_client import Control
from mock_server.controlled_journal import NothingCame
from mock_server.session_server import ServerNotStarted, session_server

START = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
USER = {"authorization": "Bearer mock-user-token"}


@pytest.fixture(scope="module")
def control():
    with session_server() as origin, Control(origin) as control:
        yield control


@pytest.fixture
def world(control):
    world = control.create_world(now=START, frozen=True)
    yield world
    world.delete()


def create(world) -> str:
    body = {"templateRef": "hello-world", "values": {}}
    return httpx.post(f"{world.base_url}/v2/tasks", json=body, headers=USER).json()["id"]


def status(world, task: str) -> str:
    return httpx.get(f"{world.base_url}/v2/tasks/{task}", headers=USER).json()["status"]


def test_a_world_is_made_as_it_is_asked_for_and_goes(control):
    world = control.create_world("blue", scenario="slow", speed=20)
    assert (world.name, world.scenario, world.clock.is_frozen) == ("blue", "slow", False)
    assert world.backend_url == f"{control.origin}/worlds/blue"
    assert control.world_names() == ["blue", "default"]
    assert control.world("blue") == world
    world.delete()
    with pytest.raises(ControlRefused, match="404 NotFoundError: There is no world 'blue'"):
        control.world("blue")


def test_the_clock_is_stepped_from_event_to_event(world):
    task = create(world)
    steps = 0
    while (due := world.clock.next_event_at) is not None:
        world.clock.step()
        assert world.clock.now == due
        steps += 1
    assert steps > 3
    assert status(world, task) == "completed"
    with pytest.raises(ControlRefused) as refused:
        world.clock.step()
    assert (refused.value.status, refused.value.name) == (409, "ConflictError")


def test_the_clock_is_moved_set_run_and_stopped(world):
    world.clock.set(START - timedelta(days=1))
    world.clock.advance(1.5)
    assert world.clock.now == START - timedelta(days=1) + timedelta(seconds=1.5)
    world.clock.run(20)
    assert not world.clock.is_frozen
    world.clock.freeze()
    world.clock.run()
    world.clock.freeze()
    assert world.clock.is_frozen


def test_the_next_tasks_play_what_is_said(world, control):
    assert "first-step-fails" in control.scenario_names()
    world.play("first-step-fails")
    task = create(world)
    world.clock.advance(60)
    assert status(world, task) == "failed"
    world.reset()
    assert (world.scenario, world.clock.now) == ("happy-path", START)


def test_a_task_is_looked_into_told_something_and_ended(world):
    task = world.task(create(world))
    assert task.inspect(limit=2)["total"] > 2
    assert task.push("hi", step_id="greet", status="processing") < task.push("there")
    happened = [event["body"]["message"] for event in task.inspect()["events"] if event["happened"]]
    assert happened == ["hi", "there"]
    assert task.inspect(after=task.push("again") - 1)["events"][0]["body"] == {"message": "again"}
    assert task.end("failed", error="No")["status"] == status(world, task.id) == "failed"
    assert task.inspect()["events"][-1]["body"]["error"] == {"name": "Error", "message": "No"}
    with pytest.raises(ControlRefused, match="409 ConflictError: Task"):
        task.push("too late")


def test_a_task_ends_with_what_is_said(world):
    failed, completed = world.task(create(world)), world.task(create(world))
    failed.end("failed", error={"name": "HttpError", "message": "No"})
    assert failed.inspect()["events"][-1]["body"]["error"] == {"name": "HttpError", "message": "No"}
    completed.end("completed", output={"links": []})
    assert completed.inspect()["events"][-1]["body"]["output"] == {"links": []}


def test_a_task_that_is_not_there_is_said_not_to_be(world):
    with pytest.raises(ControlRefused, match="404 NotFoundError: No task with id"):
        world.task("../nope?").inspect()


def test_a_world_is_filled_with_tasks(world):
    seeded = world.seed_tasks(20, days=3, users=2, seed=7, statuses={"failed": 1}, templates=["hello-world"])
    assert len(set(seeded.ids)) == seeded.statuses["failed"] == 20
    assert len(seeded.users) == 2
    assert status(world, seeded.ids[0]) == "failed"
    assert world.seed_tasks(1, users=1, creators=["user:default/guest"]).users == ["user:default/guest"]


def test_what_is_no_mock_server_is_said_to_be_none():
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        with pytest.raises(ControlRefused, match="501 UnknownError: this is no answer of a mock server"):
            Control(f"http://127.0.0.1:{other.server_port}").world_names()
        other.shutdown()
        thread.join()


def test_the_token_opens_the_control_where_it_is_needed():
    options = ("--host", "0.0.0.0", "--control-token", "opensesame")
    with session_server(options) as origin:
        with Control(origin) as stranger, pytest.raises(ControlRefused, match="401"):
            stranger.world_names()
        with Control(origin, "opensesame") as control:
            assert control.create_world("blue").name == "blue"


def test_a_server_that_does_not_start_says_why():
    with pytest.raises(ServerNotStarted, match="Unknown scenario 'nope'"), session_server(["--scenario", "nope"]):
        raise AssertionError


def test_a_fault_lasts_as_long_as_its_block(world):
    with world.fault("error", code=503, operation="listTasks"):
        assert httpx.get(f"{world.base_url}/v2/tasks", headers=USER).status_code == 503
    assert httpx.get(f"{world.base_url}/v2/tasks", headers=USER).status_code == 200


def test_faults_are_removed_one_by_one_or_all_at_once(world):
    fault = world.fault("error", code=503)
    world.fault("error", code=500)
    fault.remove()
    assert httpx.get(f"{world.base_url}/v2/tasks", headers=USER).status_code == 500
    world.clear_faults()
    assert httpx.get(f"{world.base_url}/v2/tasks", headers=USER).status_code == 200


def test_what_makes_no_fault_is_refused(world):
    with pytest.raises(ControlRefused, match="The fault 'latency' needs 'seconds'"):
        world.fault("latency")


def test_a_token_is_issued_expired_and_revoked(world):
    token = world.issue_token("user:default/ann", lifetime=60)
    headers = {"authorization": f"Bearer {token}"}
    assert httpx.get(f"{world.base_url}/v2/tasks", headers=headers).status_code == 200
    world.clock.advance(60)
    assert httpx.get(f"{world.base_url}/v2/tasks", headers=headers).status_code == 401
    world.expire_token("mock-user-token")
    assert "verification" in httpx.get(f"{world.base_url}/v2/tasks", headers=USER).text
    world.revoke_token("mock-user-token")
    assert "Illegal" in httpx.get(f"{world.base_url}/v2/tasks", headers=USER).text


def test_the_journal_tells_what_was_asked_and_waits_for_it(world):
    threading.Timer(0.1, create, [world]).start()
    (entry,) = world.journal.wait_for(operation="createTask", status=201)
    assert entry["scenario"]["chosen"] == "active"
    assert [each["method"] for each in world.journal.entries()] == ["POST"]
    world.journal.clear()
    assert world.journal.entries() == []
    with pytest.raises(NothingCame, match=r"0 of 2 requests came within 0.01 s"):
        world.journal.wait_for(count=2, seconds=0.01)


def test_a_world_can_be_watched_until_it_goes(control):
    world = control.create_world(now=START, frozen=True)
    with world.watch() as happenings:
        assert next(happenings).data["name"] == world.name
        task = create(world)
        entry = next(happenings)
        assert (entry.kind, entry.data["operation"]) == ("journal", "createTask")
        world.clock.advance(60)
        assert next(happenings).kind == "world"
        told = []
        while not told or told[-1]["type"] != "completion":
            happening = next(happenings)
            assert happening.kind == "event"
            told.append(happening.data)
        logs = httpx.get(f"{world.base_url}/v2/tasks/{task}/logs", headers=USER).json()
        assert told == logs
        assert next(happenings).data["operation"] == "getTaskLogs"
        world.delete()
        assert list(happenings) == []


def test_a_world_that_is_not_there_cannot_be_watched(control):
    gone = control.create_world("gone")
    gone.delete()
    with pytest.raises(ControlRefused, match="There is no world 'gone'"), gone.watch():
        pass
