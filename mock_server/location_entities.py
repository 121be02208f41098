"""The entities that the catalog makes by itself: a Location for each file or page that entities come from."""

import hashlib
from pathlib import Path
from typing import Any

from mock_server.entities import Entities, Entity, complete, ref_of
from mock_server.entity_refs import EntityRef

ORIGIN = "backstage.io/managed-by-origin-location"


def location_ref(type: str, target: str) -> EntityRef:
    """The reference of the Location of this type and target."""
    digest = hashlib.sha1(f"{type}:{target}".encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    return EntityRef("location", "default", f"generated-{digest}")


def location_entity(type: str, target: str) -> dict[str, Any]:
    """The Location of this type and target, as it would be written in a file."""
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Location",
        "metadata": {"name": location_ref(type, target).name},
        "spec": {"type": type, "target": target},
    }


def file_location(path: Path) -> dict[str, Any]:
    """The Location of a file, completed."""
    return complete(location_entity("file", str(path.resolve())), path)


def origin_of(entity: Entity) -> tuple[str, str]:
    """The type and the target of the location that an entity comes from."""
    type, _, target = str(entity["metadata"]["annotations"].get(ORIGIN, "")).partition(":")
    return type, target


def location_of(entity: Entity, entities: Entities) -> Entity | None:
    """The Location that an entity comes from, None for one that is a Location of its own making."""
    found = entities.get(location_ref(*origin_of(entity)))
    return None if found is None or ref_of(found) == ref_of(entity) else found
