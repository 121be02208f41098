"""How templates are written, where the action `fetch:template` lets one choose."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Dialect:
    """With `cookiecutter`, outputs stand in `{{ }}` and Python's names and methods are known as well.

    With `trim_blocks` a tag takes the line end after it along, with `lstrip_blocks` the indentation before it.
    """

    cookiecutter: bool = False
    trim_blocks: bool = False
    lstrip_blocks: bool = False

    def is_spoken_in(self, text: str) -> bool:
        """Whether a text is anything but itself: a template, or malformed."""
        opening = "{{" if self.cookiecutter else "${{"
        return opening in text or "{%" in text or "{#" in text or "#}" in text


BACKSTAGE: Final = Dialect()
"""What the texts of a template entity are written in."""
