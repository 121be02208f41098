"""The keys of objects: those that are array indices come first, in the order of numbers."""

from collections.abc import Collection, Mapping
from typing import TypeVar

_LARGEST_INDEX = 2**32 - 2
_LONGEST_INDEX = len(str(_LARGEST_INDEX))

T = TypeVar("T")


def is_array_index(key: str) -> bool:
    """Whether a key is a whole number, written in the one way in which it names an element."""
    return (
        len(key) <= _LONGEST_INDEX
        and key.isascii()
        and key.isdigit()
        and (key[0] != "0" or key == "0")
        and int(key) <= _LARGEST_INDEX
    )


def ordered(members: Mapping[str, T]) -> Collection[tuple[str, T]]:
    """The members in the order in which JavaScript lists them."""
    if not any(map(is_array_index, members)):
        return members.items()
    indices = sorted(filter(is_array_index, members), key=int)
    return [(key, members[key]) for key in [*indices, *(key for key in members if not is_array_index(key))]]
