"""Dry runs as a whole: what a hostile template gets, and that it gets it soon."""

import base64
import json

import pytest

from mock_server.actions.catalogue import load_actions
from mock_server.actions.workspace import MOST_BYTES, MOST_ENTRIES, File
from mock_server.directory_contents import MalformedFiles, directory_contents, read_directory_contents
from mock_server.dry_run import DryRun, DryRunFailed, dry_run
from mock_server.entities import Entities

ACTIONS = load_actions()
NO_ROOM = "ENOSPC: no space left on device, write '/tmp/dry-run-"
TOO_MUCH = ("the template takes too many steps", "the regular expression takes too many steps", NO_ROOM)


def template(*steps: dict, **output: str) -> dict:
    return {
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "kind": "Template",
        "metadata": {"name": "tried"},
        "spec": {"type": "service", "steps": list(steps), "output": output},
    }


def step(action: str, /, each: object = None, **input: object) -> dict:
    return {"action": action, "input": input, **({} if each is None else {"each": each})}


def run(*steps: dict, files: dict[str, str | bytes] | None = None, secrets: dict | None = None, **output: str):
    contents = [
        (path, File(content.encode() if isinstance(content, str) else content))
        for path, content in (files or {}).items()
    ]
    request = DryRun(template(*steps, **output), {}, {}, secrets or {}, contents)
    return dry_run(request, ACTIONS, Entities([]))


def error(*steps: dict, **options) -> str:
    with pytest.raises(DryRunFailed) as failed:
        run(*steps, **options)
    return failed.value.failure.message


