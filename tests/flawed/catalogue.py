"""Every defect there is."""

from tests.flawed import (
    actions,
    auth,
    concurrency,
    consistency,
    dry_run,
    fuzzed,
    lifecycle,
    parameters,
    robustness,
    schema,
    status,
    stream,
    templates,
)
from tests.flawed.defect import Defect, defects_of

MODULES = (
    schema,
    status,
    auth,
    parameters,
    lifecycle,
    stream,
    consistency,
    dry_run,
    templates,
    actions,
    robustness,
    concurrency,
    fuzzed,
)


def all_defects() -> tuple[Defect, ...]:
    """The defects of every family, in order."""
    return tuple(found for module in MODULES for found in defects_of(module))
