"""The `repoUrl` of forms, such as `github.com?owner=acme&repo=shop`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

PARTS = ("owner", "repo", "organization", "workspace", "project")
MOST_PARAMETERS = 100

_HOST_END = re.compile("[/?#]")


class MalformedRepoUrl(ValueError):
    """A text that is no address of a repository."""


@dataclass(frozen=True, slots=True)
class RepoUrl:
    """A host and the parts that its query names, as they are written."""

    host: str
    written: Mapping[str, str]

    def __getitem__(self, part: str) -> str:
        """A part without the slashes around it; empty if it is not there."""
        return self.written.get(part, "").strip("/")

    @property
    def parts(self) -> dict[str, str]:
        """The parts that are there, without the slashes around them."""
        return {part: self[part] for part in PARTS if part in self.written}


def parse_repo_url(text: str) -> RepoUrl:
    """Read a `repoUrl`. Raises MalformedRepoUrl."""
    # Python normalizes any other host, which may take quadratic time.
    if not _HOST_END.split(text, maxsplit=1)[0].isascii():
        raise MalformedRepoUrl("the host has letters beyond ASCII")
    try:
        url = urlsplit(f"https://{text}")
        query = parse_qs(url.query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError as error:
        raise MalformedRepoUrl(str(error)) from error
    host = url.netloc.rpartition("@")[2].lower().removesuffix(":443")
    return RepoUrl(host, {part: query[part][0] for part in PARTS if part in query})