LOOP = "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}"
LONG_LOOP = "{% for a in range(300) %}${{ a }}{% endfor %}"
RENDER, COPY = step("fetch:template", url="."), step("fetch:plain", url=".")
AGAIN = list(range(900))
HOSTILE = {
    "nested loops": ([RENDER], {"a": LOOP}),
    "a loop in a name": ([RENDER], {LOOP: "x"}),
    "loops in many files": ([RENDER], {str(n): LONG_LOOP for n in range(2_000)}),
    "many copies": (
        [step("fetch:plain", AGAIN, url=".", targetPath="${{ each.key }}")],
        {str(n): "" for n in range(100)},
    ),
    "large copies": ([step("fetch:plain", AGAIN, url=".", targetPath="${{ each.key }}")], {"a": b"x" * 1_000_000}),
    "large logs": ([COPY, step("debug:log", AGAIN, listWorkspace="with-contents")], {"a": "x" * 1_000_000}),
    "listings": ([COPY, step("fs:readdir", AGAIN, paths=["."], recursive=True)], {str(n): "" for n in range(1_000)}),
    "patterns": ([COPY, step("fs:delete", files=["**/*a*b*c*d*"] * 500)], {"x" * 200 + str(n): "" for n in range(200)}),
    "large entities": ([step("catalog:write", AGAIN, entity={"metadata": {}, "text": "word " * 20_000})], {}),
    "renames": (
        [COPY, step("fs:rename", AGAIN, files=[{"from": "a", "to": "b"}, {"from": "b", "to": "a"}] * 99)],
        {"a": ""},
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_template_that_asks_for_too_much_ends_as_an_error(name):
    steps, files = HOSTILE[name]
    assert error(*steps, files=files).startswith(TOO_MUCH)


@pytest.mark.parametrize("files", [{str(n): "" for n in range(MOST_ENTRIES + 1)}, {"a": b"x" * (MOST_BYTES + 1)}])
def test_more_files_than_a_template_has_are_refused(files):
    assert error(files=files).startswith("ENOSPC")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/../../b", "..", "a\0b"])
def test_a_file_that_leads_out_of_the_template_is_forbidden(name):
    with pytest.raises(DryRunFailed) as failed:
        run(files={name: ""})
    assert failed.value.failure.name == "NotAllowedError"


@pytest.mark.parametrize("path", ["../../etc/passwd", "${{ '/etc' }}/passwd", "a/../../../b", "${{ '..' }}/x"])
@pytest.mark.parametrize(
    "made",
    [
        lambda path: step("fetch:plain", url=path),
        lambda path: step("fetch:plain", url=".", targetPath=path),
        lambda path: step("fetch:plain:file", url=path, targetPath="a"),
        lambda path: step("fetch:template", url=".", targetPath=path),
        lambda path: step("fetch:template:file", url="a", targetPath=path),
        lambda path: step("fs:delete", files=[path]),
        lambda path: step("fs:readdir", paths=[path]),
        lambda path: step("fs:rename", files=[{"from": path, "to": "b"}]),
        lambda path: step("fs:rename", files=[{"from": "a", "to": path}]),
        lambda path: step("catalog:write", entity={"metadata": {}}, filePath=path),
    ],
)
def test_no_input_leads_out_of_the_workspace(made, path):
    message = "Relative path is not allowed to refer to a directory outside its parent"
    assert error(made(path), files={"a": ""}) == message


def test_half_a_character_in_a_name_or_text_is_replaced():
    render = step("fetch:template", url=".", values={"half": "\ud800"})
    result = run(render, files={"${{ values.half }}": "${{ values.half }}"})
    assert result.files == [("\ufffd", File("\ufffd".encode()))]


def test_a_secret_is_in_no_file_no_log_and_no_output():
    render = step(
        "fetch:template", url=".", values={"it": "${{ secrets.token }}", "loud": "${{ secrets.token | upper }}"}
    )
    log = step("debug:log", listWorkspace="with-contents", message="${{ secrets.token }}")
    read = step("fs:readdir", each=["${{ secrets.token }}"], paths=["."])
    files = {"${{ values.it }}": "${{ values.it }}${{ values.loud }}"}
    result = run(
        render, log, {**read, "id": "it"}, files=files, secrets={"token": "hushhush"}, o="${{ steps.it.output }}"
    )
    shown = json.dumps(result.to_json()) + "".join(file.content.decode() for _, file in result.files)
    assert "hushhush" not in shown.lower()
    assert result.files == [("***", File(b"******"))]


def test_a_word_that_is_a_secret_as_well_is_left_where_it_comes_from_elsewhere():
    render = step("fetch:template", url=".", values={"stage": "dev"})
    result = run(render, files={"${{ values.stage }}": "npm run dev"}, secrets={"stage": "dev"})
    assert result.files == [("dev", File(b"npm run dev"))]


def test_an_input_with_an_items_secret_is_masked_as_a_whole():
    result = run(
        step("debug:log", each=["${{ secrets.token }}"], message="v ${{ each.value }}"), secrets={"token": "shh123"}
    )
    messages = [entry["body"]["message"].removeprefix("\x1b[32minfo\x1b[39m: ") for entry in result.log]
    assert messages[2:6] == [
        'Running debug:log in dry-run mode with inputs (secrets redacted): {\n  "message": "v "\n}',
        'Running step each: {"key":"0","value":"***"}',
        '{\n  "message": "***"\n}',
        "***",
    ]


def test_the_inputs_of_all_items_are_looked_at_before_the_first_one_runs():
    with pytest.raises(DryRunFailed) as failed:
        run(step("debug:log", each=["fine", 5], message="${{ each.value }}"))
    assert failed.value.failure.message.startswith("Invalid input passed to action debug:log[1], ")
    assert not any("Running step each" in entry["body"]["message"] for entry in failed.value.log)


def test_items_are_logged_as_javascript_makes_texts_of_them():
    result = run(step("debug:log", each=[{"a": 1}, [1, None, "x"], None, 2.0]))
    shown = [entry["body"]["message"] for entry in result.log if "Running step each" in entry["body"]["message"]]
    values = [json.loads(message.partition("each: ")[2])["value"] for message in shown]
    assert values == ["[object Object]", "1,,x", "null", "2"]


def test_the_packing_of_the_results_is_one_more_step_to_the_output():
    steps = list(json.loads(run(step("debug:log"), steps="${{ steps | dump }}").output["steps"]))
    assert (steps[0], len(steps)) == ("step-1", 2)


def test_the_repository_in_a_workspace_is_no_result():
    result = run(step("fetch:plain", url="."), files={".git/config": "", "a/.git/config": "", ".gitignore": ""})
    assert sorted(path for path, _ in result.files) == [".gitignore", "a/.git/config"]


def test_files_are_read_and_shown_as_base64():
    entries = [{"path": "b", "base64Content": base64.b64encode(b"B").decode()}, {"path": "a", "base64Content": ""}]
    files = read_directory_contents(entries)
    assert files == [("b", File(b"B")), ("a", File(b""))]
    assert [file["path"] for file in directory_contents(files)] == ["a", "b"]


def test_files_are_shown_level_by_level():
    files = [(path, File(b"")) for path in ("a/b/c", "z", "b/a", "a/z", "a/b/a")]
    assert [file["path"] for file in directory_contents(files)] == ["z", "a/z", "b/a", "a/b/a", "a/b/c"]


def test_each_file_that_lacks_something_is_named():
    with pytest.raises(MalformedFiles) as malformed:
        read_directory_contents([{"path": "a"}, {}])
    issues = json.loads(str(malformed.value).removeprefix("Malformed request: "))
    assert [issue["path"] for issue in issues] == [
        ["directoryContents", 0, "base64Content"],
        ["directoryContents", 1, "path"],
        ["directoryContents", 1, "base64Content"],
    ]


def test_of_many_malformed_files_the_first_are_told():
    with pytest.raises(MalformedFiles) as malformed:
        read_directory_contents([{}] * 1_000)
    issues = json.loads(str(malformed.value).removeprefix("Malformed request: "))
    assert len(issues) == 100
    assert issues[-1]["path"] == ["directoryContents", 49, "base64Content"]
