"""Fuzz the parsers: `python -m tests.fuzzing [TARGET]... [--seconds N] [--seed N]`.

What goes wrong is kept in `tests/fuzzing/crashes/`, where the tests find it from then on.
"""

import sys

import click

from tests.fuzzing.catalogue import PARSERS
from tests.fuzzing.running import Outcome, fuzz

_SAID = 25


@click.command()
@click.argument("targets", nargs=-1, type=click.Choice(list(PARSERS)))
@click.option("--seconds", default=60, show_default=True, help="For how long to fuzz each target.")
@click.option("--seed", default=0, help="What to draw from. Default: another at each time.")
def main(targets: tuple[str, ...], seconds: int, seed: int) -> None:
    """Fuzz the TARGETS, all of them if none is named."""
    print(f"{'target':<16}{'executions':>12}{'a second':>10}{'covered':>9}  crash", flush=True)
    outcomes = []
    for name in targets or PARSERS:
        outcomes.append(outcome := fuzz(name, seconds, seed))
        print(_row(outcome, seconds), flush=True)
    for outcome in outcomes:
        if not outcome.is_in_order:
            print(f"\n{outcome.target}: {outcome.crash or 'it did not run'}")
            print("\n".join(outcome.log.splitlines()[-_SAID:]))
    sys.exit(not all(outcome.is_in_order for outcome in outcomes))


def _row(outcome: Outcome, seconds: int) -> str:
    crash = outcome.crash.name[:32] if outcome.crash else "-" if outcome.executions else "did not run"
    each = outcome.executions // max(seconds, 1)
    return f"{outcome.target:<16}{outcome.executions:>12,}{each:>10,}{outcome.covered:>9,}  {crash}"


if __name__ == "__main__":
    main()
