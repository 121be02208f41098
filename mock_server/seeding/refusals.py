"""Why no tasks are seeded."""


class NoStatus(ValueError):
    """Weights that leave no task any status."""

    def __init__(self) -> None:
        super().__init__("At least one status needs a weight above 0")


class NothingToSeed(ValueError):
    """Not one template for which tasks can be made up."""

    def __init__(self) -> None:
        super().__init__("There is no template among these for which values can be made up")


class TooManyTasks(ValueError):
    """More tasks than a world keeps."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"A world keeps {limit} tasks at most")
