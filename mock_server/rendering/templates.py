"""Templates, parsed once and kept."""

from dataclasses import dataclass
from functools import lru_cache

from mock_server.rendering.dialect import BACKSTAGE, Dialect
from mock_server.rendering.errors import RenderingError
from mock_server.rendering.expressions import Expression
from mock_server.rendering.limits import Budget, Limits
from mock_server.rendering.statements import Body, Output
from mock_server.rendering.template_parser import TemplateParser

LONGEST_KEPT = 2_000
COSTLIEST_KEPT = 1_000
MOST_KEPT = 512


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template: what it writes, its only expression if it is nothing else, or why it is malformed."""

    body: Body
    steps: int
    sole: Expression | None = None
    failure: str | None = None


def compile_text(text: str, limits: Limits, dialect: Dialect = BACKSTAGE) -> Template:
    """The template of a text; those that are short and cost little are remembered."""
    if len(text) > LONGEST_KEPT:
        return _compiled(text, limits, dialect)
    try:
        return _kept(text, limits, dialect)
    except _TooCostlyToKeep as costly:
        return costly.template


def _compiled(text: str, limits: Limits, dialect: Dialect) -> Template:
    budget = Budget(limits)
    budget.begin_text()
    failure = None
    try:
        body = TemplateParser(text, budget, dialect).parse()
    except RenderingError as error:
        body, failure = Body((), ()), error.told(text)
    except RecursionError:
        body, failure = Body((), ()), "the template is nested too deeply"
    only = body.statements[0] if len(body.statements) == 1 else None
    return Template(
        body, limits.steps - budget.remaining, only.expression if isinstance(only, Output) else None, failure
    )


class _TooCostlyToKeep(Exception):
    """Raised around the cache, which keeps what is returned: a hostile pattern may take megabytes."""

    def __init__(self, template: Template) -> None:
        super().__init__()
        self.template = template


@lru_cache(maxsize=MOST_KEPT)
def _kept(text: str, limits: Limits, dialect: Dialect) -> Template:
    template = _compiled(text, limits, dialect)
    if template.steps > COSTLIEST_KEPT:
        raise _TooCostlyToKeep(template)
    return template
