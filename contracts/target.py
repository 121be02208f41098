"""What is tested, and how far the test may go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.profile import Profile

DEFAULT_MAX_TASKS = 30
DEFAULT_MAX_EXAMPLES = 20
DEFAULT_TIME_BUDGET = 60.0
QUICK_TIME_BUDGET = 5.0
DEFAULT_SEED = 20_261_122


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """A template to create tasks of. `values` None: the suite makes some that its parameter schema accepts."""

    ref: str
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A server under test. `base_url` ends without a slash; `verify` is what checks its certificate (a CA bundle, or
    False for nothing); `headers` go with every request."""

    base_url: str
    token: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    verify: bool | str = True
    profile: Profile = Profile.PUBLISHED
    template: TemplateChoice | None = None
    slow_template: TemplateChoice | None = None
    failing_template: TemplateChoice | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use up: seconds of wall time, tasks, examples of the fuzzer."""

    time_budget: float = DEFAULT_TIME_BUDGET
    max_tasks: int = DEFAULT_MAX_TASKS
    max_examples: int = DEFAULT_MAX_EXAMPLES
    seed: int = DEFAULT_SEED
    quick: bool = False
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates that a run creates tasks of, with values: an ordinary one, one whose tasks last long enough to be
    cancelled, one whose tasks fail. None: there is none, and what needs it is not testable."""

    ordinary: TemplateChoice | None = None
    slow: TemplateChoice | None = None
    failing: TemplateChoice | None = None
