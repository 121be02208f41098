"""Queries find what RFC 9535 says."""

import subprocess
import sys

import pytest

from openapi.json_path import NotAPath, find

VALUE = {"a": [{"name": "x", "b": 1}, {"name": "y", "b": 2}], "c-d": {"/e": None}, "f": {"g": {"h": 3}}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [VALUE]),
        ("$.f.g.h", [3]),
        ("$['f'].g", [{"h": 3}]),
        ("$['c-d']['/e']", [None]),
        ("$.a[1].b", [2]),
        ("$.a[2]", []),
        ("$.nowhere", []),
        ("$.a.b", []),
        ("$.f[0]", []),
        ("$.a[0].name[0]", []),
        ("$.f.*.h", [3]),
        ("$.a[?(@.name=='y')].b", [2]),
    ],
)
def test_a_query_finds(path, found):
    assert find(path, VALUE) == found


@pytest.mark.parametrize("path", ["$.[", "$.a["])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(NotAPath, match="not a JSONPath"):
        find(path, VALUE)


def test_the_document_is_made_without_the_slow_parser():
    code = "import sys, openapi.documents as d; d.load_backstage(); sys.exit('jsonpath_ng' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
