"""TEMPL: whether templates mean what they say of their parameters."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.entity_refs import template_path
from contracts.evidence import Evidence
from contracts.exchange import Exchange, Purpose
from contracts.rule import Observation, broken, judged, kept, rule
from contracts.rules.answers import answered, is_refusal, later_lists, mentions, told
from contracts.rules.forms import OPERATION, OPERATION_POINTER, body_of, given_schemas, key_of, properties_of
from contracts.template_values import are_accepted, make_values, pages_of

NEEDS_PARAMETERS = "--template with a template that has parameters"


@rule(
    "TEMPL-11",
    "Values that the parameter schema does not accept are refused with a 4xx when a task is to be created of them.",
    source=f"{OPERATION_POINTER}/description",
    why="The template runs with values that it was never written for, and fails half-way.",
    needs=NEEDS_PARAMETERS,
    probes={"templates"},
)
def wrong_values_are_refused(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("createTask", Purpose.REFUSED_VALUES):
        if answered(exchange):
            yield judged(
                is_refusal(exchange),
                "createTask",
                exchange,
                expected=f"a 4xx for values: {exchange.label}",
                observed=told(exchange),
            )


@rule(
    "TEMPL-12",
    "Values that were refused make no task.",
    source=f"{OPERATION_POINTER}/description",
    why="The user corrects the values and has two tasks, one of which was not wanted.",
    needs=NEEDS_PARAMETERS,
    probes={"templates"},
)
def refused_values_make_no_task(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("createTask", Purpose.REFUSED_VALUES):
        mark = _mark(exchange)
        if mark is None or not is_refusal(exchange):
            continue
        listings = later_lists(evidence, exchange)
        telling = next((listing for listing in listings if mentions(listing, mark)), None)
        if listings:
            yield judged(
                telling is None,
                "createTask",
                exchange,
                *([telling] if telling else []),
                expected="no task of values that were refused",
                observed=f"{mark} in the list of tasks",
            )


@rule(
    "TEMPL-13",
    "Values that the parameter schema accepts make a task.",
    source=f"{OPERATION_POINTER}/description",
    why="The user has filled in the form as it asks to be, and is refused.",
    needs="--template, with --values that its parameter schema accepts",
    probes={"templates", "life"},
)
def accepted_values_are_accepted(evidence: Evidence) -> Iterator[Observation]:
    schemas = {key_of(exchange.path_parameters): schema for exchange, schema in given_schemas(evidence)}
    for exchange in evidence.of("createTask", Purpose.ORDINARY):
        sent = exchange.sent if isinstance(exchange.sent, dict) else {}
        ref, values = sent.get("templateRef"), sent.get("values")
        schema = schemas.get(key_of(template_path(ref))) if isinstance(ref, str) else None
        if schema is None or not isinstance(values, dict) or not are_accepted(schema, values):
            continue
        if exchange.status == 201:
            yield kept("createTask", exchange)
            yield kept(OPERATION, exchange)
        elif exchange.status in {400, 422} and _says_it_all(schema, values) and b"secret" not in body_of(exchange):
            observed = f"{exchange.status} {body_of(exchange).decode(errors='replace')[:200]}"
            if values == make_values(schema):
                expected = "a schema that tells what values have to be like, as nothing else went into these"
                yield broken(OPERATION, exchange, expected=expected, observed=observed)
            yield broken(
                "createTask",
                exchange,
                expected="201, as the parameter schema accepts these values",
                observed=observed,
            )


def _says_it_all(schema: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether nothing but the schema decides over these values: no field of the form's own looks things up for them,
    and none is unknown to the schema."""
    properties = {name: part for page in pages_of(schema) for name, part in properties_of(page)}
    return all(name in properties and "ui:field" not in properties[name] for name in values)


def _mark(exchange: Exchange) -> str | None:
    values = exchange.sent.get("values") if isinstance(exchange.sent, dict) else None
    mark = values.get("contractTests") if isinstance(values, dict) else None
    return mark if isinstance(mark, str) and mark else None
