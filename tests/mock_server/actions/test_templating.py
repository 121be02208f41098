"""`fetch:template` and `fetch:template:file`."""

import pytest

from mock_server.actions.execution import execute
from mock_server.actions.failures import (
    ActionFailed,
    FileSystemError,
    ForbiddenPath,
    InvalidActionInput,
    TemplateFailed,
)
from mock_server.actions.workspace import File, Quota
from mock_server.rendering import BudgetExhausted
from tests.mock_server.actions.workplaces import Bench

SKELETON = {
    "skel/a.txt": "A ${{ values.n }}",
    "skel/keep/b.txt": "B ${{ values.n }}",
    "skel/keep/${{ values.n }}/c.txt": "C",
    "skel/d.njk": "${{ values.n }}",
    "skel/e.njk.txt": "${{ values.n }}",
    "skel/.f.njk": "${{ values.n }}",
}


def rendered(skeleton: dict, /, workspace: dict | None = None, **input: object) -> dict[str, str]:
    bench = Bench({f"s/{path}": content for path, content in skeleton.items()}, workspace)
    execute("fetch:template", {"url": "./s", **input}, bench.bench)
    return bench.texts()


def test_files_and_their_names_are_rendered():
    bench = Bench(SKELETON)
    execute("fetch:template", {"url": "./skel", "values": {"n": "N"}, "targetPath": "out"}, bench.bench)
    assert bench.texts() == {
        "out/.f.njk": "N",
        "out/a.txt": "A N",
        "out/d.njk": "N",
        "out/e.njk.txt": "N",
        "out/keep/N/c.txt": "C",
        "out/keep/b.txt": "B N",
    }
    assert bench.log == [
        "Fetching template content from remote URL",
        "Listing files and directories in template",
        'Processing 8 template files/directories with input values {"n":"N"}',
        "Writing file .f.njk to template output path with mode 33188.",
        "Writing file a.txt to template output path with mode 33188.",
        "Writing file d.njk to template output path with mode 33188.",
        "Writing file e.njk.txt to template output path with mode 33188.",
        "Writing directory keep/ to template output path.",
        "Writing directory keep/${{ values.n }}/ to template output path.",
        "Writing file keep/b.txt to template output path with mode 33188.",
        "Writing file keep/${{ values.n }}/c.txt to template output path with mode 33188.",
        "Template result written to /work/out",
    ]


def test_only_what_has_the_extension_is_a_template_and_loses_it():
    bench = Bench(SKELETON)
    execute("fetch:template", {"url": "skel", "values": {"n": "N"}, "templateFileExtension": True}, bench.bench)
    assert bench.texts() == {
        ".f": "N",
        "a.txt": "A ${{ values.n }}",
        "d": "N",
        "e.njk.txt": "${{ values.n }}",
        "keep/N/c.txt": "C",
        "keep/b.txt": "B ${{ values.n }}",
    }


@pytest.mark.parametrize("extension", ["txt", ".txt"])
def test_the_extension_may_be_another_one(extension):
    files = {"a.txt": "${{ values.n }}", "b.njk": "${{ values.n }}"}
    assert rendered(files, values={"n": 1}, templateFileExtension=extension) == {"a": "1", "b.njk": "${{ values.n }}"}


def test_what_is_copied_without_templating_still_gets_its_name_rendered():
    bench = Bench(SKELETON)
    execute("fetch:template", {"url": "skel", "values": {"n": "N"}, "copyWithoutTemplating": ["keep"]}, bench.bench)
    assert bench.texts()["keep/b.txt"] == "B ${{ values.n }}"
    assert bench.texts()["keep/N/c.txt"] == "C"
    assert bench.texts()["a.txt"] == "A N"
    assert "Copying file/directory keep/b.txt without processing." in bench.log


def test_an_extension_goes_with_neither_patterns_nor_cookiecutter():
    for option in ({"copyWithoutTemplating": []}, {"cookiecutterCompat": True}):
        with pytest.raises(InvalidActionInput, match=r"^Fetch action input extension incompatible with "):
            rendered(SKELETON, templateFileExtension=True, **option)


@pytest.mark.parametrize(
    "name", ["${{ values.no }}", "${{ values.no }}/a", "a/${{ values.no }}/b", "a/${{ values.no }}"]
)
def test_a_file_or_folder_without_a_name_is_left_out(name):
    assert rendered({name: "x", "z": "z"}, values={"no": ""}).keys() <= {"z"}


def test_a_name_may_turn_into_folders():
    assert rendered({"${{ values.package }}/A.java": "x"}, values={"package": "com/acme"}) == {"com/acme/A.java": "x"}


def test_binary_files_are_copied_as_they_are():
    bench = Bench({"logo.png": File(b"\x89PNG\0${{ values.n }}", executable=True)})
    execute("fetch:template", {"url": ".", "values": {"n": 1}}, bench.bench)
    assert list(bench.bench.workspace.files()) == [("logo.png", File(b"\x89PNG\0${{ values.n }}", executable=True))]
    assert "Copying file binary or symbolic link at logo.png, to template output path." in bench.log


def test_a_rendered_file_stays_executable():
    bench = Bench({"gradlew": File(b"# ${{ values.n }}", executable=True)})
    execute("fetch:template", {"url": ".", "values": {"n": 1}}, bench.bench)
    assert list(bench.bench.workspace.files()) == [("gradlew", File(b"# 1", executable=True))]
    assert "Writing file gradlew to template output path with mode 33261." in bench.log


def test_what_is_there_already_is_kept_unless_it_is_to_be_replaced():
    assert rendered({"a": "new"}, {"a": "old"}) == {"a": "old"}
    assert rendered({"a": "new"}, {"a": "old"}, replace=True) == {"a": "new"}


