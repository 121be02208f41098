"""The filters that Backstage adds to those of the renderer."""

import pytest

from mock_server.rendering import UNDEFINED, render


def filtered(value, expression):
    rendered = render(f"${{{{ value | {expression} }}}}", {"value": value}).value
    return "an error" if rendered == f"${{{{ value | {expression} }}}}" else rendered


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("github.com?owner=o&repo=r", {"host": "github.com", "owner": "o", "repo": "r"}),
        ("github.com?owner=/o/&repo=r", {"host": "github.com", "owner": "o", "repo": "r"}),
        ("gitlab.com?project=7", {"host": "gitlab.com", "project": "7"}),
        ("GitHub.com?owner=o&repo=r&project=", {"host": "github.com", "owner": "o", "repo": "r", "project": ""}),
        ("github.com?owner=/&repo=r", {"host": "github.com", "owner": "", "repo": "r"}),
        ("gitlab.com?project=/", "an error"),
        (
            "bitbucket.org?workspace=w&project=p&repo=r",
            {"host": "bitbucket.org", "workspace": "w", "project": "p", "repo": "r"},
        ),
        (
            "dev.azure.com?organization=org&project=p&repo=r",
            {"host": "dev.azure.com", "organization": "org", "project": "p", "repo": "r"},
        ),
        ("github.com?owner=o", "an error"),
        ("bitbucket.org?workspace=w&repo=r", "an error"),
        ("dev.azure.com?organization=org&repo=r", "an error"),
        ("example.com?owner=o&repo=r", "an error"),
        ("[", "an error"),
        (5, "an error"),
        ("github.com?" + "a=b&" * 200, "an error"),
    ],
)
def test_a_repository_url_is_taken_apart(url, parts):
    assert filtered(url, "parseRepoUrl") == parts


def test_the_parts_of_a_repository_url_stand_in_one_order():
    parts = filtered("dev.azure.com?project=p&organization=org&repo=r&owner=o&workspace=w", "parseRepoUrl")
    assert list(parts) == ["host", "owner", "repo", "organization", "workspace", "project"]


def test_a_project_slug_joins_owner_and_repository():
    assert filtered("github.com?owner=o&repo=r", "projectSlug") == "o/r"
    assert filtered("gitlab.com?project=7", "projectSlug") == "undefined/undefined"


@pytest.mark.parametrize(
    ("reference", "arguments", "parts"),
    [
        ("group:team", "", ("group", "default", "team")),
        ("user:ns/jo", "", ("user", "ns", "jo")),
        ("team", "({defaultKind: 'group', defaultNamespace: 'ns'})", ("group", "ns", "team")),
        ({"kind": "group", "name": "team"}, "", ("group", "default", "team")),
        ({"name": "team"}, "({defaultKind: 'group'})", ("group", "default", "team")),
        ("a:b:c", "", ("a", "default", "b:c")),
        ("a:b/c/d", "", ("a", "b", "c/d")),
        ("a/b:c", "({defaultKind: 'k'})", ("k", "a", "b:c")),
    ],
)
def test_an_entity_reference_is_taken_apart(reference, arguments, parts):
    expected = dict(zip(("kind", "namespace", "name"), parts, strict=True))
    assert filtered(reference, f"parseEntityRef{arguments}") == expected


def test_no_filter_of_backstage_takes_keywords():
    assert filtered("team", "parseEntityRef(defaultKind='group')") == "an error"
    assert filtered({"a": 1}, "pick(path='a')") == "an error"


@pytest.mark.parametrize(
    "reference",
    [
        "team",
        ":team",
        "group:",
        "group:/team",
        "group:ns/",
        "",
        5,
        {"kind": "group"},
        "a/b:c",
        {"kind": "", "name": "a"},
    ],
)
def test_an_incomplete_entity_reference_is_an_error(reference):
    assert filtered(reference, "parseEntityRef") == "an error"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("'a.b[0].c'", 1),
        ("'a[\"b\"][0].c'", 1),
        ("['a', 'b', 0, 'c']", 1),
        ("'x.y'", 2),
        ("'a.missing.c'", UNDEFINED),
        ("'constructor'", UNDEFINED),
        ("'[a][b]'", [{"c": 1}]),
        ("'a.b]'", [{"c": 1}]),
        ("'a]'", UNDEFINED),
        ("'[\"it\\'s\"]'", 3),
        ("'..deep'", UNDEFINED),
        ("'.deep'", 4),
        ("[]", UNDEFINED),
        ("'a.missing.c', 'default'", "default"),
        ("'none', 'default'", None),
        ("'none.deeper', 'default'", "default"),
    ],
)
def test_pick_follows_a_path_as_lodash_does(path, value):
    data = {"a": {"b": [{"c": 1}]}, "x.y": 2, "it's": 3, "": {"deep": 4}, "none": None}
    assert filtered(data, f"pick({path})") == value


def test_pick_finds_its_way_in_a_list():
    assert filtered([{"a": [5, 6]}], "pick('[0].a[1]')") == 6


@pytest.mark.parametrize("path", ['["' * 9_999, "." * 99_999, '[""' * 9_999])
def test_a_path_that_is_costly_to_read_ends_with_the_budget(path):
    template = "${{ value | pick(path) }}"
    assert render(template, {"value": {}, "path": path}).value == template


@pytest.mark.parametrize("name", ["jsonify", "tojson", "projectName", "map", "toString", "__init__"])
def test_there_are_no_other_filters(name):
    assert filtered("a", name) == "an error"
