"""Actions of modules that know what a dry run is: they tell what they would do, and make up what it gives."""

from mock_server.actions.failures import InvalidActionInput
from mock_server.actions.repositories import repository
from mock_server.actions.workbench import Executor, Input, Output, Workbench
from mock_server.repo_urls import MalformedRepoUrl, RepoUrl, parse_repo_url

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
# What a repository URL has to name, by host, in the order in which it is missed.
_NEEDED = {
    "github.com": ("repo", "owner"),
    "gitlab.com": ("owner", "repo"),
    "bitbucket.org": ("project", "repo"),
    "dev.azure.com": ("project", "repo"),
}
_NO_OWNER = "Invalid repository owner provided in repoUrl"


def _pull_request(input: Input, bench: Workbench) -> Output:
    _on_github(input["repoUrl"], "No owner provided for host: {host}, and repo {repo}")
    bench.log("Performing dry run of creating pull request")
    bench.log("Dry run complete")
    return {"targetBranchName": input["branchName"], "remoteUrl": input["repoUrl"], "pullRequestNumber": 43}


def _issue(input: Input, bench: Workbench) -> Output:
    owner, repo = _on_github(input["repoUrl"], _NO_OWNER)
    bench.log(f'Creating issue "{input["title"]}" on repo {repo}')
    bench.log(f'Performing dry run of creating issue "{input["title"]}"')
    bench.log("Dry run complete")
    return {"issueUrl": f"https://github.com/{owner}/{repo}/issues/42", "issueNumber": 42}


def _webhook(input: Input, bench: Workbench) -> Output:
    bench.log(f"Creating webhook {input['webhookUrl']} for repo {input['repoUrl']}")
    _on_github(input["repoUrl"], _NO_OWNER)
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
    output: Output = {**members, "path": input["path"]}
    if input.get("action", "add") == "add":
        output["accessLevel"] = _ACCESS_LEVELS[level.lower()] if isinstance(level, str) else level
    return output


def _gerrit(input: Input, bench: Workbench) -> Output:
    bench.log("Dry run arguments: [object Object]")
    return {**repository(input["repoUrl"], input.get("defaultBranch")), "commitHash": "abcd-dry-run-1234"}


def _repository(repo_url: str) -> RepoUrl:
    """A repository of which everything is named that its host needs. Raises InvalidActionInput."""
    try:
        url = parse_repo_url(repo_url)
    except MalformedRepoUrl:
        url = None
    host = "" if url is None else url.host.removesuffix(":")
    if url is None or not host or " " in host:
        raise InvalidActionInput(f"Invalid repo URL passed to publisher, got {repo_url}, TypeError: Invalid URL")
    if host not in _NEEDED:
        raise InvalidActionInput(
            f"No matching integration configuration for host {host}, please check your integrations config"
        )
    for part in _NEEDED[host]:
        if not url.written.get(part) and not url.written.get("project"):
            query = "".join(repo_url.partition("?")[1:])
            raise InvalidActionInput(f"Invalid repo URL passed to publisher: https://{host}/{query}, missing {part}")
    return url


def _on_github(repo_url: str, ownerless: str) -> tuple[str, str]:
    """Owner and name of a repository on GitHub. Raises InvalidActionInput."""
    url = _repository(repo_url)
    if not url["owner"]:
        raise InvalidActionInput(ownerless.format(host=url.host, repo=url["repo"]))
    if url.host != "github.com":
        raise InvalidActionInput(f"No integration for host {url.host}")
    return url["owner"], url["repo"]


REHEARSING: dict[str, Executor] = {
    "github:issues:create": _issue,
    "github:webhook": _webhook,
    "gitlab:group:access": _group_access,
    "gitlab:group:ensureExists": _group,
    "publish:gerrit": _gerrit,
    "publish:github:pull-request": _pull_request,
}
