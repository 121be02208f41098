"""Servers that run a task again in some wrong way."""

import uuid
from collections.abc import Callable
from typing import Any

from tests.flawed.defect import defect
from tests.flawed.wrapping import (
    Answer,
    App,
    Call,
    answering,
    editing_answers,
    editing_json,
    error_answer,
    json_answer,
)

RETRY = {"retryTask"}
EVENTS = {"getTaskEvents"}


@defect("RETRY-01", blames="retryTask")
def running_task_is_retried(app: App) -> App:
    """A task that runs is said to be queued again."""

    def edit(call: Call, answer: Answer) -> Answer:
        return json_answer(201, {"id": call.parameters["taskId"]}) if answer.status == 409 else answer

    return editing_answers(app, RETRY, edit)


@defect("RETRY-01", blames="retryTask")
def conflict_is_a_mistake(app: App) -> App:
    """That a task still runs is told as a mistake in the request."""

    def edit(call: Call, answer: Answer) -> Answer:
        return error_answer(400, "InputError", "it runs") if answer.status == 409 else answer

    return editing_answers(app, RETRY, edit)


@defect("RETRY-02", blames="retryTask")
def only_failed_tasks_are_retried(app: App) -> App:
    """A task that was cancelled cannot be run again."""
    ended = dict[str, str]()

    def note(call: Call, task: Any) -> Any:
        ended[task["id"]] = task["status"]
        return task

    def reply(call: Call) -> Answer | None:
        was_cancelled = ended.get(call.parameters["taskId"]) == "cancelled"
        return error_answer(409, "ConflictError", "it was cancelled") if was_cancelled else None

    return answering(editing_json(app, {"getTask"}, note), RETRY, reply)


@defect("RETRY-02", blames="retryTask")
def retry_has_another_id(app: App) -> App:
    """The second run is said to be another task."""
    return editing_json(app, RETRY, lambda call, body: {"id": str(uuid.uuid4())}, status=201)


@defect("RETRY-02", blames="retryTask")
def retry_is_no_creation(app: App) -> App:
    """A retry is answered 200."""

    def edit(call: Call, answer: Answer) -> Answer:
        return json_answer(200, answer.json) if answer.status == 201 else answer

    return editing_answers(app, RETRY, edit)


@defect("RETRY-03", blames="retryTask")
def retry_is_forgotten(app: App) -> App:
    """A retry is answered and not done."""

    def reply(call: Call) -> Answer | None:
        return json_answer(201, {"id": call.parameters["taskId"]})

    return _where_it_ended(app, reply)


@defect("RETRY-03", blames="retryTask")
def retry_needs_secrets(app: App) -> App:
    """A retry without secrets is answered, and not done."""

    def reply(call: Call) -> Answer | None:
        secrets = call.json.get("secrets") if isinstance(call.json, dict) else None
        return None if secrets else json_answer(201, {"id": call.parameters["taskId"]})

    return _where_it_ended(app, reply)


@defect("RETRY-04", blames="getTaskEvents")
def recovery_is_not_told(app: App) -> App:
    """No event tells that a task was run again."""
    return editing_json(app, EVENTS, lambda call, body: [event for event in body if event["type"] != "recovered"])


@defect("RETRY-04", blames="getTaskEvents")
def recovery_has_another_strategy(app: App) -> App:
    """The event says that the task starts over, which it does not."""

    def edit(call: Call, body: Any) -> Any:
        return [
            {**event, "body": {"recoverStrategy": "startOver"}} if event["type"] == "recovered" else event
            for event in body
        ]

    return editing_json(app, EVENTS, edit)


@defect("RETRY-05", blames="getTaskEvents")
def first_completion_stays(app: App) -> App:
    """The completion of the first run is still told."""
    return _keeping(app, "completion")


@defect("RETRY-05", blames="getTaskEvents")
def first_cancel_stays(app: App) -> App:
    """The cancel of the first run is still told."""
    return _keeping(app, "cancelled")


@defect("RETRY-06", blames="getTaskEvents")
def first_log_is_lost(app: App) -> App:
    """What was told before the recovery is gone."""

    def edit(call: Call, body: Any) -> Any:
        places = [place for place, event in enumerate(body) if event["type"] == "recovered"]
        return body[places[-1] :] if places else body

    return editing_json(app, EVENTS, edit)


@defect("RETRY-06", blames="getTaskEvents")
def failures_of_the_first_run_are_lost(app: App) -> App:
    """The lines that say why the first run went wrong are gone."""

    def edit(call: Call, body: Any) -> Any:
        places = [place for place, event in enumerate(body) if event["type"] == "recovered"]
        if not places:
            return body
        kept = [event for event in body[: places[-1]] if event["body"].get("status") not in {"failed", "skipped"}]
        return [*kept[1:], *body[places[-1] :]]

    return editing_json(app, EVENTS, edit)


@defect("RETRY-07", blames="getTaskEvents")
def second_run_counts_from_one(app: App) -> App:
    """The ids of the second run begin again at one."""
    return _recounting(app, lambda place: place + 1)


@defect("RETRY-07", blames="getTaskEvents")
def second_run_counts_below_zero(app: App) -> App:
    """The ids of the second run go the other way."""
    return _recounting(app, lambda place: -1 - place)


