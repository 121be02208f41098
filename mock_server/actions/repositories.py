"""The addresses of repositories that a `repoUrl` of a form stands for: `github.com?owner=acme&repo=shop`."""

from typing import Any
from urllib.parse import quote

from mock_server.repo_urls import MalformedRepoUrl, parse_repo_url


def repository(repo_url: str, branch: str | None = None) -> dict[str, Any]:
    """`remoteUrl` and `repoContentsUrl` of a published repository; empty for a text that is no `repoUrl`."""
    host, parts = _parts(repo_url)
    repo, branch = parts.get("repo"), branch or "main"
    if not (host and repo):
        return {}
    if "project" in parts and "organization" in parts:
        url = f"https://{host}/{parts['organization']}/{parts['project']}/_git/{repo}"
        return {"remoteUrl": url, "repoContentsUrl": url}
    if "project" in parts:
        place = f"projects/{parts['project']}/repos/{repo}/browse"
        return {
            "remoteUrl": f"https://{host}/scm/{parts['project']}/{repo}.git",
            "repoContentsUrl": f"https://{host}/{place}",
        }
    url = f"https://{host}/{parts.get('owner', parts.get('workspace', 'example'))}/{repo}"
    contents = f"{url}/-/blob/{branch}" if "gitlab" in host else f"{url}/blob/{branch}"
    return {"remoteUrl": url, "repoContentsUrl": contents}


def pull_request(repo_url: str) -> dict[str, Any]:
    """What a step that proposes a change gives: the address of the request, under each provider's own name."""
    host, parts = _parts(repo_url)
    repo, owner = parts.get("repo"), parts.get("owner", "example")
    if not (host and repo):
        return {}
    if "gitlab" in host:
        project = f"{owner}/{repo}"
        url = f"https://{host}/{project}/-/merge_requests/1"
        return {"mergeRequestUrl": url, "projectPath": project, "projectid": project}
    if "project" in parts:
        return {"pullRequestUrl": f"https://{host}/projects/{parts['project']}/repos/{repo}/pull-requests/1"}
    return {"remoteUrl": f"https://{host}/{owner}/{repo}/pull/1", "pullRequestNumber": 1}


def _parts(repo_url: str) -> tuple[str, dict[str, str]]:
    try:
        url = parse_repo_url(repo_url)
    except MalformedRepoUrl:
        return "", {}
    return url.host, {part: quote(value, safe="/", errors="replace") for part, value in url.parts.items() if value}
