"""Folders for actions to work in."""

from collections.abc import Mapping

from mock_server.actions.workbench import Workbench, Workplace
from mock_server.actions.workspace import File, Quota, Workspace
from mock_server.entities import Entities
from mock_server.rendering import Budget, Limits

Content = str | bytes | File


def a_folder(root: str, files: Mapping[str, Content] | None = None, quota: Quota | None = None) -> Workspace:
    """A folder with these files in it."""
    folder = Workspace(root, quota or Quota(), exists=root != "/contents")
    for path, content in (files or {}).items():
        file = content if isinstance(content, File) else File(content.encode() if isinstance(content, str) else content)
        folder.write(folder.locate(path), file)
    return folder


def a_workplace(
    contents: Mapping[str, Content] | None = None, workspace: Mapping[str, Content] | None = None
) -> Workplace:
    """`/contents` and `/work` with these files in them."""
    return Workplace(a_folder("/contents", contents), a_folder("/work", workspace))


class Bench:
    """A workbench on which one action after the other is tried."""

    def __init__(
        self,
        contents: Mapping[str, Content] | None = None,
        workspace: Mapping[str, Content] | None = None,
        *,
        entities: Entities | None = None,
        steps: int = 400_000,
        quota: Quota | None = None,
    ) -> None:
        self.log: list[str] = []
        self.budget = Budget(Limits(steps=steps))
        self.bench = Workbench(
            a_folder("/contents", contents),
            a_folder("/work", workspace, quota),
            entities or Entities([]),
            self.budget,
            self.log.append,
        )

    def texts(self) -> dict[str, str]:
        """The files of the workspace."""
        return {path: file.content.decode(errors="replace") for path, file in self.bench.workspace.files()}
