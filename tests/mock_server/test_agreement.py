"""All views of a task are one value: at every instant of a frozen clock they say the same."""

from itertools import pairwise

from mock_server.clock import SECOND, timestamp
from mock_server.lifecycle import TERMINAL, TRANSITIONS, TaskStatus


async def test_two_streams_a_poller_and_the_list_agree_at_every_event(api, demo_values):
    started = api.clock.now()
    task_id = await api.create("data-pipeline", demo_values["template:default/data-pipeline"])
    record = await api.world.store.get(task_id)
    statuses, heard, polled = [], [], []

    async with api.stream(task_id) as early, api.stream(task_id) as second:
        await early.opened()
        await second.opened()
        for _ in range(1_000):
            now = timestamp(api.clock.now())
            task = await api.task(task_id)
            listed = (await api.get("/v2/tasks")).json()["tasks"]
            fresh = await api.logs(task_id, after=polled[-1]["id"] if polled else 0)
            heard += (events := await early.pending())
            polled += fresh

            assert listed == [task]
            assert events == fresh
            assert await second.pending() == events
            assert await api.logs(task_id) == polled
            assert all(event["createdAt"] == now for event in fresh)
            assert_consistent(task, polled, api.clock.now())
            statuses.append(task["status"])
            if TaskStatus(task["status"]) in TERMINAL:
                break
            step_to_next_event(api, record)

    assert statuses[0] == "open"
    assert statuses[-1] == "completed"
    changes = [(before, after) for before, after in pairwise(statuses) if before != after]
    assert all(TaskStatus(after) in TRANSITIONS[TaskStatus(before)] for before, after in changes)
    assert heard[-1]["type"] == "completion"
    assert polled[0]["createdAt"] == timestamp(started + record.plan.claimed_at)


def step_to_next_event(api, record):
    from mock_server.task import TaskEvents

    next_at = TaskEvents(record).next_at(api.clock.now())
    api.clock.advance(next_at - api.clock.now())


def assert_consistent(task, events, now):
    """What the task says of itself follows from its events."""
    begun = [event["createdAt"] for event in events if event["body"]["message"].startswith("Starting up task")]
    completed = [event["createdAt"] for event in events if event["type"] == "completion"]
    if completed:
        assert task["completedAt"] == completed[0]
        assert task["status"] == events[-1]["body"]["message"].rsplit(" ", 1)[1]
    else:
        assert "completedAt" not in task
        assert task["status"] == ("processing" if begun else "open")
    assert ("lastHeartbeatAt" in task) == bool(begun)
    if begun and not completed:
        assert begun[0] <= task["lastHeartbeatAt"] <= timestamp(now)
        assert task["lastHeartbeatAt"] > timestamp(now - SECOND)
