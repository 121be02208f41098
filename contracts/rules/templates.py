"""TEMPL: what templates say of their parameters."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.entity_refs import template_path
from contracts.evidence import Evidence
from contracts.exchange import Exchange, Purpose
from contracts.json_schema import accepts, dangling_references, is_schema
from contracts.rule import Level, Observation, judged, kept, rule
from contracts.rules.answers import NEEDS_THE_TARGET, answered, told
from contracts.rules.forms import OPERATION, OPERATION_POINTER, given_schemas, key_of, properties_of
from contracts.template_values import pages_of

SCHEMA = f"{OPERATION_POINTER}/responses/200/content/application~1json/schema"
UNKNOWN = f"{OPERATION_POINTER}/responses/404"
NEEDS_A_TEMPLATE = "--template, so that there is a template to ask for"
SHOWN = 5


@rule(
    "TEMPL-01",
    "A template that tasks are created of has a parameter schema.",
    source=f"{OPERATION_POINTER}/responses/200",
    why="The form of a template that works cannot be drawn.",
    needs="--template and --values, so that a task can be created",
    probes={"templates", "life"},
)
def templates_in_use_have_a_schema(evidence: Evidence) -> Iterator[Observation]:
    used = {key_of(template_path(ref)): exchange for ref, exchange in _created(evidence)}
    for exchange in evidence.of(OPERATION, Purpose.ORDINARY):
        creation = used.get(key_of(exchange.path_parameters))
        if creation is not None and answered(exchange):
            yield judged(
                exchange.status == 200,
                OPERATION,
                exchange,
                creation,
                expected="200 for a template that a task was created of",
                observed=told(exchange),
            )


@rule(
    "TEMPL-02",
    "A parameter schema is a JSON Schema, or a form whose steps each hold one.",
    source=SCHEMA,
    why="A client looks for the fields of the form and finds none.",
    needs=NEEDS_A_TEMPLATE,
    probes={"templates"},
)
def forms_hold_schemas(evidence: Evidence) -> Iterator[Observation]:
    for exchange, schema in given_schemas(evidence):
        steps = schema.get("steps")
        if not isinstance(steps, list):
            yield kept(OPERATION, exchange)
            continue
        bare = [step for step in steps if not isinstance(step, dict) or not isinstance(step.get("schema"), dict)]
        yield judged(
            not bare,
            OPERATION,
            exchange,
            expected="an object as the schema of each step",
            observed=f"a step {str(bare[:1])[1:-1][:200]}",
        )


@rule(
    "TEMPL-03",
    "The JSON Schemas of parameters are valid.",
    source=SCHEMA,
    why="The form that is made from the schema breaks, or checks nothing.",
    needs=NEEDS_A_TEMPLATE,
    probes={"templates"},
)
def schemas_are_valid(evidence: Evidence) -> Iterator[Observation]:
    for exchange, page in pages(evidence):
        yield judged(
            is_schema(page), OPERATION, exchange, expected="a valid JSON Schema", observed=str(dict(page))[:200]
        )


@rule(
    "TEMPL-04",
    "The JSON Schemas of parameters let an object pass, as values are one.",
    source=SCHEMA,
    why="No values at all can be right.",
    needs=NEEDS_A_TEMPLATE,
    probes={"templates"},
)
def schemas_describe_objects(evidence: Evidence) -> Iterator[Observation]:
    for exchange, page in pages(evidence):
        kind = page.get("type", "object")
        yield judged(
            "object" in (kind if isinstance(kind, list) else [kind]),
            OPERATION,
            exchange,
            expected="a schema of an object",
            observed=f"one of type {kind}",
        )


@rule(
    "TEMPL-05",
    "References within the JSON Schema of parameters lead somewhere.",
    source=SCHEMA,
    why="A client that follows them cannot compile the schema at all.",
    needs=NEEDS_A_TEMPLATE,
    probes={"templates"},
)
def references_lead_somewhere(evidence: Evidence) -> Iterator[Observation]:
    for exchange, page in pages(evidence):
        dangling = dangling_references(page, exchange.json)
        yield judged(
            not dangling,
            OPERATION,
            exchange,
            expected="the schema to hold what it refers to",
            observed=f"nothing at {', '.join(dangling[:SHOWN])}",
        )


@rule(
    "TEMPL-06",
    "The names that a schema requires are among the properties that it describes.",
    source=SCHEMA,
    why="The form has no field for what it must be given: it cannot be sent.",
    needs=NEEDS_A_TEMPLATE,
    probes={"templates"},
    level=Level.SHOULD,
)
def required_names_are_described(evidence: Evidence) -> Iterator[Observation]:
    for exchange, page in pages(evidence):
        required = page.get("required")
        described = _described(page, 0)
        missing = [
            name
            for name in (required if isinstance(required, list) else ())
            if isinstance(name, str) and name not in described
        ]
        yield judged(
            not missing,
            OPERATION,
            exchange,
            expected="a property for each required name",
            observed=f"none for {', '.join(missing[:SHOWN])}",
        )


@rule(
    "TEMPL-07",
    "The default of a parameter is a value that the parameter accepts.",
    source=SCHEMA,
    why="Who changes nothing in the form is refused.",
    needs=NEEDS_A_TEMPLATE,
    probes={"templates"},
    level=Level.SHOULD,
)
def defaults_are_accepted(evidence: Evidence) -> Iterator[Observation]:
    for exchange, page in pages(evidence):
        refused = [
            name
            for name, schema in properties_of(page)
            if "default" in schema and accepts(schema, schema["default"], page) is False
        ]
        yield judged(
            not refused,
            OPERATION,
            exchange,
            expected="defaults that the schema accepts",
            observed=f"others for {', '.join(refused[:SHOWN])}",
        )


@rule(
    "TEMPL-08",
    "The choices of a parameter are values of its type.",
    source=SCHEMA,
    why="A choice that the form offers is refused.",
    needs=NEEDS_A_TEMPLATE,
    probes={"templates"},
    level=Level.SHOULD,
)
def choices_are_of_the_type(evidence: Evidence) -> Iterator[Observation]:
    for exchange, page in pages(evidence):
        wrong = [
            f"{choice!r} for {name}"
            for name, schema in properties_of(page)
            if isinstance(schema.get("enum"), list) and "type" in schema
            for choice in schema["enum"]
            if accepts({"type": schema["type"]}, choice) is False
        ]
        yield judged(
            not wrong,
            OPERATION,
            exchange,
            expected="choices of the declared type",
            observed=", ".join(wrong[:SHOWN]),
        )


@rule(
    "TEMPL-09",
    "A template that does not exist is not found: 404, or 400 where its name or kind can be none.",
    source=UNKNOWN,
    why="A client shows the form of another template, or an error that it does not understand.",
    needs=NEEDS_THE_TARGET,
    probes={"templates"},
)
def unknown_templates_are_not_found(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(OPERATION, Purpose.UNKNOWN_TEMPLATE):
        if not answered(exchange):
            continue
        allowed = {403, 404} if _can_be_one(exchange.path_parameters) else {400, 403, 404, 414}
        yield judged(
            exchange.status in allowed,
            OPERATION,
            exchange,
            expected=f"404 for {exchange.label}",
            observed=told(exchange),
        )


@rule(
    "TEMPL-10",
    "The parameter schema of a template is the same whenever it is asked for.",
    source=OPERATION_POINTER,
    why="What the user filled in does not fit what is checked a moment later.",
    needs=NEEDS_A_TEMPLATE,
    probes={"templates"},
)
def schema_stays_the_same(evidence: Evidence) -> Iterator[Observation]:
    first: dict[tuple[str, ...], Exchange] = {}
    for exchange in evidence.of(OPERATION, Purpose.ORDINARY, status=200):
        if not isinstance(exchange.json, dict):
            continue
        before = first.setdefault(key_of(exchange.path_parameters), exchange)
        if before is not exchange:
            yield judged(
                pages_of(exchange.json) == pages_of(before.json),
                OPERATION,
                exchange,
                before,
                expected="the same schema as before",
                observed="another one",
            )


def pages(evidence: Evidence) -> Iterator[tuple[Exchange, Mapping[str, Any]]]:
    """The JSON Schema of each page; a form without pages has none, and an empty one in its place."""
    for exchange, schema in given_schemas(evidence):
        for page in pages_of(schema) or [{}]:
            yield exchange, page


def _described(schema: Any, depth: int) -> set[str]:
    """The names that the schema has properties for, in whatever branch."""
    if depth > SHOWN or not isinstance(schema, dict):
        return set()
    properties, patterns = schema.get("properties"), schema.get("patternProperties")
    names = set(properties) if isinstance(properties, dict) else set()
    required = schema.get("required")
    if "$ref" in schema or patterns or isinstance(schema.get("additionalProperties"), dict):
        names |= {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
    inner: list[Any] = [schema.get(key) for key in ("if", "then", "else")]
    for key in ("allOf", "anyOf", "oneOf"):
        inner += schema[key] if isinstance(schema.get(key), list) else []
    for key in ("dependencies", "dependentSchemas"):
        inner += schema[key].values() if isinstance(schema.get(key), dict) else []
    return names.union(*(_described(part, depth + 1) for part in inner))


def _created(evidence: Evidence) -> Iterator[tuple[str, Exchange]]:
    for exchange in evidence.of("createTask", status=201):
        ref = exchange.sent.get("templateRef") if isinstance(exchange.sent, dict) else None
        if isinstance(ref, str):
            yield ref, exchange


def _can_be_one(path: Mapping[str, str]) -> bool:
    """Whether there could be a template of that name: entities are named with letters, digits and `-_.`, and a kind
    that has no templates is no matter of looking one up."""
    names = (path.get("namespace", ""), path.get("name", ""))
    plain = all(len(name) <= 63 and name.isascii() and name.strip("-_.") for name in names)
    return (
        plain
        and all(char.isalnum() or char in "-_." for name in names for char in name)
        and path.get("kind", "").lower() == "template"
    )
