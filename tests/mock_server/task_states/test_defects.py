"""The state machine can fail: defects that two views of a task would differ by are put into the mock, and found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from mock_server import cancellation, sse, task
from mock_server.clock import VirtualClock
from mock_server.planned import end_of
from mock_server.snapshot import world_snapshot
from mock_server.store import InMemoryTaskStore
from mock_server.task import Task, TaskEvents
from mock_server.task_index import TaskIndex
from tests.mock_server.task_states.machine import TaskStates

SEARCH = settings(
    max_examples=400,
    phases=[Phase.generate],
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
)

Defect = Callable[[pytest.MonkeyPatch], None]


def a_cancel_wins_at_the_instant_of_the_completion(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(cancellation, "end_of", lambda plan: None if end_of(plan) is None else end_of(plan) + 1)


def a_retry_uses_its_ids_once_more(patched: pytest.MonkeyPatch) -> None:
    retried = Task.retried
    patched.setattr(
        Task, "retried", lambda self, now, plan, _, name: retried(self, now, plan, self.first_event_id, name)
    )


def a_stream_skips_the_first_event_after_its_beginning(patched: pytest.MonkeyPatch) -> None:
    class Forgetful(TaskEvents):
        def between(self, after: int, now: int, **options: Any) -> Any:
            return super().between(after + (after > 0), now, **options)

    patched.setattr(sse, "TaskEvents", Forgetful)


def a_list_sees_a_status_late(patched: pytest.MonkeyPatch) -> None:
    find = TaskIndex.find
    patched.setattr(TaskIndex, "find", lambda self, query, now: find(self, query, now - 1))


def a_restored_world_has_lost_a_cancel(patched: pytest.MonkeyPatch) -> None:
    decode = world_snapshot.decode

    def lossy(*args: Any) -> Any:
        decoded = decode(*args)
        return replace(decoded, plan=replace(decoded.plan, cancellation=None))

    patched.setattr(world_snapshot, "decode", lossy)


def a_stream_sleeps_through_a_cancel(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(InMemoryTaskStore, "_fire", lambda self, _: self.altered.fire())


def a_stream_sleeps_on_when_the_clock_is_moved(patched: pytest.MonkeyPatch) -> None:
    move = VirtualClock._move

    def quietly(self: VirtualClock, *where: int) -> None:
        with pytest.MonkeyPatch.context() as quiet:
            quiet.setattr(type(self.altered), "fire", lambda _: None)
            move(self, *where)

    patched.setattr(VirtualClock, "_move", quietly)


def the_heartbeat_beats_on_after_the_end(patched: pytest.MonkeyPatch) -> None:
    view = task.view
    patched.setattr(
        task, "view", lambda plan, at: replace(seen := view(plan, at), last_heartbeat_at=seen.last_heartbeat_at and at)
    )


def the_newest_of_the_finished_tasks_is_forgotten(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(InMemoryTaskStore, "_least_needed", lambda self: next(reversed(self._tasks.values())))


DEFECTS: tuple[Defect, ...] = (
    a_cancel_wins_at_the_instant_of_the_completion,
    a_retry_uses_its_ids_once_more,
    a_stream_skips_the_first_event_after_its_beginning,
    a_list_sees_a_status_late,
    a_restored_world_has_lost_a_cancel,
    a_stream_sleeps_through_a_cancel,
    a_stream_sleeps_on_when_the_clock_is_moved,
    the_heartbeat_beats_on_after_the_end,
    the_newest_of_the_finished_tasks_is_forgotten,
)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_the_machine_finds(defect, monkeypatch):
    defect(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(TaskStates, settings=SEARCH)
