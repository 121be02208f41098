"""What can go wrong while a template is read or rendered."""


class RenderingError(Exception):
    """A template cannot be rendered: it is malformed, it fails, or it asks for too much."""


class TemplateSyntaxError(RenderingError):
    """A template is malformed."""


class EvaluationError(RenderingError):
    """A well-formed template does something that has no result."""


class BudgetExhausted(RenderingError):
    """A template asks for more work, depth or text than its limits allow."""


class ContextWouldChange(RenderingError):
    """A template is about to change an array that belongs to the caller."""
