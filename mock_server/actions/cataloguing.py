"""`catalog:fetch` and `catalog:write`."""

from typing import Any

from mock_server.actions.failures import ActionFailed, FileSystemError
from mock_server.actions.workbench import TEMPLATE_REF, Executor, Input, Output, Workbench
from mock_server.actions.workspace import File
from mock_server.actions.yaml_text import yaml_text
from mock_server.entities import Entities
from mock_server.entity_refs import EmptyEntityRef, KindlessEntityRef, MalformedEntityRef, parse_entity_ref
from mock_server.redaction import MASK

DEFAULT_PATH = "catalog-info.yaml"


class NotAnObject(ActionFailed):
    """What JavaScript says when a member is read of what has none."""

    name = "TypeError"


class UnreadableRef(ActionFailed):
    """A text that is no entity reference."""

    name = "TypeError"


def fetch_entities(input: Input, entities: Entities) -> Output:
    """The entities that a reference, or a list of them, leads to. Raises ActionFailed."""
    single, several, optional = input.get("entityRef"), input.get("entityRefs"), input.get("optional", False)
    if not single and several is None:
        if optional:
            return {}
        raise ActionFailed("Missing entity reference or references")
    found: Output = {}
    if single:
        found["entity"] = _entity(single, input, entities)
    if several is not None:
        found["entities"] = [_entity(ref, input, entities) for ref in several]
    return found


def _entity(ref: str, input: Input, entities: Entities) -> Any:
    # A reference in which a secret went is masked before it comes here, and leads nowhere.
    entity = None if ref == MASK else _found(ref, input, entities)
    if entity is None and not input.get("optional"):
        raise ActionFailed(f"Entity {ref} not found")
    return entity


def _found(ref: str, input: Input, entities: Entities) -> Any:
    kind, namespace = input.get("defaultKind", ""), input.get("defaultNamespace") or "default"
    try:
        return entities.get(parse_entity_ref(ref, default_kind=kind, default_namespace=namespace))
    except (EmptyEntityRef, KindlessEntityRef) as error:
        raise ActionFailed(str(error)) from error
    except MalformedEntityRef as error:
        raise UnreadableRef(str(error)) from error


def _fetch(input: Input, bench: Workbench) -> Output:
    bench.budget.spend(len(input.get("entityRefs", ())))
    return fetch_entities(input, bench.entities)


def _write(input: Input, bench: Workbench) -> Output:
    path, entity = input.get("filePath", DEFAULT_PATH), input["entity"]
    bench.log(f"Writing {path}")
    metadata = entity.get("metadata")
    if metadata is None:
        shown = "null" if "metadata" in entity else "undefined"
        raise NotAnObject(f"Cannot read properties of {shown} (reading 'annotations')")
    metadata = metadata if isinstance(metadata, dict) else {}
    annotations = metadata.get("annotations")
    annotations = annotations if isinstance(annotations, dict) else {}
    source = {"backstage.io/source-template": TEMPLATE_REF}
    written = {**entity, "metadata": {**metadata, "annotations": {**annotations, **source}}}
    place = bench.workspace.locate(path)
    if not place:
        raise FileSystemError("EISDIR", "open", bench.workspace.absolute(place))
    bench.workspace.write(place, File.of_text(yaml_text(written, bench.budget)))
    return {}


CATALOGUING: dict[str, Executor] = {"catalog:fetch": _fetch, "catalog:write": _write}
