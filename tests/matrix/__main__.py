"""The suite on the mock server in every mood that conforms: `python -m tests.matrix`.

Prints one row for each combination; the exit code is 1 if anything is objected to in any of them. `--sample` runs the
ten that the tests run, `--scenario`, `--profile`, `--speed` and `--seed` those that they name, `--jobs` so many at
once, `--only` nothing but these rules, `-v` says what is objected to.
"""

import argparse
import sys
from collections.abc import Iterable

from contracts.profile import Profile
from tests.matrix.combinations import SAMPLE, Combination, matrix
from tests.matrix.judging import Verdict, counted, verdicts_on

HEADINGS = ("combination", "verdict", "seconds", "untested", "failures")
ROW = "{:<58} {:<15} {:>7} {:>8}  {}"


def main(arguments: list[str]) -> int:
    """Run the combinations that the arguments ask for; returns the exit code."""
    options = _parser().parse_args(arguments)
    combinations = list(_chosen(SAMPLE if options.sample else matrix(), options))
    print(ROW.format(*HEADINGS), flush=True)
    failed = 0
    for verdict in verdicts_on(combinations, jobs=options.jobs, only=options.only):
        failed += bool(verdict.failures or verdict.problems)
        print(_row(verdict), flush=True)
        if options.verbose:
            for line in (*verdict.failures, *verdict.advice, *verdict.problems):
                print(f"    {line}", flush=True)
            print(f"    not testable: {', '.join(verdict.untested) or 'none'}", flush=True)
    print(f"{len(combinations)} combinations, {failed} of them with failures or problems")
    return 1 if failed else 0


def _chosen(combinations: Iterable[Combination], options: argparse.Namespace) -> Iterable[Combination]:
    for combination in combinations:
        if all(
            not wanted or getattr(combination, name) in wanted
            for name, wanted in vars(options).items()
            if name in Combination.__dataclass_fields__
        ):
            yield combination


def _row(verdict: Verdict) -> str:
    failures = ", ".join(f"{id} ({count})" for id, count in counted(verdict.failures).items())
    advice = ", ".join(counted(verdict.advice))
    return ROW.format(
        str(verdict.combination),
        verdict.verdict,
        f"{verdict.seconds:.1f}",
        len(verdict.untested),
        "; ".join([failures or "none", *([f"advice: {advice}"] if advice else []), *verdict.problems]),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--scenario", action="append")
    parser.add_argument("--profile", action="append", type=Profile)
    parser.add_argument("--speed", action="append", type=int)
    parser.add_argument("--seed", action="append", type=int)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
