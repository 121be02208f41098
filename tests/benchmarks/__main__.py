"""`python -m tests.benchmarks`: what the mock server costs beside its peers, all in one run."""

import asyncio
import textwrap
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import uvloop

from tests.benchmarks.load import CONNECTIONS
from tests.benchmarks.machine import machine
from tests.benchmarks.peers import PEERS
from tests.benchmarks.sections import SECTIONS, Sizes
from tests.benchmarks.suite_costs import ALONE, MODES
from tests.benchmarks.tables import WIDTH
from tests.benchmarks.workloads import WORKLOADS

_DEFAULTS = Sizes()


class Numbers(click.ParamType[tuple[int, ...]]):
    """Numbers with commas between them."""

    name = "n,n"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        parts = str(value).split(",")
        if not all(part.isdigit() and int(part) for part in parts):
            self.fail("numbers from 1, with commas between them", param, ctx)
        return tuple(map(int, parts))


@click.command(context_settings={"show_default": True})
@click.option("--only", multiple=True, type=click.Choice(list(SECTIONS)), help="Measure this section. Default: all.")
@click.option("--peer", "peers", multiple=True, type=click.Choice(PEERS), help="Measure these. Default: all.")
@click.option("--request", "chosen", multiple=True, type=click.Choice(WORKLOADS), help="Send these. Default: all.")
@click.option("--requests", default=_DEFAULTS.requests, type=click.IntRange(1), help="How many, each round.")
@click.option("--rounds", default=_DEFAULTS.rounds, type=click.IntRange(1), help="How often each is measured.")
@click.option("--starts", default=_DEFAULTS.starts, type=click.IntRange(1), help="How often each is started.")
@click.option("--streams", default=_DEFAULTS.streams, type=Numbers(), help="How many are open at once.")
@click.option("--among", default=_DEFAULTS.among, type=click.IntRange(1), help="Tasks that a creator's are among.")
@click.option("--tasks", default=_DEFAULTS.tasks, type=click.IntRange(1), help="Finished ones, for their memory.")
@click.option("--many-requests", default=_DEFAULTS.many_requests, type=click.IntRange(1), help="For the memory.")
@click.option("--growth", default=_DEFAULTS.growth, type=Numbers(), help="How many tasks a world has.")
@click.option("--mode", "modes", multiple=True, type=click.Choice([*MODES, ALONE]), help="Of the suite. Default: all.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the tables to this file, too.")
def main(
    only: Sequence[str],
    report: Path | None,
    peers: Sequence[str],
    chosen: Sequence[str],
    modes: Sequence[str],
    **sizes: Any,
) -> None:
    """Measure processor time (user and system, all processes of a server), memory and lateness. Linux only."""
    measured = Sizes(peers=peers or PEERS, chosen=chosen or WORKLOADS, modes=modes or (*MODES, ALONE), **sizes)
    lines: list[str] = []
    for line in _measure(only or list(SECTIONS), measured):
        click.echo(line)
        lines.append(f"{line}\n")
        if report is not None:
            report.write_text("".join(lines), encoding="utf-8")


def _measure(sections: Sequence[str], sizes: Sizes) -> Iterator[str]:
    yield from textwrap.wrap(machine(sizes.peers), WIDTH)
    how = (
        f"CPU is the server's, with one worker: medians of {sizes.rounds} rounds in turns, of {sizes.requests:,} "
        f"requests each (fewer where they are large), on {CONNECTIONS} connections."
    )
    yield from textwrap.wrap(how, WIDTH)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for section in sections:
            began = time.monotonic()
            lines = list(runner.run(SECTIONS[section](sizes)))
            click.echo(f"{section}: {time.monotonic() - began:.0f} s", err=True)
            yield ""
            yield from lines


if __name__ == "__main__":
    main()
