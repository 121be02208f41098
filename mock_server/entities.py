"""The catalog entities that the server knows: loaded from files, completed as the real catalog completes them."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mock_server.entity_refs import EntityRef, MalformedEntityRef, parse_entity_ref
from mock_server.sources import BrokenFile, Source, read_sources, yaml_files
from mock_server.violations import compile_schema, first_mistake

Entity = Mapping[str, Any]

_NAME = "^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"
ENTITY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata"],
    "properties": {
        "apiVersion": {"type": "string", "minLength": 1},
        "kind": {"type": "string", "minLength": 1},
        "metadata": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "maxLength": 63, "pattern": _NAME},
                "namespace": {"type": "string", "maxLength": 63, "pattern": _NAME},
                "title": {"type": "string"},
                "description": {"type": "string"},
                "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
                "tags": {"type": "array", "items": {"type": "string"}},
            },
        },
        "spec": {"type": "object"},
    },
}


class Entities:
    """An immutable set of entities, looked up by reference; the case of a reference does not matter."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._by_ref = MappingProxyType({str(ref_of(entity)): entity for entity in entities})

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._by_ref.values())

    def get(self, ref: EntityRef) -> Entity | None:
        return self._by_ref.get(str(ref))

    def find(self, text: str, *, default_kind: str = "component", default_namespace: str = "default") -> Entity | None:
        """The entity that a text refers to, or None; a text that is no reference refers to nothing."""
        try:
            ref = parse_entity_ref(text, default_kind=default_kind, default_namespace=default_namespace)
        except MalformedEntityRef:
            return None
        return self.get(ref)


def ref_of(entity: Entity) -> EntityRef:
    metadata = entity["metadata"]
    return EntityRef(entity["kind"], metadata.get("namespace", "default"), metadata["name"])


def load_entity_sources(paths: Sequence[Path]) -> list[Source]:
    """The entity documents of files and folders, each checked.

    Raises BrokenFile, also for a second entity of a name.
    """
    validator = compile_schema(ENTITY_SCHEMA)
    sources: list[Source] = []
    seen: dict[str, Source] = {}
    for source in (source for file in _files(paths) for source in read_sources(file)):
        mistake = first_mistake(validator, source.data)
        if mistake is not None:
            raise source.broken(mistake.location, str(mistake))
        ref = str(ref_of(source.data))
        if ref in seen:
            raise source.broken(("metadata", "name"), f"{ref} is already defined in {seen[ref].path}")
        seen[ref] = source
        sources.append(source)
    return sources


def complete(entity: Entity, path: Path) -> dict[str, Any]:
    """The entity as the catalog would serve it, but for its relations: with namespace, location, uid and etag."""
    ref = ref_of(entity)
    location = f"file:{path.resolve()}"
    metadata = entity["metadata"]
    annotations = {
        "backstage.io/managed-by-location": location,
        "backstage.io/managed-by-origin-location": location,
    }
    return {
        "metadata": {
            "namespace": ref.namespace,
            "annotations": annotations | metadata.get("annotations", {}),
            **{key: value for key, value in metadata.items() if key != "annotations"},
            "uid": str(uuid.uuid5(uuid.NAMESPACE_URL, str(ref))),
            "etag": hashlib.sha1(json.dumps(entity, sort_keys=True).encode(), usedforsecurity=False).hexdigest(),
        },
        "apiVersion": entity["apiVersion"],
        "kind": entity["kind"],
        "spec": entity.get("spec", {}),
    }


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        folders = sorted({path, *(folder for folder in path.rglob("*") if folder.is_dir())})
        found = [file for folder in folders for file in yaml_files(folder)]
        if not found:
            raise BrokenFile(path, None, "this folder holds no YAML file")
        yield from found
