"""All rules, family by family. A rule is added in the module of its family and nowhere else."""

from contracts.rule import Rule, rules_of
from contracts.rules import (
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

FAMILIES = (
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


def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order in which reports show them."""
    return tuple(rule for family in FAMILIES for rule in rules_of(family))
