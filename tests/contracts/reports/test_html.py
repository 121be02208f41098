import re
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from contracts.reports.html import html_report
from tests.contracts.making import polled
from tests.contracts.reports import making
from tests.contracts.reports.making import SECRETS, broken, failed, report

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ALLOWED = frozenset(
    {"html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "dl", "dt", "dd", "div",
     "table", "tr", "th", "td", "span", "strong", "i", "code", "pre", "ul", "li", "br", "a", "article", "details",
     "summary", "footer", "svg", "text", "line", "rect"}
)  # fmt: skip


class Page(HTMLParser):
    """What a browser makes of it: the elements, their attributes, and the text."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(content.decode())
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


def page(made) -> Page:
    return Page(html_report(made, NOW))


@pytest.mark.parametrize("make", making.ALL)
def test_it_is_sound_and_says_the_verdict(make):
    made = make()
    found = page(made)
    assert set(found.tags) <= ALLOWED
    assert made.verdict.upper() in found.text
    assert "2026-11-22 at 10:00:00 UTC" in found.text
    ids = [value for _, name, value in found.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value.removeprefix("#") for _, name, value in found.attributes if name == "href"} <= set(ids)


@pytest.mark.parametrize("make", making.ALL)
def test_it_asks_for_nothing_from_anywhere(make):
    found = page(make())
    assert not [
        each for each in found.attributes if each[1] in {"src", "srcset", "action", "style"} or each[1][:2] == "on"
    ]
    assert all(value.startswith("#") for _, name, value in found.attributes if name == "href")
    style = re.search(rb"<style>(.*?)</style>", html_report(make(), NOW), re.DOTALL)[1]
    assert b"url(" not in style
    assert b"@import" not in style
    assert ("meta", "http-equiv", "Content-Security-Policy") in found.attributes


def test_hostile_texts_stay_texts_and_no_secret_is_told():
    content = html_report(making.hostile(), NOW)
    assert not any(secret.encode() in content for secret in SECRETS)
    assert len(content) < 1_000_000
    text = content.decode()
    assert all(character.isprintable() or character in "\n\t" for character in text)
    assert "<script" not in text
    assert "<img" not in text
    assert "alert(&#x27;x" in text or "alert('x')" in Page(content).text


def test_a_failure_is_told_with_its_exchanges():
    found = page(making.failing())
    for said in ("LIFE-02", "A server does what LIFE-02 says.", "completed for good", "'processing'", "seen 3 times",
                 "curl --include", "Known: ticket 17", "no id line", "--slow-template", "LIFE-01@getTask"):  # fmt: skip
        assert said in found.text


def test_an_exchange_of_two_findings_is_shown_once():
    shared = polled("open")
    found = page(report(failed("LIFE-01", broken("x", shared)), failed("LIFE-02", broken("y", shared))))
    assert found.tags["article"] == 2
    assert [value for _, name, value in found.attributes if name == "id"].count(f"exchange-{shared.number}") == 1
    assert "(above)" in found.text


def test_a_task_is_drawn_where_one_was_seen():
    assert page(making.conforming()).tags["svg"] == 1
    assert page(making.unusable()).tags["svg"] == 0


def test_a_quick_run_says_that_it_proves_nothing():
    found = page(making.quick())
    assert "smoke test" in found.text
    assert "Left out by --quick" in found.text
