"""Filters for HTML and URLs."""

import re
from urllib.parse import quote

from mock_server.javascript.keys import ordered
from mock_server.javascript.numerals import WHITESPACE, is_number
from mock_server.javascript.undefined import UNDEFINED
from mock_server.rendering.errors import EvaluationError
from mock_server.rendering.filters.inputs import like, safe, text_only, text_or_nothing
from mock_server.rendering.limits import Budget
from mock_server.rendering.members import property_of
from mock_server.rendering.routines import Routine
from mock_server.rendering.values import SafeText, Value, to_integer, to_output, to_text, truthy

_ENTITIES = str.maketrans({"&": "&amp;", '"': "&quot;", "'": "&#39;", "<": "&lt;", ">": "&gt;"})
_UNESCAPED = "~!*()'"
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_TAG_OR_COMMENT = re.compile(rf"{_TAG.pattern}|<!--.*?-->", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\n")
_SPACES = re.compile(r"\s+")
_SPLIT_SPACES = re.compile(r"(\s+)")
_ADDRESS = re.compile(r"[\w.!#$%&'*+\-/=?^`{|}~]+@[a-z\d\-]+(?:\.[a-z\d\-]+)+", re.IGNORECASE | re.ASCII)
_DOMAIN = re.compile(r"\.(?:org|net|com)(?::|/|$)")

_OPENING_MARKS = ("(", "<", "&lt;")
_CLOSING_MARKS = (".", ",", ")", "&gt;")


def _escape(budget: Budget, value: Value) -> Value:
    return value if isinstance(value, SafeText) else _force_escape(budget, value)


def _force_escape(budget: Budget, value: Value) -> Value:
    text = to_output(value, budget)
    budget.admit(5 * len(text))
    return SafeText(text.translate(_ENTITIES))


def _nl2br(budget: Budget, value: Value) -> Value:
    text = text_only("" if value is None or value is UNDEFINED else value)
    budget.admit(len(text) + 6 * text.count("\n"))
    return like(value, _LINE_END.sub("<br />\n", text))


def _striptags(budget: Budget, value: Value, keep_lines: Value = UNDEFINED) -> Value:
    text, before = text_or_nothing(value), ""
    # Taking a tag away may put the halves of another together.
    while text != before:
        budget.admit(8 * len(text))
        text, before = _without_tags(text), text
    if not truthy(keep_lines):
        return like(value, _SPACES.sub(" ", text.strip(WHITESPACE)))
    lines = [re.sub(" +", " ", line).strip(" ") for line in text.strip(WHITESPACE).replace("\r\n", "\n").split("\n")]
    return like(value, re.sub("\n\n\n+", "\n\n", "\n".join(lines)))


def _without_tags(text: str) -> str:
    # Where no end of a comment follows, looking for one from every beginning would take quadratic time.
    inside, end, after = text.rpartition("-->")
    return _TAG_OR_COMMENT.sub("", inside + end) + _TAG.sub("", after)


def _urlencode(budget: Budget, value: Value) -> Value:
    if isinstance(value, str):
        return _encoded(value, budget)
    pairs: list[tuple[Value, Value]] = []
    if isinstance(value, list):
        if any(pair is None or pair is UNDEFINED for pair in value):
            raise EvaluationError("a parameter of the query is missing")
        pairs = [(property_of(pair, 0, budget), property_of(pair, 1, budget)) for pair in value]
    elif isinstance(value, dict):
        pairs = list(ordered(value))
    return "&".join(f"{_encoded(name, budget)}={_encoded(item, budget)}" for name, item in pairs)


def _encoded(value: Value, budget: Budget) -> str:
    text = to_text(value, budget)
    budget.spend()
    budget.admit(9 * len(text))
    return quote(text, safe=_UNESCAPED, errors="replace")


def _urlize(budget: Budget, value: Value, length: Value = UNDEFINED, no_follow: Value = UNDEFINED) -> Value:
    text = text_only(value)
    shown = to_integer(length, budget) if is_number(length) else len(text)
    relation = ' rel="nofollow"' if no_follow is True else ""
    budget.admit(8 * len(text))
    words = _SPLIT_SPACES.split(text)
    budget.spend(len(words))
    linked = [_linked(word, max(0, shown), relation) for word in words]
    budget.admit(sum(map(len, linked)))
    return safe("".join(linked), budget) if isinstance(value, SafeText) else "".join(linked)


def _linked(word: str, shown: int, relation: str) -> str:
    url = _bare(word)
    if url.startswith(("http://", "https://")):
        return f'<a href="{url}"{relation}>{url[:shown]}</a>'
    if url.startswith("www."):
        return f'<a href="http://{url}"{relation}>{url[:shown]}</a>'
    if len(url) < 320 and _ADDRESS.fullmatch(url):
        return f'<a href="mailto:{url}">{url}</a>'
    if _DOMAIN.search(url):
        return f'<a href="http://{url}"{relation}>{url[:shown]}</a>'
    return word


def _bare(word: str) -> str:
    opening = next((mark for mark in _OPENING_MARKS if word.startswith(mark)), "")
    closing = next((mark for mark in _CLOSING_MARKS if word.endswith(mark)), "")
    return word.removeprefix(opening).removesuffix(closing)


MARKUP_FILTERS: dict[str, Routine] = {
    "e": _escape,
    "escape": _escape,
    "forceescape": _force_escape,
    "nl2br": _nl2br,
    "striptags": _striptags,
    "urlencode": _urlencode,
    "urlize": _urlize,
}
