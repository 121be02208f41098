"""The errors that steps fail with, as the services behind their actions word them."""

import random
from fnmatch import fnmatchcase
from typing import Final

from mock_server.scenario import FailRule

_REPOSITORIES = (
    FailRule("HttpError", "Repository creation failed: name already exists on this account"),
    FailRule("HttpError", "Resource not accessible by integration"),
    FailRule("HttpError", "API rate limit exceeded for installation ID 4711208."),
    FailRule("Error", "Failed to push to the default branch: protected branch hook declined"),
    FailRule("HttpError", "Bad credentials"),
)
_FETCHING = (
    FailRule("NotFoundError", "Unable to read the skeleton: request failed with 404 Not Found"),
    FailRule("NunjucksError", "Template render error: (unknown path) [Line 14, Column 21]\n  unexpected token: }}"),
    FailRule("Error", "Failed to fetch the archive: 503 Service Unavailable"),
)
_CATALOG = (
    FailRule("ConflictError", "Location url:catalog-info.yaml already exists"),
    FailRule("InputError", 'Policy check failed: "metadata.name" is not valid; expected a string of [a-zA-Z0-9-_.]'),
    FailRule("NotFoundError", "Unable to read url, no matching files found"),
)
_NETWORK = (
    FailRule("FetchError", "request to https://ci.internal.example/api/v2/jobs failed, reason: connect ETIMEDOUT"),
    FailRule("Error", "getaddrinfo ENOTFOUND artifacts.internal.example"),
    FailRule("ResponseError", "Request failed with 502 Bad Gateway"),
    FailRule("TimeoutError", "The operation was aborted due to timeout"),
    FailRule("ResponseError", "Request failed with 403 Forbidden"),
)
_BY_ACTION: Final = (
    ("publish:*", _REPOSITORIES),
    ("github:*", _REPOSITORIES),
    ("gitlab:*", _REPOSITORIES),
    ("fetch:*", _FETCHING),
    ("catalog:*", _CATALOG),
)


def draw_failure(draw: random.Random, action: str) -> FailRule:
    """An error that a step with this action may well have."""
    own: tuple[FailRule, ...] = next((failures for glob, failures in _BY_ACTION if fnmatchcase(action, glob)), ())
    return draw.choice([*own, *_NETWORK[: 2 if own else None]])
