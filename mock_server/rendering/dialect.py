"""How templates are written, where the action `fetch:template` lets one choose."""

import re
from dataclasses import dataclass
from typing import Final

_CODE = re.compile(r"\$\{\{|\{[%#]|#\}")
_COOKIECUTTER_CODE = re.compile(r"\{[{%#]|#\}")


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
        return (_COOKIECUTTER_CODE if self.cookiecutter else _CODE).search(text) is not None


BACKSTAGE: Final = Dialect()
"""What the texts of a template entity are written in."""
