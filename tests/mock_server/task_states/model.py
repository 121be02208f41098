"""A naive model of the simulator: every event of a task is written down when the task is planned.

It shares no code with what it is held against: instants are milliseconds, statuses and types are texts, and what a
cancel, a retry or a test does to a task is an edit of a list.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.mock_server.task_states.courses import ACTION, SCENARIOS, TEMPLATES

TERMINAL = ("completed", "failed", "cancelled")
MOST_PUSHED = 100
MOST_RUNS = 20


@dataclass
class Event:
    """One event. `id` is what the simulator was seen to call it, `begins` the number of a step that begins with it."""

    at: int
    type: str
    body: dict[str, Any]
    begins: int | None = None
    id: int | None = None
    is_pushed: bool = False


@dataclass
class Course:
    """How a run goes: its events in order, when a worker takes it, and when and as what it ends."""

    events: list[Event]
    claimed_at: int | None
    ends_at: int | None
    ends_as: str
    output: dict[str, Any]


@dataclass
class ModelTask:
    """One task. `greatest_id` is that of all events that were ever seen of it."""

    id: str
    template: str
    scenario: str
    creator: str | None
    created_at: int
    started_at: int
    course: Course
    is_retried: bool = False
    earlier: list[list[Event]] = field(default_factory=list)
    greatest_id: int = 0

    @property
    def steps(self) -> list[str]:
        steps: list[str] = TEMPLATES[self.template]["steps"]
        return steps

    @property
    def starts_over(self) -> bool:
        return bool(TEMPLATES[self.template].get("starts_over"))

    def has_ended(self, now: int) -> bool:
        return self.course.ends_at is not None and self.course.ends_at <= now

    def status(self, now: int) -> str:
        if self.has_ended(now):
            return self.course.ends_as
        claimed_at = self.course.claimed_at
        return "processing" if claimed_at is not None and claimed_at <= now else "open"

    def heartbeat(self, now: int) -> int | None:
        last = self.course.ends_at if self.has_ended(now) and self.course.ends_at is not None else now
        claimed_at = self.course.claimed_at
        if claimed_at is not None and claimed_at <= last:
            return last - (last - claimed_at) % 1000
        return self.started_at if self.is_retried else None

    def visible(self, now: int) -> list[Event]:
        """All events that a client can see."""
        happened = self._happened(now)
        if self.starts_over and [event.type for event in happened] == ["recovered"]:
            happened = []
        return [event for run in self.earlier for event in run] + happened

    def next_event_at(self, now: int) -> int | None:
        known = len(self.visible(now))
        later = [event.at for event in self.course.events if event.at > now]
        return next((at for at in later if len(self.visible(at)) > known), None)

    def cancel(self, now: int) -> bool:
        """Whether that changes anything."""
        if self.has_ended(now):
            return False
        happened = self._happened(now)
        begun = _begun(happened)
        if begun is None:
            told = [Event(now, "cancelled", {"message": "Task has been cancelled.", "status": "cancelled"})]
            error = f"Task {self.id} has been cancelled."
        else:
            step = self.steps[begun]
            message = f"Step {step} has been cancelled."
            told = [Event(now, "cancelled", {"message": message, "stepId": step, "status": "cancelled"})]
            told += [_skipped(now, step, "a previous step failed") for step in self.steps[begun + 1 :]]
            error = f"Step {step} ({step.upper()}) of task {self.id} has been cancelled."
        told.append(_completion(now, "cancelled", error={"name": "Error", "message": error}))
        self._cut([*happened, *told], now, "cancelled")
        return True

    def push(self, now: int, message: str, step: str | None, status: str | None) -> str | None:
        """The name of the error, if that is one."""
        if self.has_ended(now):
            return "TaskHasEnded"
        if step is not None and step not in self.steps:
            return "NoSuchStep"
        if sum(event.is_pushed for event in self.course.events) >= MOST_PUSHED:
            return "TooManyPushed"
        body = {"message": message} | ({"stepId": step} if step else {}) | ({"status": status} if status else {})
        place = len(self._happened(now))
        self.course.events.insert(place, Event(now, "log", body, is_pushed=True))
        return None

    def end(self, now: int, status: str, output: dict[str, Any] | None) -> str | None:
        """The name of the error, if that is one."""
        if self.has_ended(now):
            return "TaskHasEnded"
        if status == "cancelled":
            self.cancel(now)
            return None
        told = self._happened(now)
        begun = _begun(told)
        if self.status(now) == "open":
            told.append(_starting(now, self.steps))
            self.course.claimed_at = now
        if status == "failed" and begun is None and self.steps:
            begun = 0
            told.append(_beginning(now, self.steps, 0))
        if begun is not None:
            step = self.steps[begun]
            stack = f"Error: The task was ended by a test\n    at step {step}"
            text = stack if status == "failed" else f"Finished step {step.upper()}"
            told.append(_of_step(now, text, step, status))
        because = "a previous step failed" if status == "failed" else "its if condition was false"
        told += [_skipped(now, step, because) for step in self.steps[0 if begun is None else begun + 1 :]]
        if status == "failed":
            told.append(_completion(now, status, error={"name": "Error", "message": "The task was ended by a test"}))
        else:
            told.append(_completion(now, status, output=self.course.output if output is None else output))
        self._cut(told, now, status)
        return None

    def retry(self, now: int, scenario: str, use: int) -> None:
        left = [event for event in self.course.events if event.type in {"log", "recovered"}]
        self.earlier = [] if self.starts_over else [*self.earlier, left][-MOST_RUNS:]
        self.scenario, self.started_at, self.is_retried = scenario, now, True
        self.course = plan(self.template, scenario, use, now, is_retry=True)
        self.cancel_as_planned(use)

    def cancel_as_planned(self, use: int) -> None:
        seconds = _behaviour(self.scenario, use).get("cancel")
        if seconds is not None:
            self.cancel(self.started_at + round(seconds * 1000))

    def _happened(self, now: int) -> list[Event]:
        return [event for event in self.course.events if event.at <= now]

    def _cut(self, events: list[Event], now: int, status: str) -> None:
        self.course.events, self.course.ends_at, self.course.ends_as = events, now, status


@dataclass
class ModelWorld:
    """One world. `now` moves by `speed` milliseconds for each on the wall unless the clock is frozen; `seen_ids` are
    those of all events that were ever seen."""

    name: str
    now: int
    scenario: str
    speed: float = 1.0
    is_frozen: bool = True
    tasks: dict[str, ModelTask] = field(default_factory=dict)
    uses: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen_ids: set[int] = field(default_factory=set)

    def use(self, scenario: str, template: str) -> int:
        self.uses[scenario, template] += 1
        return self.uses[scenario, template]

    def create(self, id: str, template: str, scenario: str, creator: str | None) -> ModelTask:
        use = self.use(scenario, template)
        course = plan(template, scenario, use, self.now, is_retry=False)
        task = self.tasks[id] = ModelTask(id, template, scenario, creator, self.now, self.now, course)
        task.cancel_as_planned(use)
        return task

    def pass_on_the_wall(self, milliseconds: int) -> None:
        if not self.is_frozen:
            self.now += int(milliseconds * self.speed)

    def may_be_forgotten(self) -> set[str]:
        """Which of the tasks may go where there is one too many: never the one that was created last."""
        *others, _ = self.tasks.values()
        ended = [task for task in others if task.has_ended(self.now)]
        first = min((task.course.ends_at or 0 for task in ended), default=None)
        return {task.id for task in ended if task.course.ends_at == first} if ended else {others[0].id}

    def next_event_at(self) -> int | None:
        due = (task.next_event_at(self.now) for task in self.tasks.values())
        return min((at for at in due if at is not None), default=None)

    def found(self, creators: set[str] | None, statuses: set[str] | None, order: list[tuple[str, bool]]) -> list[str]:
        """The ids of the tasks that a list shows on all its pages; `order` are fields, and whether they descend."""
        tasks = [
            task
            for task in self.tasks.values()
            if (creators is None or task.creator in creators)
            and (statuses is None or task.status(self.now) in statuses)
        ]
        if order in ([], [("created_at", True)]):
            return [task.id for task in reversed(tasks)]
        keys: dict[str, Callable[[ModelTask], Any]] = {
            "created_at": lambda task: task.created_at,
            "status": lambda task: task.status(self.now),
            "created_by": lambda task: task.creator or "",
        }
        for name, descends in reversed(order):
            tasks.sort(key=keys[name], reverse=descends)
        return [task.id for task in tasks]


def plan(template: str, scenario: str, use: int, start: int, *, is_retry: bool) -> Course:
    """What will happen if nobody interferes."""
    told, behaviour = TEMPLATES[template], _behaviour(scenario, use)
    steps: list[str] = told["steps"]
    events: list[Event] = []
    if is_retry:
        strategy = "startOver" if told.get("starts_over") else "none"
        events.append(Event(start, "recovered", {"recoverStrategy": strategy}))
    output: dict[str, Any] = told.get("output", {})
    queue = behaviour["queue"]
    at = start + (0 if queue == "never" else round(queue * 1000))
    shown = [] if queue == "never" else events
    shown.append(_starting(at, steps))
    error: dict[str, str] | None = None
    for number, step in enumerate(steps):
        condition = told.get("conditions", {}).get(step, True)
        if error is not None and not isinstance(condition, str):
            shown.append(_skipped(at, step, "a previous step failed"))
            continue
        shown.append(_beginning(at, steps, number))
        if condition is False:
            shown.append(_skipped(at, step, "its if condition was false"))
            continue
        duration = _said(behaviour, step, "duration")
        shown += _lines(_said(behaviour, step, "logs") or [], step, at, duration)
        if duration == "never":
            return Course(events, None if queue == "never" else start + round(queue * 1000), None, "", output)
        at += round(duration * 1000)
        fail = _said(behaviour, step, "fail")
        if fail is None:
            shown.append(_of_step(at, f"Finished step {step.upper()}", step, "completed"))
            continue
        error = {"name": fail.get("name", "Error"), "message": fail["message"]}
        stack = f"{error['name']}: {error['message']}\n    at {ACTION}\n    at step {step}"
        shown.append(_of_step(at, stack, step, "failed"))
    if error is not None:
        output = {}
    status = "completed" if error is None else "failed"
    shown.append(_completion(at, status, output=output if error is None else None, error=error))
    if queue == "never":
        return Course(events, None, None, "", output)
    return Course(events, start + round(queue * 1000), at, status, output)


def _behaviour(scenario: str, use: int) -> dict[str, Any]:
    told = SCENARIOS[scenario]
    for entry in told.get("uses", []):
        if entry["use"]["from"] <= use <= entry["use"]["to"]:
            return told | {"steps": [*entry["steps"], *told["steps"]]}
    return told


def _said(behaviour: dict[str, Any], step: str, key: str) -> Any:
    rules = [rule for rule in behaviour.get("steps", []) if rule.get("id", step) == step]
    return next((rule[key] for rule in rules if key in rule), 0 if key == "duration" else None)


def _lines(logs: list[Any], step: str, at: int, duration: float | str) -> Iterator[Event]:
    rules = [{"text": log, "repeat": 1} if isinstance(log, str) else log for log in logs]
    total, before = sum(rule["repeat"] for rule in rules), 0
    for rule in rules:
        repeat = rule["repeat"]
        if isinstance(duration, str):
            begin, span = at, rule.get("every", 0) * 1000 * repeat
        else:
            length = round(duration * 1000)
            begin = at + length * before // total
            span = at + length * (before + repeat) // total - begin if repeat > 1 else 0
        before += repeat
        for number in range(repeat):
            text = f"\x1b[32minfo\x1b[39m: {rule['text']}".replace("${{ line }}", str(number + 1))
            yield Event(begin + number * span // repeat, "log", {"message": text, "stepId": step})


def _begun(happened: list[Event]) -> int | None:
    return next((event.begins for event in reversed(happened) if event.begins is not None), None)


def _starting(at: int, steps: list[str]) -> Event:
    return Event(at, "log", {"message": f"Starting up task with {len(steps)} steps"})


def _of_step(at: int, message: str, step: str, status: str) -> Event:
    return Event(at, "log", {"message": message, "stepId": step, "status": status})


def _beginning(at: int, steps: list[str], number: int) -> Event:
    event = _of_step(at, f"Beginning step {steps[number].upper()}", steps[number], "processing")
    event.begins = number
    return event


def _skipped(at: int, step: str, because: str) -> Event:
    return _of_step(at, f"Skipping step {step} because {because}", step, "skipped")


def _completion(
    at: int, status: str, *, output: dict[str, Any] | None = None, error: dict[str, str] | None = None
) -> Event:
    body: dict[str, Any] = {"message": f"Run completed with status: {status}"}
    if output is not None:
        body["output"] = output
    if error is not None:
        body["error"] = error
    return Event(at, "completion", body)
