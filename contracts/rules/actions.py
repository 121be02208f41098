"""ACT: the catalogue of actions."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from contracts.evidence import Evidence
from contracts.exchange import Exchange
from contracts.json_schema import dangling_references, is_schema
from contracts.lifecycle import Status
from contracts.rule import Level, Observation, broken, judged, kept, rule
from contracts.task_story import TaskStory

LIST = "#/paths/~1v2~1actions/get"
ITEMS = f"{LIST}/responses/200/content/application~1json/schema"
SCHEMA = "#/components/schemas/Action/properties/schema"
OPERATION = "listActions"
NEEDS_A_LIST = "a target that lists its actions"
NEEDS_A_TASK = "--template and --values, so that a task can be created whose steps complete"
SHOWN = 5


@rule(
    "ACT-01",
    "Each action is listed once.",
    source=ITEMS,
    why="Which of two actions of one id a template gets is anybody's guess.",
    needs=NEEDS_A_LIST,
    probes={"actions"},
)
def ids_are_unique(evidence: Evidence) -> Iterator[Observation]:
    for exchange, actions in _lists(evidence):
        twice = [id for id, count in Counter(_ids(actions)).items() if count > 1]
        yield judged(
            not twice,
            OPERATION,
            exchange,
            expected="every id once",
            observed=f"more than one action {', '.join(twice[:SHOWN])}",
        )


@rule(
    "ACT-02",
    "There is at least one action.",
    source=LIST,
    why="No template can do anything, and the page of actions is empty.",
    needs=NEEDS_A_LIST,
    probes={"actions"},
    level=Level.SHOULD,
)
def there_are_actions(evidence: Evidence) -> Iterator[Observation]:
    for exchange, actions in _lists(evidence):
        yield judged(bool(actions), OPERATION, exchange, expected="some action", observed="an empty list")


@rule(
    "ACT-03",
    "The input and the output of an action are described by valid JSON Schemas.",
    source=SCHEMA,
    why="A form or a check that is made from the schema breaks.",
    needs=NEEDS_A_LIST,
    probes={"actions"},
)
def schemas_are_valid(evidence: Evidence) -> Iterator[Observation]:
    for exchange, place, schema in _schemas(evidence):
        yield judged(
            is_schema(schema),
            OPERATION,
            exchange,
            expected=f"a JSON Schema as {place}",
            observed=str(schema)[:200],
        )


@rule(
    "ACT-04",
    "The schemas of an action let an object pass, as inputs and outputs are objects.",
    source=SCHEMA,
    why="Nothing that a template gives to the action, or takes from it, can be right.",
    needs=NEEDS_A_LIST,
    probes={"actions"},
)
def schemas_describe_objects(evidence: Evidence) -> Iterator[Observation]:
    for exchange, place, schema in _schemas(evidence):
        if schema is False or not isinstance(schema, dict | bool):
            yield broken(OPERATION, exchange, expected=f"a schema of an object as {place}", observed=str(schema))
            continue
        kind = schema.get("type", "object") if isinstance(schema, dict) else "object"
        kinds = kind if isinstance(kind, list) else [kind]
        yield judged(
            "object" in kinds,
            OPERATION,
            exchange,
            expected=f"a schema of an object as {place}",
            observed=f"one of type {kind}",
        )


@rule(
    "ACT-05",
    "References within the schema of an action lead somewhere.",
    source=SCHEMA,
    why="A client that follows them cannot compile the schema at all.",
    needs=NEEDS_A_LIST,
    probes={"actions"},
)
def references_lead_somewhere(evidence: Evidence) -> Iterator[Observation]:
    for exchange, place, schema in _schemas(evidence):
        dangling = dangling_references(schema, exchange.json)
        yield judged(
            not dangling,
            OPERATION,
            exchange,
            expected=f"{place} to hold what it refers to",
            observed=f"nothing at {', '.join(dangling[:SHOWN])}",
        )


@rule(
    "ACT-06",
    "The actions that tasks run are in the list.",
    source=LIST,
    why="Who writes a template does not find an action that is there.",
    needs=NEEDS_A_TASK,
    probes={"actions", "life"},
)
def actions_that_run_are_listed(evidence: Evidence) -> Iterator[Observation]:
    lists = list(_lists(evidence))
    if not lists:
        return
    listed = {id for _, actions in lists for id in _ids(actions)}
    for story in evidence.created_tasks:
        for action, told in _actions_run(story).items():
            yield judged(
                action in listed,
                OPERATION,
                lists[-1][0],
                told,
                expected=f"{action}, which task {story.id} has run",
                observed=f"{len(listed)} other actions",
            )


@rule(
    "ACT-07",
    "Whoever asks for the actions gets the same ones.",
    source=LIST,
    why="An action is there in one moment and gone in the next.",
    needs=NEEDS_A_LIST,
    probes={"actions"},
)
def list_stays_the_same(evidence: Evidence) -> Iterator[Observation]:
    lists = [
        (exchange, actions)
        for exchange in evidence.of(OPERATION, status=200)
        if (actions := _actions(exchange)) is not None
    ]
    for exchange, actions in lists[1:]:
        before, after = set(_ids(lists[0][1])), set(_ids(actions))
        yield judged(
            before == after,
            OPERATION,
            exchange,
            lists[0][0],
            expected="the same actions as before",
            observed=f"a difference in {', '.join(sorted(before ^ after)[:SHOWN])}",
        )


@rule(
    "ACT-08",
    "The names that a schema requires are among the properties that it describes.",
    source=SCHEMA,
    why="A form that is made from the schema has no field for what it must be given.",
    needs=NEEDS_A_LIST,
    probes={"actions"},
    level=Level.SHOULD,
)
def required_names_are_described(evidence: Evidence) -> Iterator[Observation]:
    for exchange, place, schema in _schemas(evidence):
        described = schema.get("properties") if isinstance(schema, dict) else None
        required = schema.get("required") if isinstance(schema, dict) else None
        undescribed = [
            name
            for name in (required if isinstance(required, list) else ())
            if isinstance(name, str) and isinstance(described, dict) and name not in described
        ]
        yield judged(
            not undescribed,
            OPERATION,
            exchange,
            expected=f"a property of {place} for each required name",
            observed=f"none for {', '.join(undescribed[:SHOWN])}",
        )


@rule(
    "ACT-09",
    "An example of an action is YAML in a text.",
    source="#/components/schemas/Action",
    why="The page of actions shows examples; one that is no YAML misleads whoever copies it.",
    needs=NEEDS_A_LIST,
    probes={"actions"},
    level=Level.SHOULD,
)
def examples_are_yaml(evidence: Evidence) -> Iterator[Observation]:
    seen = False
    for exchange, actions in _lists(evidence):
        for action in actions:
            if "examples" in action:
                seen = True
                yield judged(
                    _are_examples(action["examples"]),
                    OPERATION,
                    exchange,
                    expected=f"a list of examples of {action.get('id')}, each with YAML as `example`",
                    observed=str(action["examples"])[:200],
                )
        if not seen:
            # Examples are no part of the document: none are as good as good ones.
            yield kept(OPERATION, exchange)


def _are_examples(examples: Any) -> bool:
    return isinstance(examples, list) and all(
        isinstance(example, dict) and isinstance(example.get("example"), str) and _is_yaml(example["example"])
        for example in examples
    )


def _is_yaml(text: str) -> bool:
    try:
        list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        return False
    return True


def _lists(evidence: Evidence) -> Iterator[tuple[Exchange, list[Mapping[str, Any]]]]:
    """The lists that were given, the same one only once."""
    seen = set()
    for exchange in evidence.of(OPERATION, status=200):
        actions = _actions(exchange)
        if actions is not None and exchange.response and exchange.response.body not in seen:
            seen.add(exchange.response.body)
            yield exchange, actions


def _actions(exchange: Exchange) -> list[Mapping[str, Any]] | None:
    if not isinstance(exchange.json, list):
        return None
    return [action for action in exchange.json if isinstance(action, dict)]


def _ids(actions: list[Mapping[str, Any]]) -> list[str]:
    return [action["id"] for action in actions if isinstance(action.get("id"), str)]


def _schemas(evidence: Evidence) -> Iterator[tuple[Exchange, str, Any]]:
    """Each schema of each action, with its name; null is no schema, but a matter of the document's own schema.

    A list without any is one with nothing wrong: actions need not have schemas.
    """
    for exchange, actions in _lists(evidence):
        found = [
            (exchange, f"the {side} of {action.get('id')}", action["schema"][side])
            for action in actions
            for side in ("input", "output")
            if isinstance(action.get("schema"), dict) and action["schema"].get(side) is not None
        ]
        yield from found or [(exchange, "no schema at all", {})]


def _actions_run(story: TaskStory) -> Mapping[str, Exchange]:
    """The actions that a task is known to have run, each with what tells it: those of the steps that are told to have
    completed, and those of all steps without a condition if the task has completed."""
    completed = _completed_steps(story)
    found: dict[str, Exchange] = {}
    for sighting in story.sightings:
        spec = sighting.task.get("spec")
        steps = spec.get("steps") if isinstance(spec, dict) else None
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict) and isinstance(step.get("action"), str):
                has_run = sighting.status == Status.COMPLETED and not {"if", "each"} & step.keys()
                told = sighting.exchange if has_run else completed.get(str(step.get("id")))
                if told is not None:
                    found.setdefault(step["action"], told)
    return found


def _completed_steps(story: TaskStory) -> Mapping[str, Exchange]:
    told = [(exchange, exchange.log_events) for exchange in story.logs]
    told += [(exchange, exchange.stream_events) for exchange in story.streams]
    return {
        event.body["stepId"]: exchange
        for exchange, events in told
        for event in events
        if event.body.get("status") == "completed" and isinstance(event.body.get("stepId"), str)
    }
