"""CONS: what was sent comes back, the same in every view, and nothing else does."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.entity_refs import full_ref
from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.lifecycle import Status, is_known, is_terminal, may_follow
from contracts.readings import brief, completion_of, is_settled, same, same_time, went_on
from contracts.rule import Observation, broken, judged, kept, rule
from contracts.rules.lifecycle import origin
from contracts.task_story import AS_CLIENTS_DO, Sighting, TaskStory, listed_tasks

LIST = "#/paths/~1v2~1tasks/get/responses/200"
GET = "#/paths/~1v2~1tasks~1{taskId}/get/responses/200"
CREATE = "#/paths/~1v2~1tasks/post"
SPEC = "#/components/schemas/Task/properties/spec"
NEEDS_A_TASK = "--template and --values, so that a task can be created"
# What the names of the values begin with that the suite adds to those of a template.
MARK = "contractTests"


@rule(
    "CONS-01",
    "The list holds every task that was created, from the moment its creation is answered.",
    source=LIST,
    why="A user looks for the new task in vain.",
    needs=NEEDS_A_TASK,
    probes={"life"},
)
def list_holds_what_was_created(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _lists(evidence):
        listed = {str(task.get("id")) for task in listed_tasks(exchange)}
        expected = [
            story for story in evidence.created_tasks if story.created and story.created.ended <= exchange.began
        ]
        missing = [story for story in expected if story.id not in listed]
        if missing:
            yield broken(
                "listTasks",
                exchange,
                *(story.created for story in missing[:1] if story.created),
                expected=f"task {missing[0].id} among others",
                observed=f"{len(listed)} tasks without it",
            )
        elif expected:
            yield kept("listTasks", exchange)


@rule(
    "CONS-02",
    "The list holds a task once.",
    source=LIST,
    why="A user sees the same task twice and cancels one of them.",
    needs=NEEDS_A_TASK,
    probes={"life", "long-watch"},
)
def list_holds_a_task_once(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _lists(evidence):
        counted = Counter(str(task.get("id")) for task in listed_tasks(exchange))
        if counted:
            id, times = counted.most_common(1)[0]
            yield judged(
                times == 1, "listTasks", exchange, expected=f"task {brief(id)} once", observed=f"{times} times"
            )


@rule(
    "CONS-03",
    "Each task has an id of its own.",
    source=f"{CREATE}/responses/201",
    why="A client that created a task watches another one.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation"},
)
def ids_are_unique(evidence: Evidence) -> Iterator[Observation]:
    first: dict[str, Exchange] = {}
    for exchange in evidence.of("createTask", status=201):
        id = exchange.json.get("id") if isinstance(exchange.json, dict) else None
        if not isinstance(id, str):
            continue
        earlier = first.setdefault(id, exchange)
        yield judged(
            earlier is exchange,
            "createTask",
            exchange,
            earlier,
            expected="an id that no other task has",
            observed=f"{id} again",
        )


@rule(
    "CONS-04",
    "The task that is read is the one that was asked for.",
    source=GET,
    why="A page shows the task of somebody else.",
    needs=NEEDS_A_TASK,
    probes={"life", "existing-tasks"},
)
def task_is_the_one_asked_for(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for sighting in story.polls:
            if sighting.exchange.purpose in AS_CLIENTS_DO:
                shown = sighting.task.get("id")
                yield judged(
                    isinstance(shown, str) and shown.strip().casefold() == story.id.strip().casefold(),
                    "getTask",
                    sighting.exchange,
                    expected=f"the id {story.id}",
                    observed=brief(shown),
                )


@rule(
    "CONS-05",
    "A task is the same in the list as when it is read: who created it, when, and of what.",
    source=LIST,
    why="What the list says and what the page of the task says contradict each other.",
    needs=NEEDS_A_TASK,
    probes={"life", "existing-tasks"},
)
def list_agrees_on_origin(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for read, listed in _neighbours(story):
            one, other = origin(read.task), origin(listed.task)
            if not (_steps(read.task) and _steps(listed.task)):
                one.pop("steps", None)
                other.pop("steps", None)
            different = [
                name
                for name in sorted(one.keys() | other.keys())
                if not (same_time if name == "createdAt" else same)(one.get(name), other.get(name))
            ]
            yield judged(
                not different,
                "listTasks",
                listed.exchange,
                read.exchange,
                expected=", ".join(f"{name} {brief(one.get(name))}" for name in different[:2]),
                observed=", ".join(brief(other.get(name)) for name in different[:2]),
            )


@rule(
    "CONS-06",
    "The list and the task itself agree on how far it is.",
    source=LIST,
    why="The list shows a task as running that has ended, or the other way round.",
    needs=NEEDS_A_TASK,
    probes={"life", "long-watch"},
)
def list_agrees_on_status(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.created_tasks:
        for listed in story.listings:
            if not is_known(listed.status):
                continue
            before = [read for read in story.polls if read.ended <= listed.began and is_known(read.status)]
            after = [read for read in story.polls if read.began >= listed.ended and is_known(read.status)]
            known = max(before, key=lambda read: read.ended, default=None)
            then = min(after, key=lambda read: read.began, default=None)
            too_early = then is not None and not may_follow(Status(listed.status), Status(str(then.status)))
            too_late = known is not None and not may_follow(Status(str(known.status)), Status(listed.status))
            if known is not None or then is not None:
                yield judged(
                    not (too_early or too_late),
                    _behind_or_premature(story, listed, known if too_late else None, then if too_early else None),
                    listed.exchange,
                    *(read.exchange for read in (known if too_late else then,) if read is not None),
                    expected=f"{known.status} or what follows it, since it was read so before"
                    if too_late and known
                    else f"nothing that {then.status if then else ''} cannot follow, as it was read afterwards",
                    observed=str(listed.status),
                )


@rule(
    "CONS-07",
    "The list and the task itself agree on when a task was completed.",
    source=LIST,
    why="The list shows another time, or another duration, than the page of the task.",
    needs=NEEDS_A_TASK,
    probes={"life", "aftermath", "existing-tasks"},
)
def list_agrees_on_the_end(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        if story.created is None and not is_settled(story):
            continue
        for read, listed in _neighbours(story):
            if not (is_terminal(read.status) and is_terminal(listed.status)):
                continue
            one, other = read.task.get("completedAt"), listed.task.get("completedAt")
            yield judged(
                same_time(one, other),
                "listTasks",
                listed.exchange,
                read.exchange,
                expected=f"completedAt {one}",
                observed=brief(other),
            )


@rule(
    "CONS-08",
    "The parameters of a task are the values that it was created with.",
    source=f"{SPEC}/properties/parameters",
    why="Starting a task over starts it with other values than the user gave.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation"},
)
def values_come_back(evidence: Evidence) -> Iterator[Observation]:
    for story, sent, sighting in _sent_and_seen(evidence):
        values, spec = sent.get("values"), sighting.task.get("spec")
        if not isinstance(values, dict):
            continue
        shown = spec.get("parameters") if isinstance(spec, dict) else None
        shown = shown if isinstance(shown, dict) else {}
        judged_values = values if _keeps_what_it_does_not_know(story) else _without_ours(values)
        wrong = [name for name, value in judged_values.items() if name not in shown or not same(value, shown[name])]
        yield judged(
            not wrong,
            sighting.exchange.operation,
            sighting.exchange,
            *([story.created] if story.created else []),
            expected=f"parameters with {wrong[0]} {brief(values[wrong[0]])}" if wrong else "",
            observed=brief(shown.get(wrong[0], "none such")) if wrong else "",
        )


@rule(
    "CONS-09",
    "A task names the template that it was created of.",
    source=f"{SPEC}/properties/templateInfo",
    why="The list shows the task under another template.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation"},
)
def template_comes_back(evidence: Evidence) -> Iterator[Observation]:
    for story, sent, sighting in _sent_and_seen(evidence):
        spec = sighting.task.get("spec")
        info = spec.get("templateInfo") if isinstance(spec, dict) else None
        shown, ref = info.get("entityRef") if isinstance(info, dict) else None, sent.get("templateRef")
        if isinstance(ref, str):
            yield judged(
                isinstance(shown, str) and full_ref(shown) == full_ref(ref),
                sighting.exchange.operation,
                sighting.exchange,
                *([story.created] if story.created else []),
                expected=full_ref(ref),
                observed=brief(shown),
            )


@rule(
    "CONS-10",
    "All tasks that one caller creates are created by the same user.",
    source="#/components/schemas/Task/properties/createdBy",
    why="A user who looks for the tasks of their own misses some.",
    needs=NEEDS_A_TASK,
    probes={"life", "cancellation"},
)
def creator_is_the_same(evidence: Evidence) -> Iterator[Observation]:
    sightings = [sighting for story in evidence.created_tasks for sighting in story.sightings]
    if not sightings:
        return
    usual = Counter(_creator(sighting) for sighting in sightings).most_common(1)[0][0]
    shown = next(sighting for sighting in sightings if _creator(sighting) == usual)
    for sighting in sightings:
        yield judged(
            _creator(sighting) == usual,
            sighting.exchange.operation,
            sighting.exchange,
            shown.exchange,
            expected=f"createdBy {usual}, as of other tasks",
            observed=_creator(sighting),
        )


@rule(
    "CONS-11",
    "Each step of a task has an id of its own.",
    source=f"{SPEC}/properties/steps",
    why="The log lines of two steps are shown under one.",
    needs=NEEDS_A_TASK,
    probes={"life", "existing-tasks"},
)
def step_ids_are_unique(evidence: Evidence) -> Iterator[Observation]:
    for story in evidence.tasks.values():
        for sighting in story.sightings:
            steps = _steps(sighting.task)
            if steps:
                id, times = Counter(str(step.get("id")) for step in steps).most_common(1)[0]
                yield judged(
                    times == 1,
                    sighting.exchange.operation,
                    sighting.exchange,
                    expected=f"one step {brief(id)}",
                    observed=f"{times} of them",
                )


def _lists(evidence: Evidence) -> Iterator[Exchange]:
    """The answers that should hold every task there is."""
    for exchange in evidence.of("listTasks", *AS_CLIENTS_DO, status=200):
        whole = exchange.trouble is None and not exchange.request.query
        if whole and isinstance(exchange.json, dict) and isinstance(exchange.json.get("tasks"), list):
            yield exchange


def _neighbours(story: TaskStory) -> Iterator[tuple[Sighting, Sighting]]:
    """Each listing of a task with the reading of it that is nearest in time."""
    for listed in story.listings if story.polls else ():
        yield min(story.polls, key=lambda read: abs(read.began - listed.began)), listed


def _behind_or_premature(
    story: TaskStory, listed: Sighting, known: Sighting | None, then: Sighting | None
) -> str | None:
    """Which of two views that disagree to blame: the one that is behind, unless the other tells of an end too early.
    `known` was read before the listing that is behind it, `then` was read after the listing that it is behind."""
    if known is not None:
        return "getTask" if went_on(story, known) is not None else "listTasks"
    if then is None:
        return "listTasks"
    if not is_terminal(listed.status):
        return "getTask"
    readings = (*story.whole_logs, *story.whole_streams)
    has_ended = any((end := completion_of(events)) is not None and end.arrived <= then.began for _, events in readings)
    return "getTask" if has_ended and then.status != listed.status and not is_terminal(then.status) else "listTasks"


def _sent_and_seen(evidence: Evidence) -> Iterator[tuple[TaskStory, Mapping[str, Any], Sighting]]:
    for story in evidence.created_tasks:
        if story.created is None or story.created.purpose not in AS_CLIENTS_DO:
            continue
        if isinstance(story.created.sent, dict):
            for sighting in story.sightings:
                yield story, story.created.sent, sighting


def _is_ours(name: str) -> bool:
    return name.startswith(MARK)


def _without_ours(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in values.items() if not _is_ours(name)}


def _keeps_what_it_does_not_know(story: TaskStory) -> bool:
    """Whether the task has any of the values that no template declares: a server may drop them, all or none."""
    specs = [sighting.task.get("spec") for sighting in story.sightings]
    shown = [spec.get("parameters") for spec in specs if isinstance(spec, dict)]
    return any(_is_ours(name) for parameters in shown if isinstance(parameters, dict) for name in parameters)


def _creator(sighting: Sighting) -> str:
    return brief(sighting.task.get("createdBy"))


def _steps(task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    spec = task.get("spec")
    steps = spec.get("steps") if isinstance(spec, dict) else None
    return [step for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []
