"""`run-mock-server dry-run`: execute a template with its skeleton, and show or write what comes of it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

PREFIX = "MOCK_SERVER_DRY_RUN"
USER = "user:default/guest"


class JsonObject(click.ParamType[dict[str, Any]]):
    """A JSON object, or `@` and the file that holds one. What is wrong with it is told without quoting it."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        text = str(value)
        try:
            if text.startswith("@"):
                text = Path(text[1:]).read_text(encoding="utf-8")
            parsed = json.loads(text)
        except OSError as error:
            self.fail(f"cannot read {value[1:]}: {error.strerror or error}", param, ctx)
        except (ValueError, RecursionError):
            self.fail("it is no JSON", param, ctx)
        if not isinstance(parsed, dict):
            self.fail("it is no JSON object", param, ctx)
        return parsed


class JsonTexts(JsonObject):
    """A JSON object of strings."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        texts = super().convert(value, param, ctx)
        if not all(isinstance(text, str) for text in texts.values()):
            self.fail("a value in it is no string", param, ctx)
        return texts


@click.command("dry-run", context_settings={"auto_envvar_prefix": PREFIX, "show_default": True})
@click.argument("template", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--values", type=JsonObject(), default="{}", metavar="JSON|@FILE", help="What the form would give.")
@click.option(
    "--secrets",
    type=JsonTexts(),
    default="{}",
    metavar="JSON|@FILE",
    help=f"Secrets of the run, never shown; better given as {PREFIX}_SECRETS than here.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write the resulting files to.")
@click.option("--force", is_flag=True, help="Write to the folder although there is something in it.")
@click.option(
    "--templates",
    "entities",
    multiple=True,
    envvar="MOCK_SERVER_TEMPLATES",
    type=click.Path(path_type=Path),
    help="File or folder of entities, for catalog:fetch and the user. Without it, the demo entities.",
)
@click.option("--user", default=USER, metavar="ENTITY_REF", help="Who runs the template.")
def dry_run_command(
    template: Path,
    values: dict[str, Any],
    secrets: dict[str, str],
    out: Path | None,
    force: bool,
    entities: tuple[Path, ...],
    user: str,
) -> None:
    """Execute TEMPLATE, a YAML file, in memory, with the skeleton in the folder that it stands in.

    The built-in actions really run; all others are skipped with example outputs, and nothing leaves the machine.
    The exit code is 1 if the run fails, and 2 if it cannot begin.
    """
    # Imported here, so that `run-mock-server --help` does not wait for it.
    from mock_server.actions.catalogue import load_actions
    from mock_server.dry_run import DryRun, DryRunFailed, dry_run
    from mock_server.dry_run_report import log_lines, result_lines, wrapped
    from mock_server.entity_refs import MalformedEntityRef, parse_entity_ref
    from mock_server.redaction import TooManySecrets
    from mock_server.result_folder import UnsafeFolder, is_occupied, write_files
    from mock_server.shipped import DEMO_ENTITIES
    from mock_server.sources import BrokenFile
    from mock_server.template_folder import FolderTooLarge, read_folder, read_template
    from mock_server.templates import InvalidTemplate, InvalidValues, UnusableTemplate, load_catalog
    from mock_server.validation import InvalidSchema

    if out is not None and not force and is_occupied(out):
        raise click.UsageError(f"{out} is not empty; --force writes to it nevertheless")
    try:
        catalog = load_catalog(entities or [DEMO_ENTITIES])
        ref = parse_entity_ref(user, default_kind="user")
        entity = catalog.entities.get(ref)
        request = DryRun(
            read_template(template),
            values,
            ({} if entity is None else {"entity": entity}) | {"ref": str(ref)},
            secrets,
            read_folder(template.absolute().parent, [] if out is None else [out]),
        )
    except (BrokenFile, FolderTooLarge, MalformedEntityRef, OSError) as error:
        raise click.UsageError(str(error)) from error
    try:
        result = dry_run(request, load_actions(), catalog.entities)
    except DryRunFailed as failed:
        _print_lines(log_lines(failed.log))
        raise click.ClickException(wrapped(f"{failed.failure.name}: {failed.failure.message}")) from failed
    except InvalidValues as refused:
        raise click.ClickException(wrapped("; ".join(str(error["stack"]) for error in refused.errors))) from refused
    except (InvalidTemplate, InvalidSchema, TooManySecrets, UnusableTemplate) as refused:
        raise click.ClickException(wrapped(str(refused))) from refused
    _print_lines(log_lines(result.log))
    _print_lines(result_lines(result.files, result.output))
    if out is None:
        return
    try:
        write_files(out, result.files)
    except (UnsafeFolder, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"\nWritten to {out}")


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
