"""Template expressions of Backstage, rendered like the real renderer does, on a budget.

Templates may be hostile: they reach nothing but the values and functions given, and end within their limits.
"""

from mock_server.javascript.undefined import UNDEFINED, Undefined
from mock_server.rendering.dialect import Dialect
from mock_server.rendering.errors import BudgetExhausted, RenderingError
from mock_server.rendering.limits import DEFAULT_LIMITS, Budget, Limits
from mock_server.rendering.rendering import Rendered, render, render_text
from mock_server.rendering.templates import compile_text
from mock_server.rendering.values import truthy

__all__ = [
    "DEFAULT_LIMITS",
    "UNDEFINED",
    "Budget",
    "BudgetExhausted",
    "Dialect",
    "Limits",
    "Rendered",
    "RenderingError",
    "Undefined",
    "compile_text",
    "render",
    "render_text",
    "truthy",
]
