"""The operations of the catalog plugin about locations, which are answered as if they came to something.

What is registered is checked and answered as real, and forgotten: the catalog stays what was loaded.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from mock_server.answers import Answer, json_answer
from mock_server.companions.catalog.cursors import decode_location_cursor
from mock_server.companions.catalog.entity_checks import check_entity
from mock_server.companions.catalog.predicates import Predicate, read_predicate
from mock_server.companions.shape_words import as_json
from mock_server.companions.shapes import Shape, literal, members, of_type, optional, read_as, union
from mock_server.entities import Entities
from mock_server.entity_refs import EntityRef
from mock_server.javascript.keys import ordered
from mock_server.location_entities import location_entity, location_ref, origin_of
from mock_server.request import Call, InvalidRequest, NoSuchEntity

_LOCATION: Shape = members(
    {
        "type": of_type("string"),
        "target": of_type("string"),
        "presence": optional(union(literal("required"), literal("optional"))),
    },
    strict=True,
)
_FIELDS = frozenset({"id", "type", "target", "entityref"})
_TRUE = frozenset({"y", "yes", "true", "1", "on"})


class LocationOperations:
    """What the catalog tells of locations, of which none is ever stored beside the files that were loaded."""

    def __init__(self, present: Callable[[], Entities]) -> None:
        self._present = present

    async def create_location(self, call: Call) -> Answer:
        location = _checked(_LOCATION, call.body)
        type, target = location["type"], location["target"]
        if type != "url":
            raise InvalidRequest('Registered locations must be of an allowed type ["url"]')
        ref = str(location_ref(type, target))
        if call.parameters.get("dryRun", "").strip().lower() not in _TRUE:
            stored = {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, ref)), "type": type, "target": target, "entityRef": ref}
            return json_answer(201, {"location": stored, "entities": []})
        _check_readable(target)
        told = {**location, "id": f"{type}:{target}", "entityRef": ref}
        return json_answer(201, {"exists": False, "location": told, "entities": [_processed(type, target)]})

    async def get_locations(self, _: Call) -> Answer:
        return json_answer(200, [])

    async def get_locations_by_query(self, call: Call) -> Answer:
        body = call.body or {}
        if "cursor" in body:
            if not body["cursor"]:
                raise InvalidRequest("Cursor cannot be empty")
            query = decode_location_cursor(body["cursor"]).get("query")
        else:
            limit = body.get("limit", 1)
            if limit < 1 or limit != int(limit):
                raise InvalidRequest("Limit must be a positive integer >= 1")
            query = read_predicate(body["query"], "Invalid query: ") if "query" in body else None
        _check_fields(query)
        return json_answer(200, {"items": [], "totalItems": 0, "pageInfo": {}})

    async def get_location(self, call: Call) -> Answer:
        raise _unknown(call)

    async def update_location(self, call: Call) -> Answer:
        _checked(_LOCATION, call.body)
        raise _unknown(call)

    async def delete_location(self, call: Call) -> Answer:
        raise _unknown(call)

    async def get_location_by_entity(self, call: Call) -> Answer:
        ref = EntityRef(*(call.parameters[part] for part in ("kind", "namespace", "name")))
        entity = self._present().get(ref)
        if entity is None:
            raise NoSuchEntity(f"found no entity for ref {ref}")
        type, target = origin_of(entity)
        raise NoSuchEntity(f"Found no location with type {type} and target {target}")

    async def analyze_location(self, call: Call) -> Answer:
        generated = {"entity": _suggested(call.body["location"]["target"]), "fields": []}
        return json_answer(200, {"existingEntityFiles": [], "generateEntities": [generated]})

    async def validate_entity(self, call: Call) -> Answer:
        check_entity(call.body["entity"], call.body["location"])
        return Answer(200)


def _checked(shape: Shape, body: Any) -> Mapping[str, Any]:
    if not body:
        raise InvalidRequest("Empty request body")
    found, issues = read_as(shape, body)
    if issues:
        raise InvalidRequest(f"Malformed request: {as_json(issues)}")
    checked: Mapping[str, Any] = found
    return checked


def _unknown(call: Call) -> NoSuchEntity:
    return NoSuchEntity(f"Found no location with ID {call.parameters['id']}")


def _check_readable(target: str) -> None:
    if not target:
        raise InvalidRequest(
            "TypeError: Unable to parse location ref 'url:', expected '<type>:<target>', e.g. 'url:https://host/path'"
        )
    if _host_and_parts(target) is None:
        raise InvalidRequest("Error: Unable to read url, Invalid URL")


def _processed(type: str, target: str) -> dict[str, Any]:
    """The Location as the catalog would serve it before it is stored, without what has not been read there."""
    entity = location_entity(type, target)
    annotations = dict.fromkeys(
        ("backstage.io/managed-by-location", "backstage.io/managed-by-origin-location"), f"{type}:{target}"
    )
    metadata = {"name": entity["metadata"]["name"], "namespace": "default", "annotations": annotations}
    return {**entity, "metadata": metadata}


def _check_fields(query: Predicate | None) -> None:
    """Raises InvalidRequest for a query that asks for what no location has."""
    asked: list[Any] = [query]
    while asked:
        predicate = asked.pop()
        if not isinstance(predicate, Mapping):
            continue
        operator = next((name for name in ("$all", "$any", "$not") if name in predicate), None)
        if operator is not None:
            parts = predicate[operator]
            asked += reversed(parts) if isinstance(parts, list) else [parts]
            continue
        for key, _ in ordered(predicate):
            if key.lower() not in _FIELDS:
                raise InvalidRequest(
                    f"Invalid filter predicate, expected key to be 'id', 'type', 'target', or 'entityRef', got '{key}'"
                )


_SLUGS = {"github.com": "github.com", "gitlab.com": "gitlab.com", "dev.azure.com": "dev.azure.com"}
_SLUGS["bitbucket.org"] = "bitbucket.org"


def _suggested(target: str) -> dict[str, Any]:
    found = _host_and_parts(target)
    if found is None or not found[1]:
        raise InvalidRequest("The given location.target is not a URL")
    host, parts = found
    owner, name = ("", *parts[:1]) if len(parts) == 1 else parts[:2]
    name = name.removesuffix(".git")
    annotations = {"annotations": {f"{_SLUGS[host]}/project-slug": f"{owner}/{name}"}} if host in _SLUGS else {}
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {"name": name, **annotations},
        "spec": {"type": "other", "lifecycle": "unknown"},
    }


def _host_and_parts(url: str) -> tuple[str, list[str]] | None:
    """The host of a URL and the parts of its path, None for a text that is no URL of the web."""
    try:
        split = urlsplit(url.strip())
        host = split.hostname
    except ValueError:
        return None
    if split.scheme not in {"http", "https"} or not host:
        return None
    return host, [part for part in split.path.split("/") if part]
