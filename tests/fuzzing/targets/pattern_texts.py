"""The judge's reading of the patterns of a document: whatever a target publishes, texts for it are short."""

from collections.abc import Iterator

from contracts.pattern_texts import LONGEST_TEXT, texts_for
from tests.fuzzing.target import Target, bytes_of, text_of


def check(data: bytes) -> None:
    assert all(len(text) <= LONGEST_TEXT for text in texts_for(text_of(data)))


def seeds() -> Iterator[bytes]:
    yield from map(
        bytes_of,
        (
            "^[a-z0-9]+(-[a-z0-9]+)*$",
            "^(?:a|b){2,3}\\d?$",
            "[^\\s]{1,63}\\.\\w+",
            "(?=x)y*\\u0041",
            "((a{200}){200}){200}",
        ),
    )


TARGET = Target(
    "pattern_texts",
    check,
    seeds,
    (
        "(?:",
        "(?=",
        "(?<n>",
        "\\d",
        "\\w",
        "[^",
        "a-z",
        "]",
        "{1,3}",
        "{999999999,}",
        "*",
        "+?",
        "|",
        "\\u0041",
        "^",
        "$",
    ),
)
