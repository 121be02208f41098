"""TEMPL and AUTO: what expressions can use can be looked up, and providers suggest nothing to strangers."""

from collections.abc import Iterator

from contracts.evidence import Evidence
from contracts.labels import NO_CREDENTIALS, UNKNOWN_PROVIDER
from contracts.rule import BACKSTAGE_ONLY, Level, Observation, judged, rule
from contracts.rules.answers import NEEDS_THE_TARGET, answered, is_refusal, told

EXTENSIONS = "#/components/schemas/TemplatingExtensions/properties/filters"
OPERATION = "getTemplatingExtensions"
AUTOCOMPLETE = "#/paths/~1v2~1autocomplete~1{provider}~1{resource}/post"
# Every Backstage has them.
BUILT_IN = ("parseEntityRef", "parseRepoUrl", "pick", "projectSlug")


@rule(
    "TEMPL-14",
    "Of every filter it is said what it takes and what it gives.",
    source=f"{EXTENSIONS}/additionalProperties/properties/schema",
    why="The page of the extensions shows a name, and nothing that helps to write a template.",
    needs="a target that lists filters",
    probes={"extensions"},
    level=Level.SHOULD,
    profiles=BACKSTAGE_ONLY,
)
def filters_have_schemas(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(OPERATION, status=200):
        filters = exchange.json.get("filters") if isinstance(exchange.json, dict) else None
        for name, found in filters.items() if isinstance(filters, dict) else ():
            schema = found.get("schema") if isinstance(found, dict) else None
            yield judged(
                isinstance(schema, dict) and "input" in schema and "output" in schema,
                OPERATION,
                exchange,
                expected=f"a schema of {name[:60]} with input and output",
                observed=f"{schema!r:.80}",
            )


@rule(
    "TEMPL-15",
    "The filters that every Backstage has are there.",
    source="the templates of scaffolder-backend 4.2.0",
    why="Templates that use one of them come out with the expression in place of its value.",
    needs=NEEDS_THE_TARGET,
    probes={"extensions"},
    level=Level.SHOULD,
    profiles=BACKSTAGE_ONLY,
)
def built_in_filters_are_there(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of(OPERATION, status=200):
        filters = exchange.json.get("filters") if isinstance(exchange.json, dict) else None
        missing = [name for name in BUILT_IN if not isinstance(filters, dict) or name not in filters]
        yield judged(
            not missing,
            OPERATION,
            exchange,
            expected=", ".join(BUILT_IN),
            observed=f"no {', '.join(missing)}",
        )


@rule(
    "AUTO-01",
    "A provider that there is not is refused with 400.",
    source=f"{AUTOCOMPLETE}/responses/400",
    why="A field of the form is empty, and the author of the template does not learn that its provider is misspelt.",
    needs=NEEDS_THE_TARGET,
    probes={"extensions"},
    profiles=BACKSTAGE_ONLY,
)
def unknown_provider_is_refused(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("autocomplete"):
        if exchange.label == UNKNOWN_PROVIDER and answered(exchange):
            yield judged(exchange.status == 400, exchange.operation, exchange, expected="400", observed=told(exchange))


@rule(
    "AUTO-02",
    "Who asks for suggestions without the user's token at the provider, or with an empty one, is refused.",
    source="#/components/schemas/AutocompleteRequest/properties/token/description",
    why="Users are shown what the server may see, and not what they may.",
    needs=NEEDS_THE_TARGET,
    probes={"extensions"},
    profiles=BACKSTAGE_ONLY,
)
def token_of_the_provider_is_needed(evidence: Evidence) -> Iterator[Observation]:
    for exchange in evidence.of("autocomplete"):
        if exchange.label == NO_CREDENTIALS and answered(exchange):
            yield judged(
                is_refusal(exchange), exchange.operation, exchange, expected="a refusal", observed=told(exchange)
            )
