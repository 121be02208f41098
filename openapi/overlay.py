"""Apply an OpenAPI Overlay 1.0 document."""

from typing import Any

from openapi.json_path import NotAPath, find


class BrokenOverlay(Exception):
    """An action of an overlay cannot be applied."""


def apply_overlay(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """The document with every `update` of the overlay merged in, in order; the given document stays as it is.

    Objects are merged, an array that is the target gets the update as another entry, arrays within objects are
    concatenated, and everything else is replaced (Overlay 1.0, section 4.4.3). Raises BrokenOverlay for an action that
    removes or does not update, for a target that is no JSONPath and, stricter than the specification, for one that
    finds nothing: an overlay of ours that silently does nothing is a mistake.
    """
    result: dict[str, Any] = _copied(document)
    for action in overlay["actions"]:
        target = action["target"]
        try:
            found = find(target, result)
        except NotAPath as error:
            raise BrokenOverlay(str(error)) from error
        if not found:
            raise BrokenOverlay(f"{target} finds nothing")
        if "update" not in action or action.get("remove"):
            raise BrokenOverlay(f"{target} is not to be updated: an overlay of ours adds and never removes")
        for value in found:
            _merge(value, _copied(action["update"]), target)
    return result


def _copied(value: Any) -> Any:
    # Without the bookkeeping of copy.deepcopy, which JSON does not need: it took most of the time.
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _merge(value: Any, update: Any, target: str) -> None:
    if isinstance(value, list):
        value.append(update)
    elif isinstance(value, dict) and isinstance(update, dict):
        for key, added in update.items():
            kept = value.get(key)
            if isinstance(kept, dict) and isinstance(added, dict):
                _merge(kept, added, target)
            elif isinstance(kept, list) and isinstance(added, list):
                kept.extend(added)
            else:
                value[key] = added
    else:
        raise BrokenOverlay(f"{target} cannot be merged: only objects with objects, and anything into arrays")
