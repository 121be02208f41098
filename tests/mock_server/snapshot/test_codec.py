"""Dataclasses as JSON and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest

from mock_server.snapshot.codec import InvalidSnapshot, decode, encode


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Leaf:
    colour: Colour
    is_fresh: bool = True


@dataclass(frozen=True, slots=True)
class Tree:
    first_leaf: Leaf
    leaves: tuple[Leaf, ...] = ()
    height: int | None = None
    label: str | int | None = None
    rest: Mapping[str, Any] | None = None


TREE = Tree(Leaf(Colour.RED, False), (Leaf(Colour.BLUE), Leaf(Colour.RED)), 3, "oak", {"a": [None]})


def test_a_dataclass_is_json_without_what_has_its_default():
    assert encode(TREE) == {
        "firstLeaf": {"colour": "red", "isFresh": False},
        "leaves": [{"colour": "blue"}, {"colour": "red"}],
        "height": 3,
        "label": "oak",
        "rest": {"a": [None]},
    }
    assert encode(Tree(Leaf(Colour.RED))) == {"firstLeaf": {"colour": "red"}}


@pytest.mark.parametrize("tree", [TREE, Tree(Leaf(Colour.BLUE)), Tree(Leaf(Colour.BLUE), label=7)])
def test_json_is_the_same_dataclass_again(tree):
    assert decode(Tree, encode(tree)) == tree


LEAF = {"colour": "red"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "/ must be an object"),
        ({}, "/ must have 'firstLeaf'"),
        ({"firstLeaf": LEAF, "nope": 1}, "/ must have no 'nope'"),
        ({"firstLeaf": {"colour": "green"}}, "/firstLeaf/colour must be one of red, blue"),
        ({"firstLeaf": {"colour": []}}, "/firstLeaf/colour must be one of red, blue"),
        ({"firstLeaf": {**LEAF, "isFresh": 1}}, "/firstLeaf/isFresh must be true or false"),
        ({"firstLeaf": LEAF, "leaves": {}}, "/leaves must be an array"),
        ({"firstLeaf": LEAF, "leaves": [LEAF, 3]}, "/leaves/1 must be an object"),
        ({"firstLeaf": LEAF, "height": 1.5}, "/height must be an integer that JavaScript has, too"),
        ({"firstLeaf": LEAF, "height": True}, "/height must be an integer that JavaScript has, too"),
        ({"firstLeaf": LEAF, "height": 2**60}, "/height must be an integer that JavaScript has, too"),
        ({"firstLeaf": LEAF, "height": float("inf")}, "/height must be an integer that JavaScript has, too"),
        ({"firstLeaf": LEAF, "label": []}, "/label must be a string"),
        ({"firstLeaf": LEAF, "rest": []}, "/rest must be an object"),
    ],
)
def test_a_mistake_is_told_with_its_place(data, message):
    with pytest.raises(InvalidSnapshot) as refused:
        decode(Tree, data)
    assert str(refused.value) == message
