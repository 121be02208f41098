"""`run-mock-server dry-run`: from a folder to a folder."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mock_server.cli import main
from tests.mock_server.test_dry_run_templates import DRY_RUNS, NAMES, files_below

TEMPLATE = """\
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: tried}
spec:
  type: service
  parameters: {required: [name], properties: {name: {type: string}}}
  steps:
    - id: fetch
      name: Fetch the skeleton
      action: fetch:template
      input: {url: ./skeleton, values: {name: "${{ parameters.name }}", token: "${{ secrets.token }}"}}
    - {id: publish, action: "publish:github", input: {repoUrl: "github.com?owner=a&repo=b"}}
  output: {links: [{title: Repository, url: "${{ steps.publish.output.remoteUrl }}"}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "skeleton/bin").mkdir(parents=True)
    (home / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    (home / "skeleton/${{ values.name }}.md").write_text("# ${{ values.name }} ${{ values.token }}", encoding="utf-8")
    (home / "skeleton/bin/run").write_text("#!/bin/sh\n", encoding="utf-8")
    (home / "skeleton/bin/run").chmod(0o755)
    return home


def run(folder: Path, *arguments: str, values: str = '{"name": "shop"}', **environment: str) -> Result:
    command = ["dry-run", str(folder / "template.yaml"), "--values", values, *arguments]
    return CliRunner().invoke(main, command, env=environment)


def test_a_template_is_rendered_to_a_folder(folder, tmp_path):
    out = tmp_path / "new/out"
    result = run(folder, "--out", str(out))
    assert result.exit_code == 0, result.output
    assert files_below(out) == {"shop.md": b"# shop ", "bin/run": b"#!/bin/sh\n"}
    assert (out / "bin/run").stat().st_mode & 0o100
    assert not (out / "shop.md").stat().st_mode & 0o111


@pytest.mark.parametrize("name", NAMES)
def test_the_idioms_are_rendered_as_over_http(name, tmp_path):
    home = DRY_RUNS / name
    command = ["dry-run", str(home / "template/template.yaml"), "--values", f"@{home / 'values.json'}"]
    result = CliRunner().invoke(main, [*command, "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert files_below(tmp_path / "out") == files_below(home / "expected")


def test_the_steps_the_output_and_the_files_are_shown_at_80_columns(folder):
    result = run(folder)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert "+ fetch: Fetch the skeleton (completed)" in lines
    assert "- publish: publish:github (skipped)" in lines
    assert "    Skipping because publish:github does not support dry-run" in lines
    assert '        "url": "<example>"' in lines
    assert lines[-3:] == ["2 files", "  bin/run (10 bytes, executable)", "  shop.md (7 bytes)"]
    assert max(map(len, lines)) <= 80


def test_a_step_that_fails_is_told_after_the_log_with_exit_code_1(folder):
    (folder / "skeleton/b.txt").write_text("${{ unclosed", encoding="utf-8")
    result = run(folder)
    assert result.exit_code == 1
    assert "! fetch: Fetch the skeleton (failed)" in result.output
    assert "Writing file b.txt to template output path" in result.output
    assert "Error: TemplateRenderError: " in result.output


def test_a_missing_skeleton_is_told_without_a_folder_that_nobody_knows(folder):
    (folder / "skeleton").rename(folder / "other")
    result = run(folder)
    assert result.exit_code == 1
    assert "lstat '<template folder>/skeleton'" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("values", "complaint"),
    [("{}", 'instance requires property "name"'), ('{"name": 1}', "instance.name is not of a type(s) string")],
)
def test_values_that_the_template_refuses_are_a_failure(folder, values, complaint):
    result = run(folder, values=values)
    assert result.exit_code == 1
    assert complaint in result.output


def test_what_is_no_valid_template_is_a_failure(folder):
    (folder / "template.yaml").write_text(TEMPLATE[: TEMPLATE.index("spec:")], encoding="utf-8")
    result = run(folder)
    assert result.exit_code == 1
    assert "must have required property" in result.output


@pytest.mark.parametrize("values", ["{", "[]", "@/no/such/file", "[" * 100_000])
def test_values_that_are_no_json_object_are_wrong_usage(folder, values):
    result = run(folder, values=values)
    assert result.exit_code == 2
    assert "Invalid value for '--values'" in result.output


def test_a_file_without_a_template_is_wrong_usage(folder):
    (folder / "template.yaml").write_text("kind: Component\n", encoding="utf-8")
    result = run(folder)
    assert result.exit_code == 2
    assert "there is no entity of kind Template in it" in " ".join(result.output.split())


def test_a_template_that_is_not_there_is_wrong_usage(tmp_path):
    assert run(tmp_path).exit_code == 2


def test_secrets_come_from_the_environment_and_are_shown_nowhere(folder, tmp_path):
    secrets = json.dumps({"token": "hushhush"})
    result = run(folder, "--out", str(tmp_path / "out"), MOCK_SERVER_DRY_RUN_SECRETS=secrets)
    assert result.exit_code == 0, result.output
    assert "hushhush" not in result.output
    assert (tmp_path / "out/shop.md").read_bytes() == b"# shop ***"


@pytest.mark.parametrize("secrets", ['"hushhush"', '{"token": ["hushhush"]}', "hushhush"])
def test_secrets_that_are_none_are_refused_without_being_repeated(folder, secrets):
    result = run(folder, "--secrets", secrets)
    assert result.exit_code == 2
    assert "hushhush" not in result.output


def test_a_folder_with_something_in_it_is_left_alone_unless_forced(folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    result = run(folder, "--out", str(out))
    assert result.exit_code == 2
    assert files_below(out) == {"mine.txt": b"mine"}
    assert run(folder, "--out", str(out), "--force").exit_code == 0
    assert files_below(out).keys() == {"mine.txt", "shop.md", "bin/run"}


def test_a_folder_within_the_templates_is_not_taken_for_part_of_it(folder):
    (folder / "template.yaml").write_text(TEMPLATE.replace("./skeleton", "."), encoding="utf-8")
    out = folder / "out"
    assert run(folder, "--out", str(out)).exit_code == 0
    assert run(folder, "--out", str(out), "--force").exit_code == 0
    assert not (out / "out").exists()


def test_entities_are_fetched_from_the_files_that_are_named(folder, tmp_path):
    entities = tmp_path / "entities.yaml"
    entities.write_text("{apiVersion: v1, kind: Component, metadata: {name: cart}}\n", encoding="utf-8")
    fetch = TEMPLATE[: TEMPLATE.index("    - id: fetch")] + (
        "    - {id: it, action: 'catalog:fetch', input: {entityRef: 'component:cart'}}\n"
        '  output: {kind: "${{ steps.it.output.entity.kind }}", user: "${{ user.ref }}"}\n'
    )
    (folder / "template.yaml").write_text(fetch, encoding="utf-8")
    result = run(folder, "--templates", str(entities), "--user", "marta")
    assert result.exit_code == 0, result.output
    assert '"kind": "Component"' in result.output
    assert '"user": "user:default/marta"' in result.output
    assert run(folder).exit_code == 1


def test_entities_that_cannot_be_read_are_wrong_usage(folder, tmp_path):
    assert run(folder, "--templates", str(tmp_path / "nope.yaml")).exit_code == 2
    assert run(folder, "--user", "user:").exit_code == 2


def test_without_the_command_the_options_are_those_of_the_server():
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert "--port" in result.output
    assert "dry-run" in result.output
