"""`python -m tests.benchmarks.filled --tasks N` serves the mock with so many finished tasks in its default world.

To send so many requests would take too long: the tasks are created by the simulator itself, in the server's process, by
the call that the operation makes. The limit of tasks in a world is their number, so that a task that is created later
takes the place of the first one.
"""

import asyncio
import gc
import socket

import click

from mock_server.app import MockServer, Options
from mock_server.serving import Server
from mock_server.simulator import NewTask, Principal
from mock_server.world import DEFAULT_WORLD
from tests.benchmarks.operations import MOUNT

CREATORS = 10
TEMPLATE = "template:default/hello-world"


def creator(number: int) -> str:
    """Who created the task of this number: everybody has as many as the others."""
    return f"user:default/user-{number % CREATORS}"


class TasksForgotten(Exception):
    """The world has not kept what was created in it."""


async def fill(app: MockServer, tasks: int, scenario: str = "instant") -> None:
    """Create so many tasks in the default world. Raises TasksForgotten."""
    simulator = app.simulator
    world = simulator.worlds.get(DEFAULT_WORLD)
    new = NewTask(TEMPLATE, {}, scenario=scenario)
    for number in range(tasks):
        await simulator.create_task(world, Principal(creator(number)), new)
    if await world.store.count() != tasks:
        raise TasksForgotten


@click.command()
@click.option("--tasks", type=click.IntRange(1), required=True, help="How many tasks there are.")
@click.option("--scenario", default="instant", help="What they play.")
def main(tasks: int, scenario: str) -> None:
    """Serve on a free port of loopback."""
    gc.disable()
    app = MockServer(Options(kept_tasks=tasks))
    gc.enable()
    # As the program does.
    gc.freeze()
    asyncio.run(fill(app, tasks, scenario))
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        click.echo(f"http://127.0.0.1:{listener.getsockname()[1]}{MOUNT}")
        Server(app).run(sockets=[listener])


if __name__ == "__main__":
    main()
