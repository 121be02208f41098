"""`python -m tests.benchmarks.servers starlette` prints its URL and serves that peer until it is stopped."""

import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
import uvicorn

from tests.benchmarks.event_chunks import Beginning
from tests.benchmarks.operations import MOUNT, Answers, read_answers
from tests.benchmarks.process import allow_open_files


def _starlette(answers: Answers, beginning: Beginning) -> Any:
    from tests.benchmarks.starlette_app import starlette_app

    return starlette_app(answers, beginning)


def _connexion(answers: Answers, beginning: Beginning) -> Any:
    from tests.benchmarks.connexion_app import connexion_app

    return connexion_app(answers, beginning)


# Each imports what it needs only: a start of one must not wait for the libraries of the other.
APPS: Mapping[str, Callable[[Answers, Beginning], Any]] = MappingProxyType(
    {"starlette": _starlette, "connexion": _connexion}
)


@click.command()
@click.argument("peer", type=click.Choice(list(APPS)))
@click.option("--port", default=0, help="0 takes any free one.")
@click.option("--answers", type=click.Path(path_type=Path), help="JSON file: the answer to each operationId.")
@click.option("--begin", default="begin", type=click.Path(path_type=Path), help="File: when event streams begin.")
@click.option("--open-files", default=0, help="How many files it may have open, if more than by default.")
def main(peer: str, port: int, answers: Path | None, begin: Path, open_files: int) -> None:
    """Serve one of the peers on loopback, with the settings of the mock server."""
    allow_open_files(open_files)
    config = uvicorn.Config(
        APPS[peer](read_answers(answers), Beginning(begin)),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        lifespan="on",
    )
    with socket.create_server(("127.0.0.1", port), backlog=2048) as listener:
        click.echo(f"http://127.0.0.1:{listener.getsockname()[1]}{MOUNT}")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
