import pytest

from mock_server.repo_urls import MalformedRepoUrl, parse_repo_url


@pytest.mark.parametrize(
    ("text", "host", "parts"),
    [
        ("github.com?owner=acme&repo=shop", "github.com", {"owner": "acme", "repo": "shop"}),
        ("GitHub.com:443/any/path?repo=/a/b/&other=1#owner=x", "github.com", {"repo": "a/b"}),
        ("jo:secret@github.com?owner=a&owner=b", "github.com", {"owner": "a"}),
        (
            "dev.azure.com?organization=o&project=p%20q&repo=",
            "dev.azure.com",
            {"organization": "o", "project": "p q", "repo": ""},
        ),
        ("", "", {}),
    ],
)
def test_a_repo_url_has_a_host_and_parts(text, host, parts):
    url = parse_repo_url(text)
    assert (url.host, url.parts) == (host, parts)


def test_a_part_is_known_as_it_is_written_too():
    url = parse_repo_url("gitlab.com?project=/")
    assert (url.written["project"], url["project"], url["owner"]) == ("/", "", "")


@pytest.mark.parametrize("text", ["[", "[::1", "b\u00fccher.example?repo=x", "github.com?" + "a=b&" * 200])
def test_any_other_text_is_none(text):
    with pytest.raises(MalformedRepoUrl):
        parse_repo_url(text)
