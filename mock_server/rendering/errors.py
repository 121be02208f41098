"""What can go wrong while a template is read or rendered."""


class RenderingError(Exception):
    """A template cannot be rendered: it is malformed, it fails, or it asks for too much.

    `offset` is where in the source that is, if it is known.
    """

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset

    def happened_at(self, offset: int) -> None:
        """Say where, unless something within has said it more exactly."""
        if self.offset is None:
            self.offset = offset

    def told(self, source: str) -> str:
        """The message with the line and the column of the source, as the real renderer words it."""
        if self.offset is None:
            return str(self)
        line = source.count("\n", 0, self.offset) + 1
        column = self.offset - source.rfind("\n", 0, self.offset)
        return f"Template error at line {line}, column {column}: {self}"


class TemplateSyntaxError(RenderingError):
    """A template is malformed."""


class EvaluationError(RenderingError):
    """A well-formed template does something that has no result."""


class BudgetExhausted(RenderingError):
    """A template asks for more work, depth or text than its limits allow."""


class ContextWouldChange(RenderingError):
    """A template is about to change an array that belongs to the caller."""
