"""`python -m tests.soak`: a week of virtual time and 100,000 tasks, and whether the server is as it was before."""

import asyncio
import sys
import time
from collections.abc import Iterator

import click
import uvloop

from tests.soak.load import Load, Size
from tests.soak.served import LEAKS
from tests.soak.server import Limits, SoakedServer, soaked_server
from tests.soak.verdict import Findings, Sample, criteria
from tests.soak.visitor import USERS, Progress

WIDTH = 80
_SHOWN_TROUBLES = 10
_SHOWN_SAMPLES = 11
_SAMPLES = 400
_LIVE_SAMPLES = 20
_WEEK = 7 * 86_400.0


async def soak(server: SoakedServer, size: Size, seed: int) -> Findings:
    """Load the server, and read it before, meanwhile and afterwards."""
    load = Load(server, seed)
    warm = await load.warm_up()
    await load.clear()
    first_cost = await load.cost()
    await load.clear()
    before = await server.idle_census()
    progress = Progress(size.tasks, troubles=warm.troubles)
    started_at, cpu = time.monotonic(), server.cpu_seconds()
    resident, live = [Sample(0, server.kilobytes())], [Sample(0, server.blocks())]
    running = asyncio.ensure_future(load.run(size, progress))
    while not running.done():
        await asyncio.wait((running,), timeout=0.05)
        if progress.tasks - resident[-1].tasks >= size.tasks / _SAMPLES:
            resident.append(Sample(progress.tasks, server.kilobytes()))
            if len(resident) % (_SAMPLES // _LIVE_SAMPLES) == 0:
                live.append(Sample(progress.tasks, server.blocks()))
                click.echo(f"{progress.tasks:,} tasks after {time.monotonic() - started_at:.0f} s", err=True)
    await running
    seconds, cpu = time.monotonic() - started_at, server.cpu_seconds() - cpu
    last_cost = await load.cost()
    await load.clear()
    after = await server.idle_census(before.descriptors)
    exit_code, said = server.stop()
    return Findings(size, progress, resident, live, seconds, cpu, first_cost, last_cost, before, after, exit_code, said)


def report(findings: Findings) -> Iterator[str]:
    """The lines of the table."""
    progress = findings.progress
    yield (
        f"{progress.tasks:,} tasks and {progress.worlds:,} worlds, {progress.answers:,} answers,"
        f" {progress.vanished:,} vanished"
    )
    yield f"{findings.seconds:.0f} s on the wall, {findings.cpu_seconds:.0f} s of the server's CPU"
    yield f"{findings.first_cost:.0f} µs of CPU per request before, {findings.last_cost:.0f} after\n"
    yield f"{'tasks':>12}{'resident memory, MB':>24}"
    step = max(1, (len(findings.resident) - 1) // (_SHOWN_SAMPLES - 1))
    for sample in findings.resident[::step]:
        yield f"{sample.tasks:12,}{sample.amount / 1024:24.1f}"
    yield f"\n{'criterion':40}{'found':>16}{'bound':>19}"
    for each in criteria(findings):
        yield f"{each.name:40}{each.found:>16}{each.bound:>19}{'' if each.holds else ' NO':5}".rstrip()
    for trouble in progress.troubles[:_SHOWN_TROUBLES]:
        yield f"\n{trouble}"


@click.command()
@click.option("--tasks", default=100_000, type=click.IntRange(100), help="How many are created.")
@click.option("--virtual-time", default=_WEEK, help="Seconds that go by in the worlds that last.")
@click.option("--minutes", default=30.0, help="So long it may take.")
@click.option("--seed", default=1, help="What the visits are drawn from.")
@click.option("--leak", "leaks", multiple=True, type=click.Choice(list(LEAKS)), help="Let it leak with each stream.")
def main(tasks: int, virtual_time: float, minutes: float, seed: int, leaks: tuple[str, ...]) -> None:
    """Push tasks through a server, show what they leave behind, and end with 1 if that is more than nothing.

    Linux only: what a process takes up is read from /proc.
    """
    size = Size(tasks, virtual_time, minutes * 60)
    limits = Limits.reached_by(tasks)
    leaking = [word for leak in leaks for word in ("--leak", leak)]
    tokens = [word for token, ref in USERS.items() for word in ("--token", f"{token}={ref}")]
    click.echo(f"A world keeps {limits.tasks:,} tasks, and the server {limits.worlds:,} worlds.")
    with soaked_server(limits, leaking, tokens) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        findings = runner.run(soak(server, size, seed))
    click.echo("\n".join(report(findings)))
    sys.exit(0 if all(each.holds for each in criteria(findings)) else 1)


if __name__ == "__main__":
    main()
