"""RETRY: a task that has ended can be run again, as itself, and nothing of its first life gets mixed up with it."""

from collections.abc import Iterable, Iterator

from contracts.events import Event
from contracts.evidence import Evidence
from contracts.exchange import Exchange, Purpose
from contracts.lifecycle import is_terminal
from contracts.readings import CATCHING_UP, brief, same, same_time
from contracts.rule import BACKSTAGE_ONLY, Observation, judged, rule
from contracts.rules.answers import answered, is_refusal, told
from contracts.task_batches import Batch, batches
from contracts.task_story import Rerun, TaskStory

RETRY = "#/paths/~1v2~1tasks~1{taskId}~1retry/post"
OPERATION = "retryTask"
RECOVERED = "#/components/schemas/RecoveredEvent/description"
NEEDS_AN_END = "--template and --values, so that a task can end and be run again, and room within --max-tasks"
NEEDS_A_SLOW_ONE = "--slow-template, a template whose tasks run for some seconds"
STARTS_OVER = "startOver"
TAKEN_BACK = frozenset({"completion", "cancelled"})
# Identity, and what the user gave: none of it is another task's.
LASTING = ("id", "createdAt", "createdBy", "spec")


@rule(
    "RETRY-01",
    "A task that has not ended cannot be run again: that is a conflict, 409.",
    source=f"{RETRY}/responses/409",
    why="Two runs of one task write into each other's work.",
    needs=NEEDS_A_SLOW_ONE,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def running_task_is_not_run_again(evidence: Evidence) -> Iterator[Observation]:
    for retry in evidence.of(OPERATION, Purpose.ORDINARY):
        if answered(retry) and _ran_all_along(evidence, retry):
            yield judged(retry.status == 409, OPERATION, retry, expected="409", observed=told(retry))


@rule(
    "RETRY-02",
    "A task that has ended can be run again: 201, with the id that it has.",
    source=f"{RETRY}/responses/201",
    why="The user has to fill in the whole form again, for a fault that is long mended.",
    needs=NEEDS_AN_END,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def ended_task_is_run_again(evidence: Evidence) -> Iterator[Observation]:
    for retry in evidence.of(OPERATION, Purpose.ORDINARY):
        before = _last_seen(evidence, retry)
        if before is None or not is_terminal(_status(before)) or not answered(retry):
            continue
        given = retry.json.get("id") if isinstance(retry.json, dict) else None
        meant = retry.path_parameters.get("taskId")
        yield judged(
            retry.status == 201 and given == meant,
            OPERATION,
            retry,
            before,
            expected=f"201 with the id {meant}",
            observed=f"{told(retry)} with {brief(given)}",
        )


@rule(
    "RETRY-03",
    "A task that is run again is open or processing again, until it ends once more.",
    source=f"{RETRY}/description",
    why="The user is told that it was tried again, and nothing happens.",
    needs=NEEDS_AN_END,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def task_is_queued_again(evidence: Evidence) -> Iterator[Observation]:
    for rerun in _reruns(evidence):
        cancelled = min((cancel.began for cancel in rerun.after.cancels), default=float("inf"))
        polls = [poll for poll in rerun.after.polls if poll.ended <= cancelled]
        running = [poll for poll in rerun.after.polls if not is_terminal(poll.status)]
        known = _highest(_events_of(rerun.before))
        events = _events_of(rerun.after)
        ended = any(event.ends_the_task and (event.sequence or 0) > known for event in events)
        # A second run may be over before anybody looks, and only its events tell it from none.
        if running or ended or (polls and events):
            yield judged(
                bool(running) or ended,
                OPERATION,
                rerun.retry,
                *(poll.exchange for poll in polls[:1]),
                expected="open or processing",
                observed=f"{polls[0].status} as before" if polls else "",
            )


@rule(
    "RETRY-04",
    "An event `recovered` tells that a task was run again, and by which strategy.",
    source=RECOVERED,
    why="The log shows two runs as one, and nobody knows where the second begins.",
    needs=NEEDS_AN_END,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def recovery_is_told(evidence: Evidence) -> Iterator[Observation]:
    for rerun, whole in _wholes(evidence):
        known = _highest(_events_of(rerun.before))
        told_again = [event for event in whole.events if event.type == "recovered" and (event.sequence or 0) > known]
        strategies = [event.body.get("recoverStrategy") for event in told_again]
        expected = STARTS_OVER if _starts_over(rerun) else "none"
        yield judged(
            set(strategies) == {expected},
            "getTaskEvents",
            whole.exchange,
            rerun.retry,
            expected=f"an event `recovered` with the strategy {expected}",
            observed=brief(strategies) if strategies else "none",
        )


@rule(
    "RETRY-05",
    "Of a task that is run again, no view tells that its first run was cancelled, or how it ended.",
    source=f"{RETRY}/description",
    why="A client stops reading at the completion, and never sees the second run.",
    needs=NEEDS_AN_END,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def first_end_is_taken_back(evidence: Evidence) -> Iterator[Observation]:
    for rerun in _reruns(evidence):
        known = _highest(_events_of(rerun.before))
        for exchange, events in _views(rerun.after):
            left = [event for event in events if event.type in TAKEN_BACK and (event.sequence or known + 1) <= known]
            yield judged(
                not left,
                exchange.operation,
                exchange,
                rerun.retry,
                expected="neither the first completion nor a cancel before it",
                observed=f"{left[0].type} with the id {left[0].sequence}" if left else "",
            )


@rule(
    "RETRY-06",
    "The log of the first run stays, unless the template starts over: then nothing is told from before the recovery.",
    source=RECOVERED,
    why="What went wrong the first time can no longer be read; or the steps of two runs are shown as one.",
    needs=NEEDS_AN_END,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def first_log_stays(evidence: Evidence) -> Iterator[Observation]:
    for rerun, whole in _wholes(evidence):
        before = {
            event.sequence
            for event in _events_of(rerun.before)
            if event.type not in TAKEN_BACK and event.sequence is not None
        }
        if not before:
            continue
        lost, left = before - set(whole.numbers), before & set(whole.numbers)
        over = _starts_over(rerun)
        yield judged(
            not (left if over else lost),
            "getTaskEvents",
            whole.exchange,
            rerun.retry,
            expected="none of the events of the first run" if over else f"the {len(before)} events of the first run",
            observed=f"{len(left)} of them" if over else f"{len(lost)} are gone, such as {min(lost, default='')}",
        )


@rule(
    "RETRY-07",
    "What happens in the second run has ids above those of the first.",
    source="#/components/schemas/EventFrame/properties/id/description",
    why="A client that asks for what comes after the last id it knows never sees the second run.",
    needs=NEEDS_AN_END,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def ids_go_on(evidence: Evidence) -> Iterator[Observation]:
    for rerun, whole in _wholes(evidence):
        before = _events_of(rerun.before)
        known, numbers = _highest(before), {event.sequence for event in before}
        new = [event.sequence for event in whole.events if event.sequence not in numbers]
        low = [number for number in new if number is not None and number <= known]
        if new:
            yield judged(
                not low,
                "getTaskEvents",
                whole.exchange,
                rerun.retry,
                expected=f"ids above {known}",
                observed=brief(low),
            )


@rule(
    "RETRY-08",
    "All steps run again, from the first one on.",
    source=f"{RETRY}/description",
    why="The second run works with what the first one left behind, or with nothing.",
    needs=NEEDS_AN_END,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def all_steps_run_again(evidence: Evidence) -> Iterator[Observation]:
    for rerun, whole in _wholes(evidence):
        before = _events_of(rerun.before)
        known = _highest(before)
        first = _first_step(before)
        again = _first_step(event for event in whole.events if (event.sequence or 0) > known)
        if first is not None and again is not None:
            yield judged(
                first == again,
                OPERATION,
                rerun.retry,
                whole.exchange,
                expected=f"the step {first} to begin first, as before",
                observed=str(again),
            )


@rule(
    "RETRY-09",
    "A task that is run again is the same task: its id, specification, creator and time of creation stay.",
    source=f"{RETRY}/description",
    why="The user finds another task than the one that was to be run again, or somebody else's.",
    needs=NEEDS_AN_END,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def task_stays_the_same(evidence: Evidence) -> Iterator[Observation]:
    for rerun in _reruns(evidence):
        if not rerun.before.polls:
            continue
        first = rerun.before.polls[-1]
        for poll in rerun.after.polls:
            changed = [name for name in LASTING if not _stays(name, first.task, poll.task)]
            yield judged(
                not changed,
                "getTask",
                poll.exchange,
                first.exchange,
                expected=f"{', '.join(LASTING)} as before",
                observed=f"another {', '.join(changed)}",
            )


@rule(
    "RETRY-10",
    "A retry that is refused changes nothing.",
    source=f"{RETRY}/responses/409",
    why="The client shows that it was not possible, and the template runs all the same.",
    needs=NEEDS_A_SLOW_ONE,
    probes={"reruns"},
    profiles=BACKSTAGE_ONLY,
)
def refused_retry_changes_nothing(evidence: Evidence) -> Iterator[Observation]:
    for retry in evidence.of(OPERATION):
        story = evidence.tasks.get(retry.path_parameters.get("taskId", ""))
        if not is_refusal(retry) or story is None or story.created is None:
            continue
        later = [batch for batch in batches(story) if batch.is_whole and batch.exchange.began >= retry.ended]
        for batch in later[-1:]:
            run_again = [event for event in batch.events if event.type == "recovered"]
            yield judged(
                not run_again,
                OPERATION,
                retry,
                batch.exchange,
                expected="no event `recovered`",
                observed=brief(run_again[0].data) if run_again else "",
            )


def _reruns(evidence: Evidence) -> Iterator[Rerun]:
    """Those that a client asked for, and that were answered as such."""
    for rerun in evidence.reruns:
        if rerun.retry.status == 201 and rerun.retry.purpose in {Purpose.ORDINARY, Purpose.FUZZED}:
            yield rerun


def _wholes(evidence: Evidence) -> Iterator[tuple[Rerun, Batch]]:
    """Each rerun with the last answer that tells all its events."""
    for rerun in _reruns(evidence):
        for whole in [batch for batch in batches(rerun.after) if batch.is_whole][-1:]:
            yield rerun, whole


def _views(story: TaskStory) -> Iterator[tuple[Exchange, Iterable[Event]]]:
    yield from ((batch.exchange, batch.events) for batch in batches(story))
    yield from ((exchange, exchange.log_events) for exchange in story.logs if exchange.status == 200)
    yield from ((exchange, exchange.stream_events) for exchange in story.streams if exchange.stream is not None)


def _events_of(story: TaskStory) -> list[Event]:
    """Everything that any view told of it, each event once, in the order of the ids."""
    found = {event.sequence: event for _, events in _views(story) for event in events if event.sequence is not None}
    return [found[number] for number in sorted(found)]


def _highest(events: list[Event]) -> int:
    return max((event.sequence for event in events if event.sequence is not None), default=-1)


def _first_step(events: Iterable[Event]) -> object:
    begun = (event.body.get("stepId") for event in events if event.body.get("status") == "processing")
    return next((step for step in begun if step is not None), None)


def _starts_over(rerun: Rerun) -> bool:
    return rerun.before.is_recoverable or rerun.after.is_recoverable


def _stays(name: str, before: object, after: object) -> bool:
    if not isinstance(before, dict) or not isinstance(after, dict):
        return True
    one, other = before.get(name), after.get(name)
    return same_time(one, other) if name == "createdAt" else same(one, other)


def _ran_all_along(evidence: Evidence, retry: Exchange) -> bool:
    """Whether the task was seen running before it was to be run again, and nothing tells of an end in between."""
    task_id = retry.path_parameters.get("taskId")
    reads = [read for read in evidence.of("getTask", status=200) if read.path_parameters.get("taskId") == task_id]
    before = [read for read in reads if read.ended <= retry.began]
    after = [read for read in reads if read.began >= retry.ended]
    if not before or is_terminal(_status(before[-1])):
        return False
    if retry.status == 409:
        return True
    if not after or is_terminal(_status(after[0])):
        return False
    streams = [
        stream for stream in evidence.of("getTaskEventStream") if stream.path_parameters.get("taskId") == task_id
    ]
    return not any(
        event.ends_the_task and event.arrived < retry.ended + CATCHING_UP
        for stream in streams
        for event in stream.stream_events
    )


def _last_seen(evidence: Evidence, retry: Exchange) -> Exchange | None:
    """The last reading of the task before the retry, if nobody has asked for another run since."""
    task_id = retry.path_parameters.get("taskId")
    earlier = [
        exchange
        for exchange in evidence.authenticated
        if exchange.path_parameters.get("taskId") == task_id and exchange.ended <= retry.began
    ]
    reads = [exchange for exchange in earlier if exchange.operation == "getTask" and exchange.status == 200]
    if not reads:
        return None
    retried = any(
        exchange.operation == OPERATION and not is_refusal(exchange) and exchange.ended > reads[-1].began
        for exchange in earlier
    )
    return None if retried else reads[-1]


def _status(exchange: Exchange) -> object:
    return exchange.json.get("status") if isinstance(exchange.json, dict) else None
