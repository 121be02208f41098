"""`run-contract-tests`: read the options, run, report, and end with the verdict's exit code."""

import asyncio
import os
import signal
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contracts.profile import Profile
from contracts.target import DEFAULT_MAX_EXAMPLES, DEFAULT_MAX_TASKS, DEFAULT_SEED

if TYPE_CHECKING:
    from contracts.results import Report
    from contracts.runner import Order

ENVIRONMENT_PREFIX = "CONTRACT_TESTS"


class ValuesType(click.ParamType[Any]):
    """A JSON object, `@FILE` with one, or a table of the configuration file."""

    name = "json|@file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str | dict):
            self.fail("must be a JSON object", param, ctx)
        return value


class LineType(click.ParamType[str]):
    """A text that may hold spaces; several in one environment variable are separated by line ends."""

    name = "text"
    envvar_list_splitter = "\n"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        return str(value)


class FileOrNameType(click.ParamType[str]):
    """A path or a name; several in one environment variable are separated as in PATH."""

    name = "file|name"
    envvar_list_splitter = os.pathsep

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        return str(value)


def _read_config(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    from contracts.configuration import BrokenConfiguration, Configuration, read_options

    if path is None:
        return None
    try:
        options = read_options(path)
    except BrokenConfiguration as error:
        raise click.BadParameter(str(error), ctx, param) from error
    known = {field.name for field in fields(Configuration)} | {"report_dir"}
    if unknown := sorted(options.keys() - known):
        raise click.BadParameter(f"{path}: there is no option {unknown[0].replace('_', '-')}", ctx, param)
    ctx.default_map = options
    return path


@click.command(context_settings={"auto_envvar_prefix": ENVIRONMENT_PREFIX, "max_content_width": 100})
@click.option("--base-url", metavar="URL", help="The API under test, such as https://portal.example/api/scaffolder.")
@click.option("--token", metavar="TOKEN", help="Bearer token. Best given as CONTRACT_TESTS_TOKEN.")
@click.option("--header", multiple=True, type=LineType(), metavar="'NAME: VALUE'", help="Send this with every request.")
@click.option("--ca-bundle", type=click.Path(exists=True, dir_okay=False), help="Certificates to trust.")
@click.option("--insecure", is_flag=True, help="Check no certificate.")
@click.option(
    "--profile",
    default=Profile.PUBLISHED.value,
    type=click.Choice([profile.value for profile in Profile]),
    show_default=True,
    help="The published document alone, or with what the real Backstage does.",
)
@click.option(
    "--level",
    default="must",
    type=click.Choice(["must", "should"]),
    show_default=True,
    help="Which rules fail the run. Below it, a broken rule is advice.",
)
@click.option("--template", metavar="REF", help="Create tasks of this template.")
@click.option("--values", type=ValuesType(), help="Values for it. Without them, some are made that its schema accepts.")
@click.option("--slow-template", metavar="REF[=JSON]", help="A template whose tasks last long enough to be cancelled.")
@click.option("--failing-template", metavar="REF[=JSON]", help="A template whose tasks fail.")
@click.option("--only", multiple=True, metavar="ID|GLOB", help="Run these rules.")
@click.option("--skip", multiple=True, metavar="ID|GLOB", help="Leave these rules out.")
@click.option("--list", "list_rules", is_flag=True, help="Show the rules and run nothing.")
@click.option("--quick", is_flag=True, help="A smoke test within five seconds, without fuzzing.")
@click.option("--read-only", is_flag=True, help="Create no task.")
@click.option(
    "--max-tasks",
    default=DEFAULT_MAX_TASKS,
    type=click.IntRange(0),
    show_default=True,
    help="Create at most so many tasks.",
)
@click.option(
    "--max-examples",
    default=DEFAULT_MAX_EXAMPLES,
    type=click.IntRange(1, 10_000),
    show_default=True,
    help="Examples of the fuzzer for each operation.",
)
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="What the fuzzer draws from.")
@click.option(
    "--time-budget",
    type=click.FloatRange(1, 86_400),
    metavar="SECONDS",
    help="End within this time.  [default: 60, quick: 5]",
)
@click.option(
    "--known-failures",
    multiple=True,
    type=FileOrNameType(),
    metavar="FILE|NAME",
    help="Failures that are known and not held against the target.",
)
@click.option(
    "--report-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write junit.xml, report.json and report.html there.",
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=_read_config,
    help="A TOML file with options in the table [tool.run-contract-tests].",
)
@click.version_option(package_name="backstage-scaffolder-mock")
def main(list_rules: bool, report_dir: Path | None, **options: Any) -> None:
    """Hold a server of the Backstage Scaffolder API against its contract.

    Exit code 0: it conforms. 1: a rule is broken. 2: something could not be judged, or the run failed.

    Every option can be given as an environment variable: CONTRACT_TESTS_ and its name, such as CONTRACT_TESTS_TOKEN.
    """
    # Imported here, so that `--help` answers at once.
    from contracts.configuration import BrokenConfiguration, Configuration, chosen_rules

    try:
        if list_rules:
            from contracts.reports.listing import print_rules

            print_rules(chosen_rules(Profile(options["profile"]), options["only"], options["skip"]))
            return
        order = Configuration(**options).order(today=datetime.now(UTC).date())
    except BrokenConfiguration as error:
        raise click.UsageError(str(error)) from error
    if report_dir is not None:
        _make_folder(report_dir)
    sys.exit(asyncio.run(_run(order, report_dir)))


async def _run(order: "Order", report_dir: Path | None) -> int:
    """Run, report in every form that is wanted, and return the exit code."""
    from contracts.reports.annotations import print_annotations
    from contracts.reports.console import ConsoleReport
    from contracts.runner import Run

    run = Run(order)
    console = ConsoleReport(sys.stdout)
    loop = asyncio.get_running_loop()

    def interrupted(number: signal.Signals) -> None:
        # A second one ends the program at once.
        loop.remove_signal_handler(number)
        run.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupted, number)
    try:
        report = await run.report(console.progress)
        # First of all, so that whoever reads only the beginning of what is printed has the reports, too.
        written = [] if report_dir is None else _write(report, report_dir)
        console.finished(report)
    finally:
        console.close()
    if os.environ.get("GITHUB_ACTIONS") == "true":
        print_annotations(report, sys.stdout)
    if written:
        click.echo("written: " + ", ".join(str(path) for path in written))
    return report.exit_code


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"--report-dir {folder}: {error.strerror or error}") from error


def _write(report: "Report", folder: Path) -> list[Path]:
    from contracts.reports.written import write_reports

    try:
        return write_reports(report, folder)
    except OSError as error:
        raise click.UsageError(f"the reports could not be written to {folder}: {error.strerror or error}") from error
