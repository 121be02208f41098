"""Whether the catalog would take an entity: its envelope, the form of its names, and what its kind asks for."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import jsonschema_rs

from mock_server.entity_refs import EntityRef
from mock_server.request import InvalidEntity
from mock_server.template_schema import API_VERSION, ENTITY, SENT_TEMPLATE
from mock_server.violations import compile_schema, violations

_VERSIONS = frozenset({"backstage.io/v1alpha1", "backstage.io/v1beta1"})
_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}


def _spec(*required: str, **optional: dict[str, Any]) -> dict[str, Any]:
    properties = {**dict.fromkeys(required, _TEXT), **optional}
    spec = {"type": "object", "required": list(required), "properties": properties}
    return {"type": "object", "required": ["spec"], "properties": {"spec": spec}}


_DEPENDENT: Mapping[str, dict[str, Any]] = MappingProxyType({"system": _TEXT, "dependsOn": _TEXTS})
_KINDS: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "API": _spec("type", "lifecycle", "owner", "definition", system=_TEXT),
        "Component": _spec(
            "type",
            "lifecycle",
            "owner",
            subcomponentOf=_TEXT,
            providesApis=_TEXTS,
            consumesApis=_TEXTS,
            **_DEPENDENT,
        ),
        "Domain": _spec("owner", subdomainOf=_TEXT, type=_TEXT),
        "Group": _spec("type", "children", children=_TEXTS, parent=_TEXT, members=_TEXTS),
        "Location": _spec(type=_TEXT, target=_TEXT, targets=_TEXTS),
        "Resource": _spec("type", "owner", **_DEPENDENT),
        "System": _spec("owner", domain=_TEXT, type=_TEXT),
        "User": _spec("memberOf", memberOf=_TEXTS),
    }
)
_GUIDE = (
    " To learn more about catalog file format, visit: "
    "https://github.com/backstage/backstage/blob/master/docs/architecture-decisions/"
    "adr002-default-catalog-file-format.md"
)
_NAME_FORM = "a string that is sequences of [a-zA-Z0-9] separated by any of [-_.], at most 63 characters in total"
_NAMESPACE_FORM = "a string that is sequences of [a-z0-9] separated by [-], at most 63 characters in total"
_TAG_FORM = "a string that is sequences of [a-z0-9+#] separated by [-], at most 63 characters in total"
_NAME = re.compile(r"[A-Za-z0-9]+(?:[-_.]+[A-Za-z0-9]+)*")
_NAMESPACE = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")
_TAG = re.compile(r"[a-z0-9+#]+(?:-[a-z0-9+#]+)*")
_MOST = 63


def check_entity(entity: Mapping[str, Any], location: str) -> None:
    """Raises InvalidEntity for an entity that the catalog would not take from this location."""
    _check(_envelope(), entity, lambda message: _error("TypeError", message))
    _check_location(location)
    metadata = entity["metadata"]
    ref = EntityRef(entity["kind"], metadata.get("namespace", "default"), metadata["name"])
    for message in _misformed(metadata):
        cause = {"name": "Error", "message": message}
        raise InvalidEntity([_error("InputError", f"Policy check failed for {ref}; caused by Error: {message}", cause)])
    kind = entity["kind"]
    if kind == "Template" and entity["apiVersion"] == API_VERSION:
        processor = "ScaffolderEntitiesProcessor"
    elif kind in _KINDS and entity["apiVersion"] in _VERSIONS:
        processor = "BuiltinKindsEntityProcessor"
    else:
        message = f"No processor recognized the entity {ref} as valid, possibly caused by a foreign kind or apiVersion"
        raise InvalidEntity([_error("InputError", message)])

    def refused(message: str) -> dict[str, Any]:
        told = f"Processor {processor} threw an error while validating the entity {ref}; caused by TypeError: {message}"
        return _error("InputError", told, {"name": "TypeError", "message": message})

    _check(_of_kind(kind), entity, refused)


def _check_location(location: str) -> None:
    type, colon, target = location.partition(":")
    if not type or not colon or not target:
        message = f"Unable to parse location ref '{location}', expected '<type>:<target>', e.g. 'url:https://host/path'"
        raise InvalidEntity([_error("TypeError", message)])
    if type != "url":
        message = f"Invalid location ref {location}, only 'url:<target>' is supported, e.g. url:https://host/path"
        raise InvalidEntity([_error("TypeError", message)])


def _misformed(metadata: Mapping[str, Any]) -> Iterator[str]:
    tags = [(f"tags.{at}", tag, _TAG, _TAG_FORM) for at, tag in enumerate(metadata.get("tags", ()))]
    for place, value, pattern, form in (
        ("metadata.name", metadata["name"], _NAME, _NAME_FORM),
        ("metadata.namespace", metadata.get("namespace", "default"), _NAMESPACE, _NAMESPACE_FORM),
        *tags,
    ):
        if len(value) > _MOST or not pattern.fullmatch(value):
            yield f'"{place}" is not valid; expected {form} but found {json.dumps(value, ensure_ascii=False)}.{_GUIDE}'


def _check(
    validator: jsonschema_rs.Draft202012Validator,
    entity: Mapping[str, Any],
    refused: Callable[[str], dict[str, Any]],
) -> None:
    for violation in violations(validator, entity):
        argument = "" if violation.argument is None else " - {}: {}".format(*violation.argument)
        raise InvalidEntity([refused(f"{violation}{argument}")])


def _error(name: str, message: str, cause: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"name": name, "message": message} | ({} if cause is None else {"cause": cause})


@cache
def _envelope() -> jsonschema_rs.Draft202012Validator:
    return compile_schema(ENTITY)


@cache
def _of_kind(kind: str) -> jsonschema_rs.Draft202012Validator:
    return compile_schema(SENT_TEMPLATE if kind == "Template" else _KINDS[kind])
