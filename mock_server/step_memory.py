"""What steps came to before, so that the same step with the same values is not rendered for every task anew.

Frontends and tests create the same few tasks again and again, and rendering is most of what a plan costs. Only what
nothing else can change is remembered; times are drawn for each task.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.answers import encode_json
from mock_server.entities import Entities
from mock_server.scenario import Duration, LogRule

MAX_STEPS = 500
MAX_CHARACTERS = 10_000

# A name stands in a text as it is, so whatever asks for one of these has it in some text.
_OF_ONE_TASK = ("context", "steps", "secret", "environment")

Step = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a step did that succeeded: its logs, the stretches of time that it takes, and its outputs.

    `spent` is what that takes of the rendering budget.
    """

    logs: tuple[LogRule, ...]
    durations: tuple[Duration, ...]
    outputs: tuple[dict[str, Any], ...]
    spent: int


@dataclass(frozen=True, slots=True)
class _Reads:
    """What a step reads: something of its own task that no other has, the values."""

    step: Step
    task: bool
    values: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    step: Step
    entities: Entities
    remembered: Remembered


class StepMemory:
    """Remembers steps; the least used are forgotten."""

    def __init__(self, max_steps: int = MAX_STEPS) -> None:
        self._max_steps = max_steps
        self._kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()
        self._reads: OrderedDict[int, _Reads] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def forget(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._reads.clear()

    def of_task(self, values: str, user: str | None, entities: Entities) -> "TaskMemory":
        """The memory of what tasks come to with the values that this JSON tells, and for this user among the entities.

        A service is no user."""
        return TaskMemory(self, values, user, entities)

    def find(self, key: tuple[object, ...], entities: Entities) -> Remembered | None:
        kept = self._kept.get(key)
        if kept is None or kept.entities is not entities:
            return None
        self._kept.move_to_end(key)
        return kept.remembered

    def keep(self, key: tuple[object, ...], step: Step, entities: Entities, remembered: Remembered) -> None:
        self._kept[key] = _Kept(step, entities, remembered)
        if len(self._kept) > self._max_steps:
            self._kept.popitem(last=False)

    def reads_of(self, step: Step) -> _Reads:
        # By identity: a template does not change, and what is kept keeps its step alive.
        reads = self._reads.get(id(step))
        if reads is None or reads.step is not step:
            texts = list(_texts(step))
            reads_task = any(name in text for name in _OF_ONE_TASK for text in texts)
            reads = self._reads[id(step)] = _Reads(step, reads_task, any("parameters" in text for text in texts))
            if len(self._reads) > self._max_steps:
                self._reads.popitem(last=False)
        return reads


class TaskMemory:
    """What is remembered of the steps of tasks that have their values and their user in common."""

    def __init__(self, memory: StepMemory, values: str, user: str | None, entities: Entities) -> None:
        self._memory = memory
        self._values = values
        self._user = user
        self._entities = entities

    def recall(self, step: Step, *, failed_before: bool) -> Remembered | None:
        """What the step came to, behind a failure or not, if that is known."""
        key = self._key(step, failed_before)
        return None if key is None else self._memory.find(key, self._entities)

    def remember(self, step: Step, remembered: Remembered, *, failed_before: bool) -> None:
        """Keep what the step came to, if that is the same for every task, and not too much."""
        key = self._key(step, failed_before)
        if key is not None and _length(remembered) <= MAX_CHARACTERS:
            self._memory.keep(key, step, self._entities, remembered)

    def _key(self, step: Step, failed_before: bool) -> tuple[object, ...] | None:
        reads = self._memory.reads_of(step)
        if reads.task or (reads.values and len(self._values) > MAX_CHARACTERS):
            return None
        return id(step), self._user, failed_before, self._values if reads.values else ""


def _texts(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, Mapping):
            pending += current.keys()
            pending += current.values()
        elif isinstance(current, list):
            pending += current


def _length(remembered: Remembered) -> int:
    logged = sum(len(log.text) for log in remembered.logs)
    return logged + sum(len(encode_json(output)) for output in remembered.outputs)
