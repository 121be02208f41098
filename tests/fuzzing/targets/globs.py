"""Globs of actions: read or refused on a budget, and simple ones match as anywhere else."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from mock_server.actions.failures import InvalidActionInput
from mock_server.actions.globs import Globs
from mock_server.actions.workspace import File, Folder
from mock_server.rendering import Budget, Limits, RenderingError
from tests.fuzzing.target import Target, bytes_of, text_of

_LIMITS = Limits(steps=10_000)
_SIMPLE = re.compile(r"(?:[a-c?*]|/(?!/))+")


def check(data: bytes) -> None:
    """The last line is the path, the others are the patterns."""
    *patterns, path = text_of(data).split("\n")
    parts = tuple(path.split("/"))
    try:
        for node in (File(b""), Folder()):
            is_match = Globs(patterns, [("src",)], Budget(_LIMITS)).match(parts, node)
            assert isinstance(is_match, bool)
    except (InvalidActionInput, RenderingError) as refused:
        assert str(refused)
        return
    is_match = Globs(patterns, [], Budget(_LIMITS)).match(parts, File(b""))
    if len(patterns) == 1 and _SIMPLE.fullmatch(patterns[0]) and "**" not in patterns[0] and all(parts):
        segments = patterns[0].split("/")
        if all(segments):
            fits = len(segments) == len(parts) and all(map(fnmatchcase, parts, segments))
            assert is_match is fits, (patterns, path)


def seeds() -> Iterator[bytes]:
    for text in (
        "**/*.md\n!docs/**\nsrc/a.md",
        "src\nsrc/index.ts",
        "{a,b}/[a-c]?.txt\na/b1.txt",
        "!(x|y)/*\nz/w",
        "a/+(b|c)/@(d)\na/bc/d",
        "*/b?/c\na/bc/c",
        "\\*/a[!b]\n*/ac",
    ):
        yield bytes_of(text)


TARGET = Target(
    "globs",
    check,
    seeds,
    ("**", "*", "?", "[!", "]", "{a,", "}", "!(", "+(", "@(", "?(", "|", ")", "\\", "./", "../", "//", "[z-a]", "[]"),
)
