import pytest

from mock_server.actions.repositories import pull_request, repository


@pytest.mark.parametrize(
    ("repo_url", "remote", "contents"),
    [
        (
            "github.com?owner=acme&repo=shop",
            "https://github.com/acme/shop",
            "https://github.com/acme/shop/blob/main",
        ),
        (
            "gitlab.com?owner=acme/web&repo=shop",
            "https://gitlab.com/acme/web/shop",
            "https://gitlab.com/acme/web/shop/-/blob/main",
        ),
        (
            "dev.azure.com?organization=acme&project=libraries&repo=kit",
            "https://dev.azure.com/acme/libraries/_git/kit",
            "https://dev.azure.com/acme/libraries/_git/kit",
        ),
        (
            "bitbucket.acme.example?project=WEB&repo=shop",
            "https://bitbucket.acme.example/scm/WEB/shop.git",
            "https://bitbucket.acme.example/projects/WEB/repos/shop/browse",
        ),
        (
            "gitea.acme.example?workspace=tools&repo=shop",
            "https://gitea.acme.example/tools/shop",
            "https://gitea.acme.example/tools/shop/blob/main",
        ),
        (
            "github.com?repo=shop",
            "https://github.com/example/shop",
            "https://github.com/example/shop/blob/main",
        ),
        (
            "github.com?owner=/acme/&repo=/shop/",
            "https://github.com/acme/shop",
            "https://github.com/acme/shop/blob/main",
        ),
    ],
)
def test_a_repository_has_the_addresses_of_its_provider(repo_url, remote, contents):
    assert repository(repo_url) == {"remoteUrl": remote, "repoContentsUrl": contents}


def test_the_contents_lie_on_the_default_branch():
    contents = repository("github.com?owner=acme&repo=shop", "trunk")["repoContentsUrl"]
    assert contents == "https://github.com/acme/shop/blob/trunk"


@pytest.mark.parametrize("branch", [None, ""])
def test_the_default_branch_is_called_main(branch):
    assert repository("github.com?owner=a&repo=b", branch)["repoContentsUrl"].endswith("/blob/main")


@pytest.mark.parametrize("text", ["", "github.com", "github.com?owner=acme", "?owner=acme&repo=shop", "?repo=", "text"])
@pytest.mark.parametrize("addresses", [repository, pull_request])
def test_a_text_that_is_no_repository_has_no_address(addresses, text):
    assert addresses(text) == {}


def test_what_has_a_meaning_in_a_url_is_escaped():
    url = repository("github.com?owner=acme&repo=a%20b%3Fc%23d")["remoteUrl"]
    assert url == "https://github.com/acme/a%20b%3Fc%23d"


@pytest.mark.parametrize(
    ("repo_url", "output"),
    [
        (
            "github.com?owner=acme&repo=shop",
            {"remoteUrl": "https://github.com/acme/shop/pull/1", "pullRequestNumber": 1},
        ),
        (
            "gitlab.com?owner=acme/web&repo=shop",
            {
                "mergeRequestUrl": "https://gitlab.com/acme/web/shop/-/merge_requests/1",
                "projectPath": "acme/web/shop",
                "projectid": "acme/web/shop",
            },
        ),
        (
            "bitbucket.acme.example?project=WEB&repo=shop",
            {"pullRequestUrl": "https://bitbucket.acme.example/projects/WEB/repos/shop/pull-requests/1"},
        ),
    ],
)
def test_a_proposed_change_has_the_address_of_its_provider(repo_url, output):
    assert pull_request(repo_url) == output


def test_a_lone_surrogate_in_an_address_is_replaced():
    assert repository("github.com?owner=acme&repo=\ud800")["remoteUrl"] == "https://github.com/acme/%3F"
