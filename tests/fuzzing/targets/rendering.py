"""`${{ }}` expressions: whatever stands in them, they end on their budget, and with a JSON value."""

import json
from collections.abc import Iterator
from typing import Any

from mock_server.rendering import UNDEFINED, Dialect, Limits, RenderingError, render, render_text
from tests.fuzzing.target import DATA, Target, bytes_of, text_of, texts_in

CONTEXT: dict[str, Any] = {
    "a": [3, 1, 2],
    "o": {"x": 1, "y": {"z": [1, 2]}},
    "s": "Hello World",
    "n": 3,
    "f": 1.5,
    "nul": None,
    "parameters": {"name": "app", "repoUrl": "github.com?owner=o&repo=r", "ref": "component:default/x"},
    "user": {"entity": {"metadata": {"name": "guest"}}, "ref": "user:default/guest"},
    "steps": {"first": {"output": {"remoteUrl": "https://example.com", "list": [{"id": 1}]}}},
    "secrets": {"token": "hush"},
}
_LIMITS = Limits(steps=10_000)
_KEPT = json.dumps(CONTEXT)
_DIALECTS = (Dialect(), Dialect(cookiecutter=True), Dialect(trim_blocks=True, lstrip_blocks=True))


def check(data: bytes) -> None:
    text = text_of(data)
    rendered = render({"text": text}, CONTEXT, limits=_LIMITS).value
    json.dumps(rendered)
    assert rendered is not UNDEFINED
    assert render({"text": text}, CONTEXT, limits=_LIMITS).value == rendered
    for dialect in _DIALECTS:
        try:
            whole = render_text(text, CONTEXT, dialect=dialect, limits=_LIMITS)
        except RenderingError as error:
            assert str(error)
        else:
            assert isinstance(whole, str)
    assert json.dumps(CONTEXT) == _KEPT


def seeds() -> Iterator[bytes]:
    for name in ("recorded.json", "templating.json"):
        recorded = json.loads((DATA / "rendering" / name).read_text(encoding="utf-8"))
        texts = [text for text in texts_in(recorded) if "{" in text and len(text) < 300]
        # To run them all takes longer than a short run is long.
        yield from map(bytes_of, texts[::10])


TARGET = Target(
    "rendering",
    check,
    seeds,
    (
        *(
            "${{",
            "}}",
            "{%",
            "%}",
            "{#",
            "#}",
            "parameters",
            "steps.first.output",
            "secrets.token",
            " | ",
            " if ",
            " else ",
        ),
        *(
            " for x in ",
            "endfor",
            "endif",
            "{% set x = ",
            "{% macro m(x) %}",
            "{% endmacro %}",
            "{% raw %}",
            "{% filter ",
        ),
        *("default(", "dump", "replace(", "split(", "join(", "sort(", "groupby(", "batch(", "slice(", "round(", "safe"),
        *(
            "parseRepoUrl",
            "parseEntityRef",
            "pick(",
            "projectSlug",
            "range(",
            "cycler(",
            "joiner(",
            "loop.index",
            "r/",
            "/g",
        ),
        *(
            "true",
            "none",
            "not ",
            " in ",
            " is ",
            "===",
            "**",
            "//",
            "1e308",
            "['",
            "']",
            ".length",
            "[::-1]",
            "\\u0041",
        ),
    ),
    opening="${{ ",
)
