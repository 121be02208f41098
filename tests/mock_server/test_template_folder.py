"""Reading a template with its folder."""

import os
from pathlib import Path

import pytest

from mock_server import template_folder
from mock_server.actions.workspace import File
from mock_server.sources import BrokenFile
from mock_server.template_folder import FolderTooLarge, read_folder, read_template


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in ("template.yaml", "skeleton/.github/ci.yaml", "skeleton/b", ".git/config", "a/node_modules/x/y"):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path, encoding="utf-8")
    (tmp_path / "skeleton/b").chmod(0o755)
    return tmp_path


def test_all_files_are_read_but_those_of_git_and_npm(folder):
    assert dict(read_folder(folder)) == {
        "skeleton/.github/ci.yaml": File(b"skeleton/.github/ci.yaml"),
        "skeleton/b": File(b"skeleton/b", executable=True),
        "template.yaml": File(b"template.yaml"),
    }


def test_a_folder_may_be_left_out(folder):
    assert dict(read_folder(folder, [folder / "skeleton"])).keys() == {"template.yaml"}


def test_links_are_not_followed(folder):
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / "etc").symlink_to("/etc")
    os.mkfifo(folder / "pipe")
    assert dict(read_folder(folder)).keys() == {"skeleton/.github/ci.yaml", "skeleton/b", "template.yaml"}


@pytest.mark.parametrize("bound", ["MOST_ENTRIES", "MOST_BYTES"])
def test_a_folder_that_is_too_large_is_refused(folder, bound, monkeypatch):
    monkeypatch.setattr(template_folder, bound, 2)
    with pytest.raises(FolderTooLarge):
        read_folder(folder)


def test_the_first_template_of_a_file_is_taken(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("kind: User\n---\nkind: Template\nmetadata: {name: a}\n---\nkind: Template\n", encoding="utf-8")
    assert read_template(file) == {"kind": "Template", "metadata": {"name": "a"}}


@pytest.mark.parametrize("text", ["", "[]", "kind: template\n", "- kind: Template\n"])
def test_a_file_without_a_template_is_broken(tmp_path, text):
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BrokenFile, match="no entity of kind Template"):
        read_template(file)
