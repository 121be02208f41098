"""Writing the files of a dry run: below one folder, and nowhere else."""

import os
from pathlib import Path

import pytest

from mock_server.actions.workspace import File
from mock_server.result_folder import UnsafeFolder, is_occupied, write_files


def test_files_are_written_with_their_folders_and_modes(tmp_path):
    write_files(tmp_path / "new/out", [("a/b/c", File(b"c")), ("run", File(b"r", executable=True))])
    assert (tmp_path / "new/out/a/b/c").read_bytes() == b"c"
    assert not (tmp_path / "new/out/a/b/c").stat().st_mode & 0o111
    assert (tmp_path / "new/out/run").stat().st_mode & 0o100


@pytest.mark.parametrize("executable", [True, False])
def test_a_file_that_was_there_gets_the_new_content_and_mode(tmp_path, executable):
    old = tmp_path / "a"
    old.write_text("something longer", encoding="utf-8")
    old.chmod(0o644 if executable else 0o755)
    write_files(tmp_path, [("a", File(b"new", executable=executable))])
    assert old.read_bytes() == b"new"
    assert bool(old.stat().st_mode & 0o100) is executable


@pytest.mark.parametrize("path", ["../a", "a/../../b", "/etc/a", "a//b", "", ".", "a/."])
def test_a_path_that_leads_elsewhere_is_refused(tmp_path, path):
    out = tmp_path / "out"
    with pytest.raises(UnsafeFolder):
        write_files(out, [(path, File(b""))])
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("path", ["link", "link/a", "folder/link/a"])
def test_a_link_in_the_folder_is_not_followed(tmp_path, path):
    target, out = tmp_path / "target", tmp_path / "out"
    (out / "folder").mkdir(parents=True)
    target.mkdir()
    (out / "link").symlink_to(target)
    (out / "folder/link").symlink_to(target)
    with pytest.raises(UnsafeFolder):
        write_files(out, [(path, File(b"a"))])
    assert list(target.iterdir()) == []


def test_a_link_to_a_file_is_not_written_through(tmp_path):
    target, out = tmp_path / "target", tmp_path / "out"
    out.mkdir()
    target.write_text("mine", encoding="utf-8")
    (out / "a").symlink_to(target)
    with pytest.raises(UnsafeFolder):
        write_files(out, [("a", File(b"theirs"))])
    assert target.read_text(encoding="utf-8") == "mine"


def test_a_file_does_not_become_a_folder(tmp_path):
    (tmp_path / "a").write_text("", encoding="utf-8")
    with pytest.raises(UnsafeFolder):
        write_files(tmp_path, [("a/b", File(b""))])


def test_only_an_empty_folder_or_none_is_not_occupied(tmp_path: Path):
    file, link, full = tmp_path / "file", tmp_path / "link", tmp_path / "full"
    file.write_text("", encoding="utf-8")
    link.symlink_to(tmp_path / "nowhere")
    full.mkdir()
    (full / "a").mkdir()
    assert [is_occupied(path) for path in (file, link, full, full / "a", tmp_path / "none")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_pipe_in_the_folder_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a")
    with pytest.raises(UnsafeFolder):
        write_files(tmp_path, [("a", File(b"a"))])


def test_a_folder_does_not_become_a_file(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(UnsafeFolder):
        write_files(tmp_path, [("a", File(b"a"))])
