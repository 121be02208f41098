"""`python -m tests.fidelity`: how many recorded exchanges the mock answers alike.

`-v` shows each difference as a diff, `--only N` those of one exchange, `--recordings FILE` replays other ones as well.
"""

import argparse
import sys
from pathlib import Path

from tests.fidelity.recording import RECORDINGS, load_servers
from tests.fidelity.replay import Result, replay
from tests.fidelity.tallying import Tally, excepted, tallied

ROW = "{:<28} {:>8} {:>8} {:>9} {:>7}"


def main(arguments: list[str]) -> int:
    """Print the table; the exit code is 1 if anything differs that is no exception."""
    options = _parser().parse_args(arguments)
    results = replay(load_servers([*RECORDINGS, *options.recordings]))
    exceptions = excepted()
    if options.verbose or options.only:
        for result in results:
            if not result.matches and result.exchange.n in (options.only or [result.exchange.n]):
                _show(result, exceptions.get(result.exchange.n))
    tallies = tallied(results, exceptions)
    print(ROW.format("operation", "recorded", "alike", "excepted", "differ"))
    for operation, tally in sorted(tallies.items()):
        print(_row(operation, tally))
    total = sum(tallies.values(), Tally())
    print(_row("all", total))
    return 1 if total.differ else 0


def _show(result: Result, reason: str | None) -> None:
    exchange = result.exchange
    print(f"\n== {exchange.n} {exchange.label}: {exchange.method} {exchange.target}")
    if reason is not None:
        print(f"   excepted: {reason}")
        return
    for line in result.differences:
        print(f"   {line}")


def _row(name: str, tally: Tally) -> str:
    return ROW.format(name, tally.recorded, tally.alike, tally.excepted, tally.differ)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fidelity", description=__doc__)
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--only", type=int, action="append")
    parser.add_argument("--recordings", type=Path, action="append", default=[])
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
