"""Apply an OpenAPI Overlay 1.0 document."""

import copy
from typing import Any

from jsonpath_ng.exceptions import JsonPathParserError
from jsonpath_ng.ext import parse


class BrokenOverlay(Exception):
    """An action of an overlay cannot be applied."""


def apply_overlay(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """The document with every `update` of the overlay merged in, in order; the given document stays as it is.

    Objects are merged, arrays are extended, and everything else is replaced (Overlay 1.0, section 4.4.3). Raises
    BrokenOverlay for an action without `update`, a target that is no JSONPath, and one that finds nothing: an overlay
    that silently does nothing is a mistake.
    """
    result = copy.deepcopy(document)
    for action in overlay["actions"]:
        target = action["target"]
        try:
            found = parse(target).find(result)
        except JsonPathParserError as error:
            raise BrokenOverlay(f"{target} is not a JSONPath: {error}") from error
        if not found:
            raise BrokenOverlay(f"{target} finds nothing")
        if "update" not in action:
            raise BrokenOverlay(f"{target} has no update: an overlay of ours adds and never removes")
        for match in found:
            _merge(match.value, copy.deepcopy(action["update"]), target)
    return result


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
        raise BrokenOverlay(f"{target} is neither an object nor an array")
