"""`run-mock-server`: read the options, say what is there, serve."""

import gc
import socket
import sys
from pathlib import Path
from typing import Any, get_args

import click

from mock_server.addresses import is_loopback
from mock_server.auth import GUEST, AuthMode
from mock_server.dry_run_command import dry_run_command
from mock_server.entity_refs import MalformedEntityRef, parse_entity_ref
from mock_server.quirks import Quirk
from mock_server.record_command import record_command
from mock_server.scenario import DEFAULT_SCENARIO, UnknownScenario
from mock_server.simulator import Principal
from mock_server.sources import BrokenFile
from mock_server.user_tokens import DEFAULT_LIFETIME, MAX_LIFETIME

ENVIRONMENT_PREFIX = "MOCK_SERVER"
# How many objects more before garbage is looked for. Tasks are values without cycles: looking for some among them every
# 700 objects, as Python does, took a third of what a POST costs.
_OBJECTS = 50_000


class TokenType(click.ParamType[tuple[str, Principal]]):
    """`TOKEN` for a service, `TOKEN=ENTITY_REF` for a user."""

    name = "token"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Principal]:
        token, equals, ref = str(value).partition("=")
        if not token or any(character.isspace() for character in token):
            self.fail("a token is a word without spaces", param, ctx)
        if not equals:
            return token, Principal(None)
        return token, Principal(EntityRefType().convert(ref, param, ctx))


class EntityRefType(click.ParamType[str]):
    """The reference of an entity, a user's if it names no kind."""

    name = "entity_ref"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return str(parse_entity_ref(str(value), default_kind="user"))
        except MalformedEntityRef as error:
            self.fail(str(error), param, ctx)


@click.group(
    context_settings={"auto_envvar_prefix": ENVIRONMENT_PREFIX, "show_default": True},
    invoke_without_command=True,
    subcommand_metavar="[dry-run|record ...]",
)
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=7007, type=click.IntRange(0, 65535), help="Port to listen on; 0 takes any free one.")
@click.option(
    "--templates",
    multiple=True,
    type=click.Path(path_type=Path),
    help="File or folder of Backstage entities. Without it, the demo entities are served.",
)
@click.option("--scenarios", multiple=True, type=click.Path(path_type=Path), help="Folder of further scenarios.")
@click.option("--scenario", default=DEFAULT_SCENARIO, help="The scenario that is active at first.")
@click.option(
    "--token",
    "tokens",
    envvar=f"{ENVIRONMENT_PREFIX}_TOKEN",
    multiple=True,
    type=TokenType(),
    metavar="TOKEN[=ENTITY_REF]",
    help="Accept this token instead of the two standard ones; without a reference it is a service's.",
)
@click.option("--auth", default="required", type=click.Choice(get_args(AuthMode)), help="Which tokens are asked for.")
@click.option(
    "--guest",
    default=GUEST,
    type=EntityRefType(),
    metavar="ENTITY_REF",
    help="Who signs in as a guest, and whose every unknown token is with --auth any.",
)
@click.option(
    "--token-lifetime",
    default=DEFAULT_LIFETIME,
    type=click.IntRange(1, MAX_LIFETIME),
    metavar="SECONDS",
    help="How long the token of who signs in is taken.",
)
@click.option("--speed", default=1.0, type=click.FloatRange(0.001, 100_000), help="How much faster time runs.")
@click.option("--seed", type=int, help="Draw task ids and durations from this number.")
@click.option(
    "--quirks",
    "every_quirk",
    envvar=f"{ENVIRONMENT_PREFIX}_QUIRKS",
    is_flag=True,
    help="Be bug-compatible with scaffolder-backend 4.2.0: every quirk.",
)
@click.option(
    "--quirk",
    "quirks",
    envvar=f"{ENVIRONMENT_PREFIX}_QUIRK",
    multiple=True,
    type=click.Choice([quirk.value for quirk in Quirk]),
    metavar="NAME",
    help="Switch one behaviour of scaffolder-backend 4.2.0 on.",
)
@click.option(
    "--cors-origin",
    "cors_origins",
    envvar=f"{ENVIRONMENT_PREFIX}_CORS_ORIGIN",
    multiple=True,
    help="Allow this origin (a glob) beside those of loopback.",
)
@click.option(
    "--no-companions",
    is_flag=True,
    help="Serve the Scaffolder alone, without the sign-in, catalog, permissions and health of a Backstage backend.",
)
@click.option(
    "--control-token",
    metavar="TOKEN",
    help="Open the control API to whoever has this token. Without it, only programs of this machine may use it.",
)
@click.option("--no-control", is_flag=True, help="Serve no control API.")
@click.option("--no-reload", is_flag=True, help="Do not take edits of scenario and template files while running.")
@click.version_option(package_name="backstage-scaffolder-mock")
@click.pass_context
def main(
    context: click.Context,
    /,
    host: str,
    port: int,
    templates: tuple[Path, ...],
    scenarios: tuple[Path, ...],
    scenario: str,
    tokens: tuple[tuple[str, Principal], ...],
    auth: AuthMode,
    guest: str,
    token_lifetime: int,
    speed: float,
    seed: int | None,
    every_quirk: bool,
    quirks: tuple[str, ...],
    cors_origins: tuple[str, ...],
    no_companions: bool,
    control_token: str | None,
    no_control: bool,
    no_reload: bool,
) -> None:
    """Serve a stand-in for the Backstage Scaffolder REST API, dry-run a template, or record a task.

    Every option can be given as an environment variable: MOCK_SERVER_ and its name, such as MOCK_SERVER_PORT.
    """
    if context.invoked_subcommand is not None:
        return
    if no_control and control_token is not None:
        raise click.UsageError("--control-token and --no-control exclude each other")
    try:
        listener = _listen(host, port)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    # Nothing that is loaded from here on is garbage, and looking for some would take a good part of the start.
    gc.disable()
    # Imported here: `--help` and a taken port answer before the server's libraries are loaded.
    from mock_server.app import DEFAULT_TOKENS, MockServer, Options
    from mock_server.banner import banner
    from mock_server.serving import Server

    options = Options(
        templates=templates,
        scenarios=scenarios,
        scenario=scenario,
        tokens=dict(tokens) or DEFAULT_TOKENS,
        auth=auth,
        guest=guest,
        token_lifetime=token_lifetime,
        speed=speed,
        seed=seed,
        quirks=frozenset(Quirk) if every_quirk else frozenset(map(Quirk, quirks)),
        cors_origins=cors_origins,
        companions=not no_companions,
        control=not no_control,
        reload=not no_reload,
        control_token=control_token,
        listens_here_only=is_loopback(listener.getsockname()[0]),
    )
    with listener:
        try:
            app = MockServer(options)
        except (BrokenFile, UnknownScenario) as error:
            raise click.ClickException(str(error)) from error
        finally:
            gc.enable()
        gc.freeze()
        gc.set_threshold(_OBJECTS)
        click.echo(banner(app, options, address=listener.getsockname()))
        server = Server(app)
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            sys.exit(130)
    if server.is_interrupted:
        sys.exit(130)


main.add_command(dry_run_command)
main.add_command(record_command)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)
