"""All rules, family by family. A rule is added in the module of its family and nowhere else."""

from contracts.rule import Rule, rules_of
from contracts.rules import (
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

FAMILIES = (
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


def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order in which reports show them."""
    return tuple(rule for family in FAMILIES for rule in rules_of(family))
