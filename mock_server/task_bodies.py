"""The JSON of tasks as it is sent, kept while it stays the same."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from weakref import ref

from mock_server.answers import Answer, encode_json, json_text_answer
from mock_server.clock import Milliseconds
from mock_server.quirks import Quirk
from mock_server.task import Task
from mock_server.timeline import View, view

MAX_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class _Kept:
    task: ref[Task]
    seen: View
    answer: Answer


class TaskBodies:
    """Answers with a task. Clients look at the same ones again and again, and most of a body never changes: with the
    same version of a task, seen in the same state, it is the same.

    At most `max_bytes` are kept of those that were asked for last, and nothing of a task that is gone.
    """

    def __init__(self, quirks: Collection[Quirk] = (), max_bytes: int = MAX_BYTES) -> None:
        self._quirks = quirks
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[int, _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def body(self, task: Task, now: Milliseconds) -> bytes:
        """The published Task at an instant, as JSON."""
        return self.answer(task, now).body

    def answer(self, task: Task, now: Milliseconds) -> Answer:
        """What is answered to who asks for the task at an instant."""
        # By what it is and not by its id, which tasks of different worlds may have in common.
        key, seen = id(task), view(task.plan, now - task.started_at)
        kept = self._kept.get(key)
        if kept is not None and kept.seen == seen:
            self._kept.move_to_end(key)
            return kept.answer
        self._forget(key)
        answer = json_text_answer(200, encode_json(task.to_json(now, self._quirks)))
        self._keep(key, _Kept(ref(task, lambda _: self._forget(key)), seen, answer))
        return answer

    def _keep(self, key: int, kept: _Kept) -> None:
        self._kept[key] = kept
        self._bytes += len(kept.answer.body)
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: int) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept.answer.body)
