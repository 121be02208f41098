"""Template entities: which there are, the form of each, and what a task of one starts from."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from mock_server.entities import Entities, Entity, complete, load_entity_sources, ref_of
from mock_server.entity_refs import EntityRef, parse_entity_ref
from mock_server.location_entities import file_location
from mock_server.permissions import EVERYTHING, READ_PAGE, READ_STEP, Permits
from mock_server.relations import relate
from mock_server.sources import Location, Source
from mock_server.template_schema import API_VERSION, LOADED_TEMPLATE, SENT_TEMPLATE
from mock_server.validation import InvalidSchema, validate, validate_secrets
from mock_server.violations import Violation, compile_schema, first_mistake, violations


class UnusableTemplate(Exception):
    """A template of a kind or version that the Scaffolder does not run; the message is the real server's."""


class InvalidTemplate(ValueError):
    """A value that is no template; the message is the real server's."""

    def __init__(self, violation: Violation) -> None:
        argument = "" if violation.argument is None else " - {}: {}".format(*violation.argument)
        super().__init__(f"{violation}{argument}")


class UnknownTemplate(LookupError):
    """No template of this reference is loaded."""

    def __init__(self, ref: EntityRef) -> None:
        super().__init__(f"Template {ref} not found")


class InvalidValues(Exception):
    """Values or secrets that the template does not accept; `errors` as npm jsonschema reports them."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors[0]["stack"])
        self.errors = errors


class Catalog:
    """The loaded entities, and the templates among them."""

    def __init__(self, entities: Entities) -> None:
        self.entities = entities

    def template(self, ref: EntityRef) -> Entity:
        """A template that can be run. Raises UnusableTemplate or UnknownTemplate."""
        if ref.kind.lower() != "template":
            raise UnusableTemplate("Invalid kind, only 'Template' kind is supported")
        entity = self.entities.get(ref)
        if entity is None:
            raise UnknownTemplate(ref)
        if entity["apiVersion"] != API_VERSION:
            raise UnusableTemplate(f"Unsupported apiVersion field in schema entity, {entity['apiVersion']}")
        return entity

    @property
    def template_refs(self) -> list[str]:
        """The references of the templates that can be run, in the order of the alphabet."""
        return sorted(
            str(ref_of(entity))
            for entity in self.entities
            if entity["kind"].lower() == "template" and entity["apiVersion"] == API_VERSION
        )


def parse_template_ref(text: str) -> EntityRef:
    """A `templateRef` of a request. Raises MalformedEntityRef."""
    return parse_entity_ref(text, default_kind="template")


def load_catalog(paths: Sequence[Path], *, knows_legacy: bool = True) -> Catalog:
    """Load and check every entity of these files and folders, and make a Location of each file.

    Raises BrokenFile at the first mistake. Without `knows_legacy`, templates of another version are passed over.
    """
    validator = _loaded_template_validator()
    sources = load_entity_sources(paths)
    entities = [
        (ref_of(location), location)
        for location in (file_location(path) for path in dict.fromkeys(source.path for source in sources))
    ]
    for source in sources:
        is_template = source.data["kind"].lower() == "template"
        if is_template and source.data["apiVersion"] != API_VERSION and not knows_legacy:
            continue
        if is_template and source.data["apiVersion"] == API_VERSION:
            mistake = first_mistake(validator, source.data)
            if mistake is not None:
                raise source.broken(mistake.location, str(mistake))
            _check_schemas(source)
        entities.append((ref_of(source.data), complete(source.data, source.path)))
    return Catalog(Entities(relate(entities)))


@cache
def _loaded_template_validator() -> jsonschema_rs.Draft202012Validator:
    return compile_schema(LOADED_TEMPLATE)


@cache
def _sent_template_validator() -> jsonschema_rs.Draft202012Validator:
    return compile_schema(SENT_TEMPLATE)


def check_template(template: Any) -> None:
    """That a value is a v1beta3 template. Raises InvalidTemplate, or UnusableTemplate for another version or kind."""
    found = violations(_sent_template_validator(), template, unfolded=True)
    if not found:
        return
    identity = [violation.rule for violation in found if violation.location in {("kind",), ("apiVersion",)}]
    if identity and set(identity) == {"enum"}:
        raise UnusableTemplate("Input template is not a template")
    raise InvalidTemplate(found[0])


def pages(template: Entity) -> list[Mapping[str, Any]]:
    """The pages of the form: one for a single object of parameters, none for no parameters."""
    parameters = template["spec"].get("parameters", [])
    return parameters if isinstance(parameters, list) else [parameters]


def permitted(template: Entity, permits: Permits) -> Entity:
    """The template without the pages and steps that somebody may not read."""
    if permits is EVERYTHING:
        return template
    spec = {**template["spec"], "steps": permits.parts(READ_STEP, template["spec"]["steps"])}
    if isinstance(spec.get("parameters"), list):
        spec["parameters"] = permits.parts(READ_PAGE, spec["parameters"])
    elif "parameters" in spec and not permits.parts(READ_PAGE, [spec["parameters"]]):
        del spec["parameters"]
    return {**template, "spec": spec}


def parameter_schema(template: Entity) -> dict[str, Any]:
    """The answer of `getTemplateParameterSchema`, with the keys in the order of the real server."""
    metadata, spec = template["metadata"], template["spec"]
    decorators = spec.get("formDecorators", spec.get("EXPERIMENTAL_formDecorators"))
    optional = {
        "presentation": spec.get("presentation"),
        "description": metadata.get("description"),
        "ui:options": metadata.get("ui:options"),
    }
    schema = {"title": metadata.get("title", metadata["name"])}
    schema |= {key: value for key, value in optional.items() if value is not None}
    schema["steps"] = [_form_step(page) for page in pages(template)]
    return schema | ({} if decorators is None else {"formDecorators": decorators})


def _form_step(page: Mapping[str, Any]) -> dict[str, Any]:
    title = page.get("title")
    step = {"title": "Please enter the following information" if title is None else title}
    if "description" in page:
        step["description"] = page["description"]
    return step | {"schema": page}


def check_values(template: Entity, values: Mapping[str, Any]) -> None:
    """Hold the values against each page. Raises InvalidValues with the errors of the first page that refuses them."""
    for page in pages(template):
        errors = validate(values, page)
        if errors:
            raise InvalidValues(errors)


def check_secrets(template: Entity, secrets: Mapping[str, str]) -> None:
    """Hold the secrets against `spec.secrets.schema`, if there is one. Raises InvalidValues, without any secret."""
    schema = template["spec"].get("secrets", {}).get("schema")
    if schema is not None:
        errors = validate_secrets(secrets, schema)
        if errors:
            raise InvalidValues(errors)


def _check_schemas(source: Source) -> None:
    for location, schema in _schemas(source.data["spec"]):
        for within, subschema in _subschemas(location, schema):
            pattern = subschema.get("pattern")
            try:
                validate({}, subschema if within == location else {})
                validate("", {"pattern": pattern} if isinstance(pattern, str) else {})
            except InvalidSchema as error:
                raise source.broken(within, f"no JSON Schema: {error}") from error


def _subschemas(location: Location, schema: Any) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    """A schema and those inside it, where the keywords of JSON Schema have them."""
    if not isinstance(schema, dict):
        return
    yield location, schema
    for keyword in ("properties", "patternProperties", "dependencies", "definitions"):
        members = schema.get(keyword)
        for name, member in members.items() if isinstance(members, dict) else ():
            yield from _subschemas((*location, keyword, name), member)
    for keyword in ("allOf", "anyOf", "oneOf"):
        members = schema.get(keyword)
        for index, member in enumerate(members) if isinstance(members, list) else ():
            yield from _subschemas((*location, keyword, index), member)
    for keyword in ("items", "additionalProperties", "not", "if", "then", "else"):
        yield from _subschemas((*location, keyword), schema.get(keyword))


def _schemas(spec: Mapping[str, Any]) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    parameters = spec.get("parameters", [])
    if isinstance(parameters, list):
        yield from ((("spec", "parameters", index), page) for index, page in enumerate(parameters))
    else:
        yield ("spec", "parameters"), parameters
    yield ("spec", "secrets", "schema"), spec.get("secrets", {}).get("schema", {})


def base_url(template: Entity) -> str:
    """Where the relative paths of a loaded template start: its source location without `url:`."""
    annotations = template["metadata"]["annotations"]
    location = str(annotations.get("backstage.io/source-location", annotations["backstage.io/managed-by-location"]))
    if location.startswith("file:") and not location.startswith("file://"):
        return f"file://{location.removeprefix('file:')}"
    return location.removeprefix("url:")
