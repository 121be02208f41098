"""Actions that rehearse what they cannot do here."""

import pytest

from mock_server.actions.execution import execute
from mock_server.actions.failures import InvalidActionInput
from tests.mock_server.actions.workplaces import Bench

REPO = "github.com?owner=acme&repo=shop"


@pytest.mark.parametrize(
    ("action", "input", "output", "log"),
    [
        (
            "publish:github:pull-request",
            {"repoUrl": REPO, "branchName": "fix"},
            {"targetBranchName": "fix", "remoteUrl": REPO, "pullRequestNumber": 43},
            ["Performing dry run of creating pull request", "Dry run complete"],
        ),
        (
            "github:issues:create",
            {"repoUrl": REPO, "title": "Oh"},
            {"issueUrl": "https://github.com/acme/shop/issues/42", "issueNumber": 42},
            ['Creating issue "Oh" on repo shop', 'Performing dry run of creating issue "Oh"', "Dry run complete"],
        ),
        (
            "github:webhook",
            {"repoUrl": REPO, "webhookUrl": "https://e.com"},
            {},
            [f"Creating webhook https://e.com for repo {REPO}", "Dry run complete"],
        ),
        ("gitlab:group:ensureExists", {"repoUrl": "gitlab.com", "path": ["a"]}, {"groupId": 42}, []),
        (
            "gitlab:group:access",
            {"repoUrl": "gitlab.com", "path": "a", "userIds": [1], "accessLevel": "Owner"},
            {"userIds": [1], "accessLevel": 50, "path": "a"},
            [],
        ),
        (
            "gitlab:group:access",
            {"repoUrl": "gitlab.com", "path": "a", "groupIds": [2], "action": "remove"},
            {"groupIds": [2], "path": "a"},
            [],
        ),
    ],
)
def test_an_action_of_a_module_tells_what_it_would_do(action, input, output, log):
    bench = Bench()
    assert execute(action, input, bench.bench) == output
    assert bench.log == log


@pytest.mark.parametrize(
    ("action", "input", "message"),
    [
        (
            "publish:github:pull-request",
            {"repoUrl": "bitbucket.org?project=p&repo=shop", "branchName": "fix"},
            "No owner provided for host: bitbucket.org, and repo shop",
        ),
        (
            "github:issues:create",
            {"repoUrl": "bitbucket.org?project=p&repo=shop", "title": "Oh"},
            "Invalid repository owner provided in repoUrl",
        ),
        *(
            ("github:webhook", {"repoUrl": url, "webhookUrl": "https://e.com"}, message)
            for url, message in [
                (
                    "github.com?repo=b",
                    "Invalid repo URL passed to publisher: https://github.com/?repo=b, missing owner",
                ),
                ("github.com", "Invalid repo URL passed to publisher: https://github.com/, missing repo"),
                ("", "Invalid repo URL passed to publisher, got , TypeError: Invalid URL"),
                ("gitlab.com?owner=a&repo=b", "No integration for host gitlab.com"),
                ("https://github.com?owner=a&repo=b", "No matching integration configuration for host https, please"),
            ]
        ),
        (
            "gitlab:group:access",
            {"path": "a"},
            "At least one of userIds or groupIds must be provided and non-empty",
        ),
        ("gitlab:group:access", {"path": "a", "userIds": [1], "accessLevel": "king"}, 'Invalid access level: "king".'),
    ],
)
def test_an_input_that_makes_no_sense_is_refused(action, input, message):
    with pytest.raises(InvalidActionInput) as failed:
        execute(action, input, Bench().bench)
    assert str(failed.value).startswith(message)


def test_an_action_without_an_executor_gives_nothing():
    assert execute("sentry:fetch:dsn", {}, Bench().bench) is None
