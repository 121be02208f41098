"""Values that a template has accepted are not looked at again: a form is sent with the same ones again and again."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from mock_server.entities import Entity
from mock_server.templates import check_values

MAX_CHECKS = 500
MAX_CHARACTERS = 10_000


class ValueChecks:
    """Checks values against templates, and remembers which it need not check; those used least are forgotten."""

    def __init__(self, max_checks: int = MAX_CHECKS) -> None:
        self._max_checks = max_checks
        self._accepted: OrderedDict[tuple[int, str], Entity] = OrderedDict()

    def __len__(self) -> int:
        return len(self._accepted)

    def forget(self) -> None:
        """Forget everything."""
        self._accepted.clear()

    def check(self, template: Entity, values: Mapping[str, Any], text: str) -> None:
        """`text` is the JSON of the values. Raises InvalidValues, as `check_values` does."""
        # By identity: a template does not change, and what is kept keeps it alive.
        key = id(template), text
        if self._accepted.get(key) is template:
            self._accepted.move_to_end(key)
            return
        check_values(template, values)
        if len(text) <= MAX_CHARACTERS:
            self._accepted[key] = template
            if len(self._accepted) > self._max_checks:
                self._accepted.popitem(last=False)
