"""Tell a recorded run as a scenario: the same events in the same order, with the same time between them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from glob import escape
from typing import Any

from mock_server.clock import SECOND, Milliseconds
from mock_server.lifecycle import EventType, StepStatus
from mock_server.recording.recorded import RecordedEvent, RecordedRun, RecordedTask
from mock_server.recording.verbatim import verbatim, verbatim_value

_COLOURED = re.compile("\u001b\\[(?:32m(info)|33m(warn)|31m(error))\u001b\\[39m: ")
_CANCELLED = "Run completed with status: cancelled"
_ADDITIONAL = "Additional error occurred: "
_ENDINGS = frozenset({StepStatus.COMPLETED, StepStatus.FAILED, StepStatus.SKIPPED})

Rule = dict[str, Any]


@dataclass(slots=True)
class _Story:
    """What has been told of one step. `delay` is the time between the end of the one before it and its beginning."""

    step: Mapping[str, Any]
    number: int
    begins_at: Milliseconds
    delay: Milliseconds
    is_begun: bool
    ends_at: Milliseconds | None = None
    ends_as: StepStatus | None = None
    logs: list[Rule] = field(default_factory=list)
    stack: str = ""
    additional: str = ""


def scenario_of(task: RecordedTask, run: RecordedRun) -> dict[str, Any]:
    """The data of a scenario by which a task of the same template goes as the run did."""
    told, completion = _until_completion(run.events)
    took = run.events[-1].at if run.events else 0
    scenario: dict[str, Any] = {
        "description": f"A task of {task.template} as it was recorded: {task.status} after {seconds(took)} s.",
        "match": {"template": escape(str(task.template))},
    }
    index = _cancel_that_ends(told, completion)
    cancel = None if index is None else told[index]
    if cancel is not None:
        scenario["cancel"] = seconds(cancel.at)
        told, completion = told[:index], None
    if not told:
        return scenario | {"queue": "never"}
    stories = _stories(task, told[1:], told[0].at)
    error = completion.body.get("error") if completion is not None else None
    rules = _rules(task, stories, error if isinstance(error, dict) else {})
    scenario |= {"queue": seconds(told[0].at), "steps": rules}
    last_end = max([told[0].at, *(story.ends_at or 0 for story in stories)])
    if completion is not None:
        output = completion.body.get("output")
        scenario |= {"completion": seconds(completion.at - last_end)} if completion.at > last_end else {}
        scenario |= {"output": verbatim_value(output, task.id)} if output and isinstance(output, dict) else {}
    elif cancel is not None and not (stories and stories[-1].ends_at is None):
        # No step ran, so what would have come next must not come before the cancel.
        pause = seconds(cancel.at - last_end + SECOND)
        if len(stories) == len(task.steps):
            scenario["completion"] = pause
        else:
            rules.append(_selector(task, len(stories) + 1) | {"delay": pause})
    return scenario


def seconds(span: Milliseconds) -> int | float:
    """Milliseconds as a scenario has them."""
    return span // SECOND if span % SECOND == 0 else span / SECOND


def _until_completion(events: Sequence[RecordedEvent]) -> tuple[Sequence[RecordedEvent], RecordedEvent | None]:
    for index, event in enumerate(events):
        if event.type == EventType.COMPLETION:
            return events[:index], event
    return events, None


def _cancel_that_ends(told: Sequence[RecordedEvent], completion: RecordedEvent | None) -> int | None:
    """Where the cancel stands by which the task ended at once; None if it ended in another way."""
    if completion is None or completion.body.get("message") != _CANCELLED:
        return None
    return next((index for index in reversed(range(len(told))) if told[index].type == EventType.CANCELLED), None)


def _stories(task: RecordedTask, events: Sequence[RecordedEvent], starts_at: Milliseconds) -> list[_Story]:
    stories: list[_Story] = []
    ended_at = starts_at
    for event in events:
        id, message, status = (event.body.get(key) for key in ("stepId", "message", "status"))
        current = stories[-1] if stories else None
        if not isinstance(id, str) or not isinstance(message, str) or not isinstance(status, str | None):
            continue
        if event.type == EventType.CANCELLED or (event.type == EventType.LOG and status is None):
            if current is not None:
                current.logs.append(_entry(task, current, event, id, message))
        elif current is not None and current.ends_as is StepStatus.FAILED and current.step["id"] == id:
            current.additional = message
        elif status == StepStatus.PROCESSING or (status in _ENDINGS and (current is None or current.ends_as)):
            # A step that an earlier failure skips ends without having begun.
            number = len(stories)
            if number == len(task.steps) or task.steps[number]["id"] != id:
                continue
            is_begun = status == StepStatus.PROCESSING
            current = _Story(task.steps[number], number + 1, event.at, event.at - ended_at, is_begun)
            stories.append(current)
        if status in _ENDINGS and current is not None and current.step["id"] == id and current.ends_as is None:
            current.ends_at, current.ends_as = event.at, StepStatus(str(status))
            current.stack = message
            ended_at = event.at
    return stories


def _entry(task: RecordedTask, story: _Story, event: RecordedEvent, id: str, message: str) -> Rule:
    entry: Rule = {"cancelled": True}
    if event.type == EventType.LOG:
        coloured = _COLOURED.match(message)
        level = next(filter(None, coloured.groups())) if coloured else "none"
        entry = {"text": verbatim(message[coloured.end() :] if coloured else message, task.id)}
        entry |= {} if level == "info" else {"level": level}
    entry["at"] = seconds(event.at - story.begins_at)
    entry |= {"late": True} if story.ends_as else {}
    return entry | ({} if story.step["id"] == id else {"step": id})


def _rules(task: RecordedTask, stories: Sequence[_Story], error: Mapping[str, Any]) -> list[Rule]:
    first_failed = next((story for story in stories if story.ends_as is StepStatus.FAILED), None)
    return [
        _selector(task, story.number) | _rule(task, story, error if story is first_failed else _additional_error(story))
        for story in stories
    ]


def _selector(task: RecordedTask, number: int) -> Rule:
    """What a rule says to be about this step and no other."""
    id = task.steps[number - 1]["id"]
    is_shared = sum(step["id"] == id for step in task.steps) > 1
    return {"id": escape(id)} | ({"position": number} if is_shared else {})


def _rule(task: RecordedTask, story: _Story, error: Mapping[str, Any]) -> Rule:
    rule: Rule = {}
    if story.is_begun:
        rule["status"] = str(story.ends_as or StepStatus.COMPLETED)
    if story.delay:
        rule["delay"] = seconds(story.delay)
    if story.is_begun:
        rule["duration"] = "never" if story.ends_at is None else seconds(story.ends_at - story.begins_at)
    if story.logs or story.is_begun:
        rule["logs"] = story.logs
    if story.ends_as is StepStatus.FAILED:
        name, message = error.get("name"), error.get("message")
        rule["fail"] = {"name": name} if isinstance(name, str) and name else {}
        rule["fail"]["message"] = verbatim(message if isinstance(message, str) else "", task.id)
        rule["fail"]["stack"] = verbatim(story.stack, task.id)
    return rule


def _additional_error(story: _Story) -> Mapping[str, Any]:
    return {"message": story.additional.removeprefix(_ADDITIONAL).removesuffix(f"\n{story.stack}")}
