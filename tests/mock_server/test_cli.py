import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server.cli import EntityRefType, TokenType, main
from mock_server.simulator import Principal


def run(*arguments: str, **environment: str):
    return CliRunner().invoke(main, ["--port", "0", *arguments], env=environment)


def test_the_help_names_every_option_and_the_environment():
    result = run("--help")
    assert result.exit_code == 0
    assert "--cors-origin" in result.output
    assert "MOCK_SERVER_PORT" in result.output


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", ("abc", Principal(None))),
        ("abc=user:default/marta", ("abc", Principal("user:default/marta"))),
        ("abc=marta", ("abc", Principal("user:default/marta"))),
        ("abc=Group:Default/Team", ("abc", Principal("group:default/team"))),
    ],
)
def test_a_token_names_its_principal(text, expected):
    assert TokenType().convert(text, None, None) == expected


@pytest.mark.parametrize("text", ["", "=user:default/marta", "a b", "abc=", "abc=user:"])
def test_a_token_that_is_none_is_refused_without_being_repeated(text):
    result = run("--token", text)
    assert result.exit_code == 2
    assert "Invalid value for '--token'" in result.output


@pytest.mark.parametrize(
    ("text", "ref"), [("jun.takeda", "user:default/jun.takeda"), ("User:Development/Guest", "user:development/guest")]
)
def test_a_guest_is_a_user_unless_it_says_otherwise(text, ref):
    assert EntityRefType().convert(text, None, None) == ref


@pytest.mark.parametrize(
    ("option", "text"),
    [("--guest", ""), ("--guest", "user:"), ("--token-lifetime", "0"), ("--token-lifetime", "1h")],
)
def test_a_sign_in_that_makes_no_sense_is_refused(option, text):
    result = run(option, text)
    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.output


def test_a_control_that_is_off_has_no_token():
    result = CliRunner().invoke(main, ["--no-control", "--control-token", "hush-hush"])
    assert result.exit_code == 2
    assert "exclude each other" in result.output
    assert "hush-hush" not in result.output


def test_a_taken_port_is_said_so():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["--port", str(port)])
    assert result.exit_code == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in result.output


def test_an_unknown_scenario_stops_the_start_and_names_the_known_ones():
    result = run("--scenario", "nope")
    assert result.exit_code == 1
    assert "Unknown scenario 'nope'" in result.output
    assert "happy-path" in result.output


def test_a_broken_template_stops_the_start_with_file_line_and_reason(tmp_path: Path):
    file = tmp_path / "broken.yaml"
    file.write_text(
        "apiVersion: scaffolder.backstage.io/v1beta3\n"
        "kind: Template\n"
        "metadata: {name: x}\n"
        "spec:\n"
        "  type: service\n"
        "  steps:\n"
        "    - id: one\n",
        encoding="utf-8",
    )
    result = run("--templates", str(tmp_path))
    assert result.exit_code == 1
    assert f"{file}:7: /spec/steps/0 must have required property 'action'" in result.output


def test_a_broken_scenario_stops_the_start_with_file_line_and_reason(tmp_path: Path):
    file = tmp_path / "mine.yaml"
    file.write_text("description: Mine.\nqueue: soon\n", encoding="utf-8")
    result = run("--scenarios", str(tmp_path))
    assert result.exit_code == 1
    assert f"{file}:2: /queue must be" in result.output


def test_options_come_from_the_environment_as_well():
    result = run(MOCK_SERVER_SCENARIO="nope")
    assert "Unknown scenario 'nope'" in result.output


def test_an_unknown_quirk_is_refused_and_the_known_ones_are_named():
    result = run("--quirk", "nope")
    assert result.exit_code == 2
    assert "late-headers" in result.output


@pytest.mark.parametrize("parameter", [one for one in main.params if one.opts[0] != "--version"], ids=str)
def test_the_variable_of_an_option_is_named_like_it(parameter):
    name = "MOCK_SERVER_" + parameter.opts[0].removeprefix("--").replace("-", "_").upper()
    assert name == (parameter.envvar or f"MOCK_SERVER_{parameter.name.upper()}")
