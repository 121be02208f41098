"""Which of our ids stands for a recorded one: tasks by who created them, events by their place in an answer."""

import json
import re
from collections.abc import Mapping, Set
from copy import deepcopy
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PAST_ALL = 2**31
_AFTER = re.compile(r"([?&]after(?:\[\])?=(?:%20|\+)?)(\d+)(?=[.&]|$)")


class Identities:
    """What has been learnt of the ids of one server."""

    def __init__(self) -> None:
        self._tasks: dict[str, str] = {}
        self._known_tasks: set[str] = set()
        self._events: dict[int, int] = {}
        self._known: set[int] = set()

    @property
    def task_ids(self) -> Set[str]:
        """Our ids of the tasks that were learnt."""
        return self._known_tasks

    def copy(self) -> "Identities":
        return deepcopy(self)

    def learn_task(self, recorded: str, ours: str) -> None:
        self._tasks[recorded] = ours
        self._known_tasks.add(ours)

    def learn_events(self, recorded: Any, ours: Any) -> None:
        """Take the nth event of one list for the nth of the other, where either is new."""
        for theirs, mine in zip(_events(recorded), _events(ours), strict=False):
            if theirs not in self._events and mine not in self._known:
                self._events[theirs] = mine
                self._known.add(mine)

    def target(self, target: str) -> str:
        """The target with our ids. An `after` between known events stays between them, and past them past them."""
        translated = self._text(target)
        if translated == target:
            return target
        return _AFTER.sub(lambda found: found[1] + str(self._after(int(found[2]))), translated)

    def body(self, body: str | None) -> str | None:
        """The body of a request with our ids."""
        return None if body is None else self._text(body)

    def translated(self, value: Any) -> Any:
        """A recorded body with our ids."""
        if isinstance(value, str):
            return self.target(value) if value.startswith("/") else self._text(value)
        if isinstance(value, list):
            return [self.translated(item) for item in value]
        if isinstance(value, dict):
            translated = {key: self.translated(item) for key, item in value.items()}
            if is_event(value):
                translated["id"] = self._events.get(value["id"], f"<unseen {value['id']}>")
            return translated
        return value

    def _text(self, text: str) -> str:
        return _UUID.sub(lambda found: self._tasks.get(found[0], found[0]), text)

    def _after(self, recorded: int) -> int:
        last = max((theirs for theirs in self._events if theirs <= recorded), default=0)
        if last < recorded and not any(recorded < theirs for theirs in self._events):
            return _PAST_ALL
        return self._events.get(last, 0)


def is_event(value: Any) -> bool:
    return isinstance(value, Mapping) and {"id", "taskId", "type", "body"} <= value.keys()


def events_of(frames: str) -> list[Any]:
    """The data of the frames of a stream, parsed."""
    lines = [line.removeprefix("data: ") for line in frames.split("\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines]


def _events(value: Any) -> list[int]:
    return [item["id"] for item in value if is_event(item)] if isinstance(value, list) else []
