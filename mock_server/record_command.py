"""`run-mock-server record`: make a scenario and a template of a task that a real server has run."""

import os
import re
from pathlib import Path

import click

PREFIX = "MOCK_SERVER_RECORD"
TOKEN_VARIABLE = f"{PREFIX}_TOKEN"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_MESSAGE = 500
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


@click.command("record", context_settings={"auto_envvar_prefix": PREFIX, "show_default": True})
@click.option(
    "--from",
    "base_url",
    required=True,
    metavar="BASE_URL",
    help="Base URL of the Scaffolder API, such as https://backstage.example/api/scaffolder.",
)
@click.option("--task", "task_id", required=True, metavar="ID", help="The task to record.")
@click.option("--out", type=click.Path(path_type=Path), default=".", help="Folder for `scenarios/` and `templates/`.")
@click.option("--name", help="Name of the scenario and of the files. Without it, the template's.", show_default=False)
@click.option("--force", is_flag=True, help="Replace files of that name.")
@click.option("--wait", type=click.FloatRange(0, 86_400), default=0.0, help="Seconds to wait for the task to end.")
@click.option(
    "--ca-bundle",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Certificates to trust instead of the usual ones.",
)
@click.option("--insecure", is_flag=True, help="Trust any certificate.")
def record_command(
    base_url: str,
    task_id: str,
    out: Path,
    name: str | None,
    force: bool,
    wait: float,
    ca_bundle: Path | None,
    insecure: bool,
) -> None:
    """Record a task of a running Scaffolder, as a scenario that replays it and a template for it.

    The token is taken from MOCK_SERVER_RECORD_TOKEN and from nowhere else; neither it nor any secret is written.
    A task that has not ended is refused, unless --wait is long enough.
    """
    # Imported here, so that the start of the server does not wait for it.
    import asyncio

    from mock_server.recording.reading import Reader, Source, Unreadable
    from mock_server.recording.recorded import NotRecordable, run_of
    from mock_server.recording.rehearsal import Unplayable, rehearse
    from mock_server.recording.scenario_of import scenario_of
    from mock_server.recording.template_of import template_of
    from mock_server.recording.writing import Files, OccupiedFile, Unwritable, scenario_text, template_text

    if name is not None and not _NAME.fullmatch(name):
        raise click.UsageError("a name is made of up to 64 letters, digits, - and _")
    if insecure and ca_bundle is not None:
        raise click.UsageError("--ca-bundle and --insecure exclude each other")
    try:
        if name is not None and not force:
            Files(out, name).check_free()
        source = Source(base_url, os.environ.get(TOKEN_VARIABLE) or None, ca_bundle, insecure)
        material = asyncio.run(Reader(source).read(task_id, wait=wait))
        task = material.task
        run = run_of(task, material.events)
        files = Files(out, name or _NOT_IN_A_NAME.sub("-", task.template.name)[:64])
        scenario = scenario_text(scenario_of(task, run))
        template = template_text(template_of(task, material.form or {}))
        differing = rehearse(task, run, scenario, template)
        files.write(scenario, template, force=force)
    except (NotRecordable, OccupiedFile, Unplayable, Unreadable, Unwritable, OSError) as error:
        raise click.ClickException(_one_line(str(error))) from error
    click.echo(f"Recorded {len(run.events)} events of a task of {_one_line(str(task.template))}")
    click.echo(f"  {files.scenario}\n  {files.template}")
    notes = {
        "The task was retried: what is replayed is its last run": run.is_retry,
        f"{run.moved} events claim to be older than the one before them, and get its time": run.moved,
        "The server gives no form for the template: it has none": material.form is None,
        _not_as_it_was(differing): differing,
    }
    for note in (note for note, holds in notes.items() if holds):
        click.echo(f"{note}.", err=True)
    click.echo(f"Replay it with: run-mock-server --templates {files.template} --scenarios {files.scenario.parent}")


def _not_as_it_was(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"1 event cannot be replayed as it was: number {numbers[0]}"
    return f"{len(numbers)} events cannot be replayed as they were, beginning with number {(numbers or [0])[0]}"


def _one_line(text: str) -> str:
    """What may hold a text of the server's, made fit for the terminal."""
    return "".join(character if character.isprintable() else "?" for character in text[:_LONGEST_MESSAGE])
