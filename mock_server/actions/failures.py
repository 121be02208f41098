"""How an action that is really executed can fail, worded as the real server's libraries word it."""


class ActionFailed(Exception):
    """An action ended with an error; `name` is the JavaScript class of the real one."""

    name = "Error"


class InvalidActionInput(ActionFailed):
    """The input says something that the action cannot do."""

    name = "InputError"


class ForbiddenPath(ActionFailed):
    """A path that leads out of its folder."""

    name = "NotAllowedError"

    def __init__(self) -> None:
        super().__init__("Relative path is not allowed to refer to a directory outside its parent")


class TemplateFailed(ActionFailed):
    """A file that is a template cannot be rendered."""

    name = "TemplateRenderError"


class FileSystemError(ActionFailed):
    """What Node says of a failed system call: a code, what it means, the call and its paths."""

    def __init__(self, code: str, call: str, *paths: str) -> None:
        quoted = " -> ".join(f"'{path}'" for path in paths)
        super().__init__(f"{code}: {_MEANINGS[code]}, {call} {quoted}")


_MEANINGS = {
    "EEXIST": "file already exists",
    "EISDIR": "illegal operation on a directory",
    "ENAMETOOLONG": "name too long",
    "ENOENT": "no such file or directory",
    "ENOSPC": "no space left on device",
    "ENOTDIR": "not a directory",
}
