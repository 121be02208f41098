"""DRY: templates that are run without anything coming of it."""

import re
from collections.abc import Iterator
from typing import Any

from contracts import dry_runs
from contracts.dry_runs import CLOSING, OPENING
from contracts.evidence import Evidence
from contracts.exchange import Exchange, Purpose
from contracts.rule import PUBLISHED_ONLY, Level, Observation, judged, rule
from contracts.rules.answers import answered, told
from contracts.rules.dry_run_results import (
    NEEDS_A_RUN,
    OPERATION,
    POINTER,
    PROBES,
    REQUEST,
    RESULT,
    UNFINISHED,
    are_plain,
    files_of,
    list_of,
    results,
    template_steps,
    text_in,
)

SAID = re.compile(f"{re.escape(OPENING)}(.*?){re.escape(CLOSING)}", re.DOTALL)
SHOWN = 3
NEEDS_STEPS = "a target that has the action debug:log (in profile backstage, fetch:plain will do)"
NEEDS_MESSAGES = "a target that has the action debug:log and shows its messages"


@rule(
    "DRY-01",
    "A dry run of a template that can be run, with values that it accepts, is answered with 200.",
    source=f"{POINTER}/responses/200",
    why="Whoever writes templates cannot try them out.",
    needs=NEEDS_A_RUN,
    probes=PROBES,
)
def good_templates_run(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(OPERATION, Purpose.ORDINARY):
        # Without a known action, the template has no steps, and not every server takes such a one.
        has_to = exchange.label == dry_runs.ACCEPTED and bool(template_steps(exchange))
        if answered(exchange) and (exchange.status == 200 or (has_to and exchange.status != 403)):
            yield judged(exchange.status == 200, OPERATION, exchange, expected="200", observed=told(exchange))


@rule(
    "DRY-02",
    "A dry run needs no initial directory contents.",
    source=f"{REQUEST}/directoryContents",
    why="A client that leaves out what is optional is refused.",
    needs=NEEDS_A_RUN,
    probes=PROBES,
    profiles=PUBLISHED_ONLY,
)
def contents_are_optional(evidence: Evidence) -> Iterator[Observation]:
    if not any(True for exchange in results(evidence) if exchange.label == dry_runs.ACCEPTED):
        return
    for exchange in evidence.of(OPERATION, Purpose.ORDINARY):
        if answered(exchange) and exchange.label == dry_runs.WITHOUT_CONTENTS:
            yield judged(
                exchange.status == 200,
                OPERATION,
                exchange,
                expected="200 without directoryContents, too",
                observed=told(exchange),
            )


@rule(
    "DRY-03",
    "The steps of the result are those of the template, each once, in its order, with their ids and names.",
    source=f"{RESULT}/steps",
    why="The log cannot be sorted under the steps, and the preview shows another template.",
    needs=NEEDS_STEPS,
    probes=PROBES,
)
def steps_come_back(evidence: Evidence) -> Iterator[Observation]:
    for exchange in results(evidence):
        steps = template_steps(exchange)
        if steps and are_plain(steps):
            wanted = [(step["id"], step["name"]) for step in steps]
            given = [(step.get("id"), step.get("name")) for step in list_of(exchange, "steps")]
            ids = [id for id, _ in given]
            yield judged(
                _is_within(wanted, given) and all(ids.count(id) == 1 for id, _ in wanted),
                OPERATION,
                exchange,
                expected=f"the steps {_named(wanted)}, each once",
                observed=_named(given) or "no step",
            )


@rule(
    "DRY-04",
    "When a dry run has been answered, each of its steps is over, and none has failed.",
    source=f"{RESULT}/steps/items/properties/status",
    why="The preview waits for a step that never ends, or shows a fault that there was not.",
    needs=NEEDS_STEPS,
    probes=PROBES,
    profiles=PUBLISHED_ONLY,
)
def steps_are_over(evidence: Evidence) -> Iterator[Observation]:
    for exchange in results(evidence):
        steps = template_steps(exchange)
        if exchange.label != dry_runs.ACCEPTED or not steps or not are_plain(steps):
            continue
        for step in list_of(exchange, "steps"):
            status = step.get("status")
            if isinstance(status, str):
                yield judged(
                    status.lower() not in UNFINISHED | {"failed", "cancelled", "error"},
                    OPERATION,
                    exchange,
                    expected=f"step {step.get('id')} to be completed",
                    observed=status,
                )


@rule(
    "DRY-05",
    "A dry run that has steps has a log; if that tells of any of its steps, it tells of all of them.",
    source=f"{RESULT}/log",
    why="Whoever writes templates cannot see what a step did, and takes it for one that was left out.",
    needs=NEEDS_STEPS,
    probes=PROBES,
)
def log_tells_of_all_steps(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _runs_with_steps(evidence):
        wanted = {step["id"] for step in template_steps(exchange)}
        told_of = _logged_steps(exchange) & wanted
        yield judged(
            bool(list_of(exchange, "log")) or not list_of(exchange, "steps"),
            OPERATION,
            exchange,
            expected="an entry in the log, as steps were run",
            observed="none",
        )
        yield judged(
            not told_of or told_of == wanted,
            OPERATION,
            exchange,
            expected=f"entries for the steps {', '.join(sorted(wanted))}",
            observed=f"none for {', '.join(sorted(wanted - told_of))}",
        )


@rule(
    "DRY-06",
    "A dry run runs with the values that were sent with it.",
    source=f"{REQUEST}/values",
    why="The preview is that of other values, perhaps of somebody else's.",
    needs=NEEDS_A_RUN,
    probes=PROBES,
)
def values_are_used(evidence: Evidence) -> Iterator[Observation]:
    for exchange in results(evidence):
        sent = _sent_text(exchange)
        if exchange.label not in {dry_runs.ACCEPTED, dry_runs.WITHOUT_CONTENTS} or not isinstance(sent, str):
            continue
        # A server that has no expressions, or another kind of them, leaves the text as it is.
        said = [text for part in ("log", "output") for text in _said(exchange, part) if not _is_raw(text)]
        other = [text for text in said if text != sent]
        yield judged(
            not other, OPERATION, exchange, expected=f"{sent} for `parameters.text`", observed=f"{other[:SHOWN]}"
        )


@rule(
    "DRY-07",
    "What a template puts out, and what its steps say, is in the result of a dry run, rendered.",
    source=f"{RESULT}/output",
    why="The links and texts that the user gets in the end cannot be checked beforehand.",
    needs=NEEDS_STEPS,
    probes=PROBES,
    level=Level.SHOULD,
)
def output_is_rendered(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _runs_with_steps(evidence):
        sent = _sent_text(exchange)
        in_output = _said(exchange, "output")
        yield judged(
            sent in in_output,
            OPERATION,
            exchange,
            expected=f"a text with {sent} in the output",
            observed=str(exchange.json.get("output"))[:200],
        )
        yield judged(
            sent in _said(exchange, "log"),
            OPERATION,
            exchange,
            expected=f"a message with {sent} in the log",
            observed=f"{len(list_of(exchange, 'log'))} other entries",
        )


@rule(
    "DRY-08",
    "The same dry run has the same result.",
    source=POINTER,
    why="What the preview shows is no promise of what will be.",
    needs=NEEDS_A_RUN,
    probes=PROBES,
    level=Level.SHOULD,
)
def result_stays_the_same(evidence: Evidence) -> Iterator[Observation]:
    first: dict[bytes, Exchange] = {}
    for exchange in results(evidence):
        before = first.setdefault(exchange.request.body or b"", exchange)
        if before is not exchange and exchange.label == dry_runs.ACCEPTED:
            differences = [
                part
                for part in ("steps", "directoryContents", "output")
                if _essence(before)[part] != _essence(exchange)[part]
            ]
            yield judged(
                not differences,
                OPERATION,
                exchange,
                before,
                expected="the same steps, files and output as before",
                observed=f"other {', '.join(differences)}",
            )


@rule(
    "DRY-20",
    "The entries of the log of a dry run name the step that they are of, one of the template.",
    source=f"{RESULT}/log",
    why="The preview sorts the log under the steps: an entry of no step is not shown.",
    needs=NEEDS_STEPS,
    probes=PROBES,
    level=Level.SHOULD,
)
def log_names_its_steps(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _runs_with_steps(evidence):
        known = {step["id"] for step in template_steps(exchange)}
        logged = _logged_steps(exchange)
        yield judged(
            bool(logged) and logged <= known,
            OPERATION,
            exchange,
            expected=f"entries for the steps {', '.join(sorted(known))}",
            observed=", ".join(sorted(logged)) or "none that names a step",
        )


@rule(
    "DRY-21",
    "If either of the output and the messages of a dry run is rendered, the other one is, too.",
    source=f"{RESULT}/output",
    why="Half of the preview shows expressions where the run itself has values.",
    needs=NEEDS_MESSAGES,
    probes=PROBES,
)
def all_or_nothing_is_rendered(evidence: Evidence) -> Iterator[Observation]:
    for exchange in _runs_with_steps(evidence):
        sent = _sent_text(exchange)
        output, log = _said(exchange, "output"), _said(exchange, "log")
        for part, shown, other, rendered in (("output", output, "log", log), ("log", log, "output", output)):
            if shown and sent in rendered:
                yield judged(
                    not all(map(_is_raw, shown)),
                    OPERATION,
                    exchange,
                    expected=f"values in the {part}, as there are in the {other}",
                    observed=f"{shown[0]} in the {part}",
                )


def _runs_with_steps(evidence: Evidence) -> Iterator[Exchange]:
    for exchange in results(evidence):
        if exchange.label == dry_runs.ACCEPTED and template_steps(exchange):
            yield exchange


def _logged_steps(exchange: Exchange) -> set[str]:
    return {step for entry in list_of(exchange, "log") if (step := text_in(entry, "stepId")) is not None}


def _is_within(wanted: list[Any], given: list[Any]) -> bool:
    """Whether all that is wanted is there in that order; there may be more."""
    rest = iter(given)
    return all(any(item == found for found in rest) for item in wanted)


def _sent_text(exchange: Exchange) -> Any:
    values = exchange.sent.get("values") if isinstance(exchange.sent, dict) else None
    return values.get("text") if isinstance(values, dict) else None


def _said(exchange: Exchange, part: str) -> list[str]:
    """What a part of the result shows between the two marks."""
    return [text for found in _strings(exchange.json.get(part), 0) for text in SAID.findall(found)]


def _is_raw(text: str) -> bool:
    """Whether the expression stands there, not its value."""
    return "{{" in text


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict) and depth < SHOWN * 3:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item, depth + 1)


def _essence(exchange: Exchange) -> dict[str, Any]:
    """The result without what may differ from run to run."""
    return {
        "steps": [(step.get("id"), step.get("name"), step.get("status")) for step in list_of(exchange, "steps")],
        "directoryContents": {str(file.get("path")): file.get("base64Content") for file in files_of(exchange)},
        "output": exchange.json.get("output"),
    }


def _named(steps: list[Any]) -> str:
    return ", ".join(f"{id} ({name})" for id, name in steps)
