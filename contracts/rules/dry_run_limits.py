"""DRY: what a dry run leaves as it was, and what it does not take."""

from collections.abc import Iterator

from contracts import dry_runs
from contracts.evidence import Evidence
from contracts.exchange import Exchange, Purpose
from contracts.profile import Allowance
from contracts.rule import Level, Observation, judged, kept, rule
from contracts.rules.answers import NEEDS_THE_TARGET, answered, is_refusal, later_lists, mentions, told
from contracts.rules.dry_run_results import (
    NEEDS_A_RUN,
    OPERATION,
    POINTER,
    PROBES,
    REQUEST,
    UNFINISHED,
    files_of,
    list_of,
    text_in,
)


@rule(
    "DRY-13",
    "A dry run makes no task.",
    source=f"{POINTER}/description",
    why="What was only to be tried out is really done.",
    needs="a target that lists its tasks",
    probes=PROBES,
)
def no_task_is_made(evidence: Evidence) -> Iterator[Observation]:
    name = dry_runs.dry_run_name(evidence.marker)
    runs = [exchange for exchange in evidence.of(OPERATION) if name.encode() in (exchange.request.body or b"")]
    seen: set[int] = set()
    for exchange in runs:
        for listing in later_lists(evidence, exchange):
            if listing.number not in seen:
                seen.add(listing.number)
                yield judged(
                    not mentions(listing, name),
                    OPERATION,
                    exchange,
                    listing,
                    expected="no task of a dry run in the list",
                    observed=f"one of the template or with the values {name}",
                )


@rule(
    "DRY-14",
    "The template of a dry run is not kept.",
    source=f"{POINTER}/description",
    why="A half-finished template can be run by everybody, or takes the place of the real one.",
    needs=NEEDS_THE_TARGET,
    probes=PROBES,
)
def template_is_not_kept(evidence: Evidence) -> Iterator[Observation]:
    runs = [exchange for exchange in evidence.of(OPERATION, Purpose.ORDINARY) if exchange.label == dry_runs.ACCEPTED]
    for exchange in evidence.of("getTemplateParameterSchema", Purpose.UNKNOWN_TEMPLATE):
        if runs and answered(exchange) and exchange.label == dry_runs.AFTERWARDS:
            yield judged(
                exchange.status != 200,
                OPERATION,
                runs[0],
                exchange,
                expected="no parameter schema of the template afterwards",
                observed=told(exchange),
            )


@rule(
    "DRY-15",
    "A dry run takes the values that its template accepts; if it refuses any that are not accepted, it refuses all of "
    "them, with a 4xx.",
    source=f"{REQUEST}/values",
    why="A template that was tried out with values is refused with them when it matters, or the other way round.",
    needs=NEEDS_A_RUN,
    probes=PROBES,
)
def values_are_checked_all_or_none(evidence: Evidence) -> Iterator[Observation]:
    refused = _with_wrong_values(evidence)
    for exchange in evidence.of(OPERATION, Purpose.ORDINARY):
        if exchange.label == dry_runs.ACCEPTED and exchange.status == 200:
            yield kept(OPERATION, exchange)
    if any(is_refusal(exchange) for exchange in refused):
        yield from map(_refuses, refused)


@rule(
    "DRY-16",
    "What is no template is refused with a 4xx.",
    source=f"{POINTER}/description",
    why="Whoever writes templates is told that all is well with one that cannot be run.",
    needs=NEEDS_THE_TARGET,
    probes=PROBES,
    level=Level.SHOULD,
)
def what_is_no_template_is_refused(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(OPERATION, Purpose.HOSTILE):
        if exchange.label == dry_runs.NO_TEMPLATE and answered(exchange):
            yield judged(
                is_refusal(exchange), OPERATION, exchange, expected="a 4xx for no template", observed=told(exchange)
            )


@rule(
    "DRY-17",
    "A step whose action there is not does not complete: the dry run is refused, or the step has failed.",
    source=POINTER,
    why="A misspelt action is only noticed when the template is run in earnest.",
    needs=NEEDS_THE_TARGET,
    probes=PROBES,
    level=Level.SHOULD,
)
def unknown_actions_are_told(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(OPERATION, Purpose.HOSTILE):
        if exchange.label == dry_runs.UNKNOWN_ACTION and answered(exchange):
            steps = list_of(exchange, "steps") if exchange.status == 200 else []
            statuses = [str(step["status"]) for step in steps if "status" in step]
            statuses += [str(status) for entry in list_of(exchange, "log") if (status := text_in(entry, "status"))]
            yield judged(
                is_refusal(exchange) or any(status not in UNFINISHED | {"completed"} for status in statuses),
                OPERATION,
                exchange,
                expected="a 4xx, or a step that has not completed",
                observed=f"{told(exchange)} {', '.join(statuses)}",
            )


@rule(
    "DRY-18",
    "A file outside the workspace is refused with a 4xx, or kept within.",
    source=f"{REQUEST}/directoryContents/description",
    why="A dry run overwrites what does not belong to it, or the client does when it unpacks the result.",
    needs=NEEDS_THE_TARGET,
    probes=PROBES,
    level=Level.SHOULD,
)
def workspace_is_closed(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(OPERATION, Purpose.HOSTILE):
        if exchange.label == dry_runs.OUTSIDE and answered(exchange):
            paths = [str(file.get("path")) for file in files_of(exchange)]
            outside = [path for path in paths if dry_runs.leads_outside(path)]
            yield judged(
                is_refusal(exchange) or (exchange.status == 200 and not outside),
                OPERATION,
                exchange,
                expected="a 4xx, or no path that leads outside",
                observed=f"{told(exchange)} {', '.join(outside)}",
            )


@rule(
    "DRY-22",
    "A file whose content is no base64 is refused with a 4xx, or kept as far as it goes: it does not become empty.",
    source=f"{REQUEST}/directoryContents/description",
    why="The preview shows an empty file, and nobody is told that its content was lost on the way.",
    needs=NEEDS_THE_TARGET,
    probes=PROBES,
    level=Level.SHOULD,
)
def garbage_does_not_vanish(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(OPERATION, Purpose.HOSTILE):
        if exchange.label == dry_runs.NO_BASE64 and answered(exchange):
            path = dry_runs.GARBAGE["path"]
            contents = [file.get("base64Content") for file in files_of(exchange) if file.get("path") == path]
            is_there = bool(contents) or evidence.contract.profile.allows(Allowance.CONTENTS_ARE_REQUIRED)
            yield judged(
                is_refusal(exchange) or (exchange.status == 200 and is_there and all(contents)),
                OPERATION,
                exchange,
                expected=f"a 4xx, or a {path} that is not empty",
                observed=f"{told(exchange)}, {'an empty one' if contents else 'none'}",
            )


@rule(
    "DRY-19",
    "A dry run refuses the values that its template does not accept, with a 4xx.",
    source=f"{REQUEST}/values",
    why="A template that was tried out with values is refused with them when it matters.",
    needs=NEEDS_A_RUN,
    probes=PROBES,
    level=Level.SHOULD,
)
def values_are_checked(evidence: Evidence) -> Iterator[Observation]:
    yield from map(_refuses, _with_wrong_values(evidence))


def _with_wrong_values(evidence: Evidence) -> list[Exchange]:
    return [exchange for exchange in evidence.of(OPERATION, Purpose.REFUSED_VALUES) if answered(exchange)]


def _refuses(exchange: Exchange) -> Observation:
    return judged(
        is_refusal(exchange),
        OPERATION,
        exchange,
        expected=f"a 4xx for values: {exchange.label}",
        observed=told(exchange),
    )
