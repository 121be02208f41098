"""`run-mock-server` in a process that counts what lives in it. The product has no door for that, so it is made here.

At SIGUSR1 it writes a line of JSON to a descriptor: how many objects of which type there are. At SIGUSR2 it writes how
many pieces of memory are in use.
"""

import asyncio
import gc
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from mock_server import app, simulator
from mock_server.cli import main as run_mock_server
from mock_server.handlers.event_stream import EventStream
from mock_server.step_memory import StepMemory
from mock_server.world import Worlds

_COUNTED = ("asyncio", "mock_server", "uvicorn", "uvloop")
TASKS = "asyncio tasks"


def census(memory: StepMemory) -> Counter[str]:
    """The objects that are alive, by type, and the asyncio tasks that have not ended.

    What is remembered on purpose is forgotten before; `tests/mock_server/test_step_memory.py` shows that it is bounded.
    """
    memory.forget()
    gc.collect()
    kinds = Counter(map(type, gc.get_objects()))
    counts: Counter[str] = Counter()
    for kind, count in kinds.items():
        # A few types have made something else of the name.
        module = str(kind.__module__)
        if module.partition(".")[0] in _COUNTED:
            counts[f"{module}.{kind.__qualname__}"] += count
    counts[TASKS] = len(asyncio.all_tasks(asyncio.get_running_loop()))
    return counts


def live_blocks() -> int:
    """How many pieces of memory Python has given out, garbage apart."""
    gc.collect()
    return sys.getallocatedblocks()


def _leak_a_task() -> None:
    # The timer holds it; without anybody who does, it would be garbage.
    asyncio.get_running_loop().create_task(asyncio.sleep(3_600))


def _leak_a_descriptor() -> None:
    os.dup(2)


LEAKS: dict[str, Callable[[], None]] = {"task": _leak_a_task, "descriptor": _leak_a_descriptor}


def _leak_with_each_stream(leaks: tuple[str, ...]) -> None:
    answer = EventStream.__call__

    async def leaking(stream: EventStream, *exchange: Any) -> None:
        for leak in leaks:
            LEAKS[leak]()
        await answer(stream, *exchange)

    EventStream.__call__ = leaking  # type: ignore[method-assign]


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--census-to", type=int, required=True, help="Descriptor to write to at SIGUSR1.")
@click.option("--kept-tasks", type=int, required=True, help="How many tasks a world keeps.")
@click.option("--kept-worlds", type=int, required=True, help="How many worlds there may be.")
@click.option("--leak", "leaks", multiple=True, type=click.Choice(list(LEAKS)), help="Leak it with each stream.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def main(census_to: int, kept_tasks: int, kept_worlds: int, leaks: tuple[str, ...], arguments: tuple[str, ...]) -> None:
    """Serve with ARGUMENTS as the program would."""
    memory = StepMemory()
    app.Options = partial(app.Options, kept_tasks=kept_tasks)  # type: ignore[assignment,misc]
    simulator.StepMemory = lambda: memory  # type: ignore[assignment,misc]
    simulator.Worlds = partial(Worlds, limit=kept_worlds)  # type: ignore[assignment,misc]
    _leak_with_each_stream(leaks)
    signal.signal(signal.SIGUSR1, lambda *_: os.write(census_to, f"{json.dumps(census(memory))}\n".encode()) and None)
    signal.signal(signal.SIGUSR2, lambda *_: os.write(census_to, f"{live_blocks()}\n".encode()) and None)
    run_mock_server.main(list(arguments))


if __name__ == "__main__":
    main()
