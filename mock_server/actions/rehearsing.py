"""Actions of modules that know what a dry run is: they tell what they would do, and make up what it gives."""

from urllib.parse import parse_qs

from mock_server.actions.failures import InvalidActionInput
from mock_server.actions.repositories import repository
from mock_server.actions.workbench import Executor, Input, Output, Workbench

_ACCESS_LEVELS = {
    "no_access": 0,
    "minimal_access": 5,
    "guest": 10,
    "planner": 15,
    "reporter": 20,
    "developer": 30,
    "maintainer": 40,
    "owner": 50,
}
_DEFAULT_ACCESS_LEVEL = 30


def _pull_request(input: Input, bench: Workbench) -> Output:
    _insist_on_owner(input["repoUrl"])
    bench.log("Performing dry run of creating pull request")
    bench.log("Dry run complete")
    return {"targetBranchName": input["branchName"], "remoteUrl": input["repoUrl"], "pullRequestNumber": 43}


def _issue(input: Input, bench: Workbench) -> Output:
    owner, repo = _insist_on_owner(input["repoUrl"])
    bench.log(f'Creating issue "{input["title"]}" on repo {repo}')
    bench.log(f'Performing dry run of creating issue "{input["title"]}"')
    bench.log("Dry run complete")
    return {"issueUrl": f"https://github.com/{owner}/{repo}/issues/42", "issueNumber": 42}


def _webhook(input: Input, bench: Workbench) -> Output:
    bench.log(f"Creating webhook {input['webhookUrl']} for repo {input['repoUrl']}")
    _insist_on_owner(input["repoUrl"])
    bench.log("Dry run complete")
    return {}


def _group(_: Input, __: Workbench) -> Output:
    return {"groupId": 42}


def _group_access(input: Input, _: Workbench) -> Output:
    members = {name: input[name] for name in ("userIds", "groupIds") if input.get(name)}
    if not members:
        raise InvalidActionInput("At least one of userIds or groupIds must be provided and non-empty")
    level = input.get("accessLevel", _DEFAULT_ACCESS_LEVEL)
    if isinstance(level, str) and level.lower() not in _ACCESS_LEVELS:
        names = ", ".join(_ACCESS_LEVELS)
        raise InvalidActionInput(
            f'Invalid access level: "{level}". Valid values are: {names} or a numeric GitLab access level'
        )
    if input.get("action", "add") == "add":
        members["accessLevel"] = _ACCESS_LEVELS[level.lower()] if isinstance(level, str) else level
    return {**members, "path": input["path"]}


def _gerrit(input: Input, bench: Workbench) -> Output:
    bench.log("Dry run arguments: [object Object]")
    return {**repository(input["repoUrl"], input.get("defaultBranch")), "commitHash": "abcd-dry-run-1234"}


def _insist_on_owner(repo_url: str) -> tuple[str, str]:
    host, _, query = repo_url.partition("?")
    parts = {key: entry[0] for key, entry in parse_qs(query).items()}
    owner, repo = parts.get("owner", ""), parts.get("repo", "")
    if not owner:
        raise InvalidActionInput(f"No owner provided for host: {host}, and repo {repo}")
    return owner, repo


REHEARSING: dict[str, Executor] = {
    "github:issues:create": _issue,
    "github:webhook": _webhook,
    "gitlab:group:access": _group_access,
    "gitlab:group:ensureExists": _group,
    "publish:gerrit": _gerrit,
    "publish:github:pull-request": _pull_request,
}
