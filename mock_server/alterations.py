"""Which tasks of a store were altered, for whoever follows all of them."""

from weakref import WeakSet


class Alterations:
    """The tasks that were altered since the last look: new, replaced or no longer kept."""

    __slots__ = ("__weakref__", "_ids")

    def __init__(self) -> None:
        # In the order in which it happened.
        self._ids: dict[str, None] = {}

    def note(self, task_id: str) -> None:
        self._ids[task_id] = None

    def take(self) -> list[str]:
        """Their ids, once."""
        ids, self._ids = list(self._ids), {}
        return ids


class Listeners:
    """Those who want to know, as long as they live."""

    def __init__(self) -> None:
        self._following: WeakSet[Alterations] = WeakSet()

    def add(self) -> Alterations:
        """What is altered from now on."""
        alterations = Alterations()
        self._following.add(alterations)
        return alterations

    def note(self, task_id: str) -> None:
        for alterations in self._following:
            alterations.note(task_id)
