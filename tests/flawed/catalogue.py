"""Every defect there is."""

from tests.flawed import (
    actions,
    asynchrony,
    auth,
    cancelling,
    concurrency,
    consistency,
    dry_run,
    dry_run_limits,
    fuzzed,
    lifecycle,
    parameters,
    robustness,
    schema,
    secrecy,
    status,
    stream,
    stream_course,
    stream_delivery,
    stream_replay,
    templates,
    times,
    values,
    views,
    workspaces,
)
from tests.flawed.defect import Defect, defects_of

MODULES = (
    schema,
    status,
    auth,
    parameters,
    lifecycle,
    times,
    cancelling,
    asynchrony,
    stream,
    stream_course,
    stream_replay,
    stream_delivery,
    consistency,
    views,
    secrecy,
    dry_run,
    workspaces,
    dry_run_limits,
    templates,
    values,
    actions,
    robustness,
    concurrency,
    fuzzed,
)


def all_defects() -> tuple[Defect, ...]:
    """The defects of every family, in order."""
    return tuple(found for module in MODULES for found in defects_of(module))