def test_of_names_that_collide_the_first_one_stays():
    assert rendered({"${{ values.a }}": "1", "${{ values.b }}": "2"}, values={"a": "x", "b": "x"}) == {"x": "1"}


BLOCK = "a\n  {% if true %}\nb\n  {% endif %}\nc"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "a\n  \nb\n  \nc"),
        ({"trimBlocks": True}, "a\n  b\n  c"),
        ({"lstripBlocks": True}, "a\n\nb\n\nc"),
        ({"trimBlocks": True, "lstripBlocks": True}, "a\nb\nc"),
    ],
)
def test_the_space_around_blocks_can_be_dropped(options, text):
    assert rendered({"a": BLOCK}, **options) == {"a": text}


def test_templates_for_cookiecutter_have_other_brackets_and_pythons_words():
    files = {"{{ cookiecutter.name }}/a": "${{ cookiecutter.name }} {{ cookiecutter | jsonify }} {{ True }} {{ None }}"}
    assert rendered(files, values={"name": "n"}, cookiecutterCompat=True) == {"n/a": '$n {"name":"n"} true '}


def test_without_cookiecutter_its_brackets_are_text():
    assert rendered({"a": "{{ values.n }}"}, values={"n": 1}) == {"a": "{{ values.n }}"}


@pytest.mark.parametrize("text", ["${{ unclosed", "${{ values | nofilter }}", "{% endif %}", "{# open", "${#array[@]}"])
def test_a_template_that_cannot_be_rendered_fails_the_step(text):
    with pytest.raises(TemplateFailed) as failed:
        rendered({"a": text})
    assert failed.value.name == "TemplateRenderError"


@pytest.mark.parametrize("path", ["../../etc/passwd", "..", "a/../../b"])
def test_no_name_leads_out_of_the_target(path):
    with pytest.raises(ForbiddenPath):
        rendered({"${{ values.path }}": "x"}, values={"path": path}, targetPath="deep/down")


def test_a_name_with_a_null_character_is_forbidden():
    with pytest.raises(ForbiddenPath):
        rendered({"${{ values.path }}": "x"}, values={"path": "a\0b"})


def test_the_target_stays_in_the_workspace():
    with pytest.raises(ForbiddenPath):
        rendered({"a": "x"}, targetPath="../x")


def test_a_skeleton_is_a_folder():
    with pytest.raises(ActionFailed, match=r"^The `cwd` option must be a path to a directory$"):
        execute("fetch:template", {"url": "a"}, Bench({"a": "x"}).bench)
    with pytest.raises(FileSystemError, match="lstat '/contents/skeleton'"):
        execute("fetch:template", {"url": "./skeleton"}, Bench().bench)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (None, ""),
        ({}, ""),
        ({"b": {"d": 1, "c": [1.0, None]}, "a": "é"}, ' {"a":"é","b":{"c":[1,null],"d":1}}'),
        ({"message": "hey", "level": "x", "splat": 1}, " hey"),
        ({"message": 5, "z": 1}, ' 5 {"z":1}'),
    ],
)
def test_the_values_are_logged_as_the_real_server_logs_them(values, shown):
    bench = Bench({"a": ""})
    execute("fetch:template", {"url": ".", **({} if values is None else {"values": values})}, bench.bench)
    assert bench.log[2] == f"Processing 1 template files/directories with input values{shown}"


def test_a_single_file_is_rendered():
    bench = Bench({"a.txt": "${{ values.n }}"})
    execute("fetch:template:file", {"url": "a.txt", "targetPath": "new/b", "values": {"n": 1}}, bench.bench)
    assert bench.texts() == {"new/b": "1"}
    assert bench.log == [
        "Fetching template file content from remote URL",
        'Processing template file with input values {"n":1}',
        "Template file has been written to /work/new/b",
    ]


def test_a_single_file_that_is_there_already_is_kept_unless_it_is_to_be_replaced():
    bench = Bench({"a.txt": "new"}, {"b": "old"})
    execute("fetch:template:file", {"url": "a.txt", "targetPath": "b"}, bench.bench)
    assert bench.texts() == {"b": "old"}
    assert bench.log == ["File b already exists in workspace, not replacing."]
    execute("fetch:template:file", {"url": "a.txt", "targetPath": "b", "replace": True}, bench.bench)
    assert bench.texts() == {"b": "new"}


HOSTILE = [
    "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}",
    "${{ 'x' * 1000000000 }}",
    "{% set x = 'aaaaaaaaaa' %}" + "{% set x = x ~ x ~ x ~ x %}" * 40 + "${{ x }}",
    "${{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' | replace(r/(a+)+b/, '') }}"
    + "${{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'.replace(r/(a|a)*b/g, '') }}" * 500,
    "{% macro m() %}${{ m() }}{% endmacro %}${{ m() }}",
    "${{ " + "(" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_ends_at_the_budget_or_as_an_error(text):
    bench = Bench({"a": text}, steps=400_000)
    try:
        execute("fetch:template", {"url": "."}, bench.bench)
    except (BudgetExhausted, TemplateFailed):
        return
    assert bench.budget.remaining >= 0
    assert len(bench.texts()["a"]) <= 1_000_000


def test_many_files_share_one_budget():
    text = "{% for a in range(100) %}${{ a }}{% endfor %}"
    with pytest.raises(BudgetExhausted):
        execute("fetch:template", {"url": "."}, Bench({str(n): text for n in range(1_000)}, steps=100_000).bench)


def test_files_that_swell_end_at_the_quota():
    bench = Bench({str(n): "${{ 'x'.repeat(1) }}" + "x" * 1_000 for n in range(5)}, quota=Quota(size=3_000))
    with pytest.raises((FileSystemError, TemplateFailed)):
        execute("fetch:template", {"url": "."}, bench.bench)
