"""What validating may cost, since anybody may post a schema."""

from collections.abc import Iterable, Iterator

from mock_server.validation.invalid_schema import InvalidSchema

STEPS = 100_000
"""Work allowed for one validation; a step is about a microsecond. The forms that people write take some hundreds."""

NESTING = 128
"""Levels allowed in a schema or an instance."""

VALUES = 500_000
"""Values allowed in a schema or an instance, counting shared ones each time they occur."""

CHARACTERS = 4_000_000
"""Length allowed for all errors together, when written as JSON, roughly."""

CHARACTERS_PER_STEP = 100
_CHARACTERS_PER_VALUE = 8
_SHARED = ("schema", "instance")


class Budget:
    """The steps that one validation has left."""

    def __init__(self, steps: int = STEPS) -> None:
        self._left = steps

    def spend(self, steps: int) -> None:
        """Take `steps` off, or refuse when they are no longer there."""
        self._left -= steps
        if self._left < 0:
            raise InvalidSchema("the schema takes too long to apply")

    def spend_on(self, characters: int) -> None:
        """Take off what it takes to write `characters` characters."""
        self.spend(characters // CHARACTERS_PER_STEP)


def check_extent(value: object) -> None:
    """Refuse a value that is nested too deeply, or too large, to be walked through."""
    level = [value]
    seen = 0
    for _ in range(NESTING):
        level = [member for node in level if isinstance(node, dict | list) for member in _members(node)]
        if not level:
            return
        seen += len(level)
        if seen > VALUES:
            raise InvalidSchema(f"the document has more than {VALUES} values")
    raise InvalidSchema(f"the document is nested more than {NESTING} levels deep")


def affordable(errors: Iterable[dict[str, object]]) -> Iterator[dict[str, object]]:
    """The leading errors that are not too long together: each repeats its schema and its instance.

    Raises `InvalidSchema` if the first one is too long already.
    """
    left = CHARACTERS
    weights: dict[int, int] = {}
    for position, error in enumerate(errors):
        left -= sum(weight(error[name], left + 1) for name in error if name not in _SHARED)
        # Many errors share these, which outlive the loop, so that no two have one id.
        for shared in (error[name] for name in _SHARED if name in error):
            if id(shared) not in weights:
                weights[id(shared)] = weight(shared, left + 1)
            left -= weights[id(shared)]
        if left < 0 and position == 0:
            raise InvalidSchema("the errors are too long to report")
        if left < 0:
            return
        yield error


def weight(value: object, limit: int = CHARACTERS) -> int:
    """About how many characters the value has as JSON; from `limit` on, no more are counted."""
    total = 0
    pending = [value]
    while pending and total < limit:
        node = pending.pop()
        total += len(node) if isinstance(node, str) else _CHARACTERS_PER_VALUE
        if isinstance(node, dict):
            total += sum(map(len, node))
        if isinstance(node, dict | list):
            pending.extend(_members(node))
    return total


def _members(node: dict[str, object] | list[object]) -> Iterable[object]:
    return node.values() if isinstance(node, dict) else node