@defect("RETRY-08", blames="retryTask")
def second_run_resumes(app: App) -> App:
    """The second run leaves out the step that the first one began with."""

    def edit(call: Call, body: Any) -> Any:
        places = [place for place, event in enumerate(body) if event["type"] == "recovered"]
        begun = [event["body"]["stepId"] for event in body if event["body"].get("status") == "processing"]
        if not places or not begun:
            return body
        later = [event for event in body[places[-1] :] if event["body"].get("stepId") != begun[0]]
        return [*body[: places[-1]], *_begun_otherwise(later)]

    return editing_json(app, EVENTS, edit)


@defect("RETRY-08", blames="retryTask")
def second_run_is_of_other_steps(app: App) -> App:
    """The second run has steps with other ids."""

    def edit(call: Call, body: Any) -> Any:
        places = [place for place, event in enumerate(body) if event["type"] == "recovered"]
        if not places:
            return body
        later = [
            {**event, "body": {**event["body"], "stepId": f"again-{event['body']['stepId']}"}}
            if "stepId" in event["body"]
            else event
            for event in body[places[-1] :]
        ]
        return [*body[: places[-1]], *later]

    return editing_json(app, EVENTS, edit)


@defect("RETRY-09", blames="getTask")
def retry_is_a_new_creation(app: App) -> App:
    """A task that is run again was created just then."""
    return _after_a_retry(app, lambda task: {**task, "createdAt": "2031-01-01T00:00:00.000Z"})


@defect("RETRY-09", blames="getTask")
def retry_forgets_the_values(app: App) -> App:
    """A task that is run again has no parameters."""
    return _after_a_retry(app, lambda task: {**task, "spec": {**task["spec"], "parameters": {}}})


@defect("RETRY-10", blames="retryTask")
def refused_retry_is_done(app: App) -> App:
    """A retry of a task that runs is a conflict, and is told in its log all the same."""
    refused: set[str] = set()

    def note(call: Call, answer: Answer) -> Answer:
        if answer.status == 409:
            refused.add(call.parameters["taskId"])
        return answer

    return _telling_recovery(editing_answers(app, RETRY, note), refused)


@defect("RETRY-10", blames="retryTask")
def malformed_retry_is_done(app: App) -> App:
    """A retry with a body that is refused is told in the log all the same."""
    refused: set[str] = set()

    def note(call: Call, answer: Answer) -> Answer:
        if answer.status == 400:
            refused.add(call.parameters["taskId"])
        return answer

    return _telling_recovery(editing_answers(app, RETRY, note), refused)


def _where_it_ended(app: App, reply: Callable[[Call], Answer | None]) -> App:
    """Answer instead of the server to the retry of a task that was last read as ended."""
    ended: set[str] = set()

    def note(call: Call, task: Any) -> Any:
        if task["status"] in {"completed", "failed", "cancelled"}:
            ended.add(task["id"])
        return task

    def chosen(call: Call) -> Answer | None:
        return reply(call) if call.parameters["taskId"] in ended else None

    return answering(editing_json(app, {"getTask"}, note), RETRY, chosen)


def _keeping(app: App, kind: str) -> App:
    """Tell events of that type also when they are gone."""
    told: dict[str, dict[int, Any]] = {}

    def edit(call: Call, body: Any) -> Any:
        known = told.setdefault(call.parameters["taskId"], {})
        known.update({event["id"]: event for event in body if event["type"] == kind})
        if call.query:
            return body
        return sorted(
            {event["id"]: event for event in (*known.values(), *body)}.values(), key=lambda event: event["id"]
        )

    return editing_json(app, EVENTS, edit)


def _recounting(app: App, number: Callable[[int], int]) -> App:
    """Give the events from the recovery on other ids."""

    def edit(call: Call, body: Any) -> Any:
        places = [place for place, event in enumerate(body) if event["type"] == "recovered"]
        if call.query or not places:
            return body
        later = [{**event, "id": number(place)} for place, event in enumerate(body[places[-1] :])]
        return [*body[: places[-1]], *later]

    return editing_json(app, EVENTS, edit)


def _begun_otherwise(events: list[Any]) -> list[Any]:
    """See to it that some step begins."""
    if any(event["body"].get("status") == "processing" for event in events) or len(events) < 2:
        return events
    body = {"message": "Beginning step Other", "stepId": "other", "status": "processing"}
    return [events[0], {**events[1], "type": "log", "body": body}, *events[2:]]


def _after_a_retry(app: App, change: Callable[[Any], Any]) -> App:
    """Change what is said of tasks that were run again."""
    again: set[str] = set()

    def note(call: Call, answer: Answer) -> Answer:
        if answer.status == 201:
            again.add(call.parameters["taskId"])
        return answer

    def edit(call: Call, task: Any) -> Any:
        return change(task) if task["id"] in again else task

    return editing_json(editing_answers(app, RETRY, note), {"getTask"}, edit)


def _telling_recovery(app: App, tasks: set[str]) -> App:
    """Tell of a recovery at the end of the log of these tasks."""

    def edit(call: Call, body: Any) -> Any:
        if call.parameters["taskId"] not in tasks or not body:
            return body
        last = body[-1]
        recovered = {**last, "id": last["id"] + 1, "type": "recovered", "body": {"recoverStrategy": "none"}}
        return [*body, recovered]

    return editing_json(app, EVENTS, edit)
