"""Finds names that are almost the documented ones."""

from typing import Any

SHORTEST = 4


def misspelt(value: Any, names: Any) -> str | None:
    """The first field that is missing while one of almost its name is there, in a sentence; None if there is none.

    `names` are the documented names: a mapping of them to what is below, or a list of one for an array.
    """
    if isinstance(names, list) and isinstance(value, list):
        return next((found for item in value if (found := misspelt(item, names[0]))), None)
    if not isinstance(names, dict) or not isinstance(value, dict):
        return None
    for missing in names.keys() - value.keys():
        for odd in value.keys() - names.keys():
            if almost(odd, missing):
                return f"{odd!r} in place of {missing!r}"
    return next((found for name in names if name in value and (found := misspelt(value[name], names[name]))), None)


def almost(odd: str, name: str) -> bool:
    """Whether they differ in nothing but case and separators, or in a single letter."""
    left, right = _bare(odd), _bare(name)
    if left == right:
        return True
    if min(len(left), len(right)) < SHORTEST:
        return False
    shorter, longer = sorted((left, right), key=len)
    same = 0
    while same < len(shorter) and shorter[same] == longer[same]:
        same += 1
    if len(longer) == len(shorter):
        swapped = shorter[same : same + 2] == longer[same : same + 2][::-1]
        return shorter[same + 1 :] == longer[same + 1 :] or (swapped and shorter[same + 2 :] == longer[same + 2 :])
    return shorter[same:] == longer[same + 1 :]


def _bare(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
