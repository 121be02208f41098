"""One page that holds everything: it loads nothing, runs no script, and is made as a tree, so that no text escapes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

from contracts.coverage import Cover, Coverage, OperationCover, StatusCover, coverage_of
from contracts.lifecycle import Status
from contracts.reports.elements import element
from contracts.reports.exchange_page import Shown
from contracts.reports.findings import Finding, Findings, findings_of
from contracts.reports.foreign import visible
from contracts.reports.picture import EVENT_TYPES, best_picture, drawn
from contracts.reports.summary import (
    COUNTED,
    Tally,
    caution,
    counted,
    facts,
    family_of,
    headline,
    mode,
    otherwise,
    supplies,
    tallies,
    tally,
    times,
    verdict_of,
)
from contracts.results import Outcome, Report, Result

STYLE = Path(__file__).with_name("page.css")
# What the page may load: nothing, and no script of anybody runs.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
LONGEST_TEXT = 1_000
COLOURS = {"passed": "good", "failed": "bad", "known": "known", "not testable": "warn", "advice": "warn"}
CELLS = {Cover.SEEN: "seen", Cover.NEVER_SEEN: "never-seen", Cover.UNDOCUMENTED: "undocumented"}


def html_report(report: Report, written_at: datetime) -> bytes:
    """The page."""
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=POLICY),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", visible(f"{verdict_of(report)}: {report.target.base_url}", 200)),
            element("style", STYLE.read_text(encoding="utf-8")),
        ),
        element("body", *_sections(report), _footer(written_at)),
        lang="en",
    )
    content: bytes = tostring(page, encoding="utf-8", method="html")
    return b"<!DOCTYPE html>\n" + content + b"\n"


def _sections(report: Report) -> Iterator[Element]:
    found = findings_of(report)
    shown = Shown(report.target)
    yield from _verdict(report)
    yield _families(report)
    yield from _findings("Broken rules", "", shown, [(each.result, each.failures) for each in found])
    yield from _list(
        "Stale known failures", [f"{entry.name}: {entry.reason}; take it from the list" for entry in report.stale]
    )
    yield from _list("Problems of the run", report.problems)
    yield from _list("Notes", report.evidence.notes)
    yield from _not_testable(report)
    yield from _findings("Known failures", "known", shown, [(each.result, each.known) for each in found])
    yield from _findings("Advice", "advice", shown, [(each.result, each.advice) for each in found])
    yield from _task(report)
    yield from _coverage(coverage_of(report.evidence))
    yield from _rules(report, found)


def _verdict(report: Report) -> Iterator[Element]:
    yield element(
        "header",
        element("h1", verdict_of(report)),
        element("p", headline(report)),
        class_=f"verdict {report.verdict.replace(' ', '-')}",
    )
    if said := caution(report):
        yield element("p", said, class_="caution")
    yield element(
        "dl",
        *(part for name, value in facts(report) for part in (element("dt", name), element("dd", visible(value, 500)))),
        class_="facts",
    )


def _families(report: Report) -> Element:
    rows = [_row(counts) for counts in tallies(report.results)]
    total = _row(tally("all", report.results))
    total.set("class", "sum")
    names = [element("th", name, class_="number") for name in COUNTED]
    return element("div", element("table", element("tr", element("th", "family"), *names), *rows, total), class_="wide")


def _row(counts: Tally) -> Element:
    return element(
        "tr",
        element("td", counts.family),
        *(
            element("td", element("span", str(count), class_=COLOURS[name] if count else "zero"), class_="number")
            for name, count in zip(COUNTED, counts.counts, strict=True)
        ),
    )


def _findings(
    heading: str, kind: str, shown: Shown, found: Sequence[tuple[Result, Sequence[Finding]]]
) -> Iterator[Element]:
    found = [(result, findings) for result, findings in found if findings]
    if not found:
        return
    yield element("h2", heading)
    for result, findings in found:
        rule = result.rule
        reason = [element("p", visible(f"Known: {result.reason}", LONGEST_TEXT))] if kind == "known" else []
        yield element(
            "article",
            element("h3", rule.id, element("span", f" {rule.level}, {family_of(rule)}", class_="faint")),
            element("p", rule.sentence, class_="sentence"),
            *reason,
            _described(("source", rule.source), ("why", rule.why)),
            *(_case(finding, shown) for finding in findings),
            class_=f"finding {kind}".strip(),
            id=rule.id if not kind else None,
        )


def _case(finding: Finding, shown: Shown) -> Element:
    others = [otherwise(other, finding) for other in finding.others]
    if finding.more:
        others.append(f"and {counted(finding.more, 'other')}")
    return element(
        "div",
        element("strong", finding.operation or "no single operation"),
        element("span", f" seen {times(finding.count)}", class_="faint"),
        _described(
            ("expected", finding.expected), ("observed", finding.observed), *(("also", text) for text in others)
        ),
        *shown.exchanges(finding.exchanges),
        class_="case",
    )


def _described(*pairs: tuple[str, str]) -> Element:
    return element(
        "dl",
        *(part for name, text in pairs for part in (element("dt", name), element("dd", visible(text, LONGEST_TEXT)))),
        class_="shown",
    )


def _list(heading: str, texts: Sequence[str]) -> Iterator[Element]:
    if texts:
        yield element("h2", heading)
        yield element("ul", *(element("li", visible(text, LONGEST_TEXT)) for text in texts))


def _not_testable(report: Report) -> Iterator[Element]:
    if needs := supplies(report):
        yield element("h2", "Not testable")
        yield element("p", "Nothing was seen that these rules could judge. What would supply it:")
        yield element(
            "ul",
            *(
                element(
                    "li", need, element("br"), element("span", ", ".join(rule.id for rule in rules), class_="faint")
                )
                for need, rules in needs.items()
            ),
        )
    if report.left_out:
        yield element("h2", f"Left out by {mode(report)}")
        yield element("p", ", ".join(rule.id for rule in report.left_out), class_="faint")


def _task(report: Report) -> Iterator[Element]:
    picture = best_picture(report.evidence)
    if picture is None:
        return
    story = picture.story
    yield element("h2", "A task as it was observed")
    yield element(
        "p",
        "The task ",
        element("code", visible(story.id, 100)),
        f", of which most was seen, in seconds since its creation by the clock of this run. It ended as "
        f"{visible(story.ended_as, 40)}."
        if story.ended_as
        else ", of which most was seen. It was not seen to end.",
        f" {counted(picture.later, 'request')} came later and are not drawn." if picture.later else None,
    )
    yield element("div", drawn(picture), class_="wide")
    yield element(
        "p",
        *(element("span", element("i", class_=f"status-{status}"), status.value) for status in Status),
        class_="legend",
    )
    yield element(
        "p",
        *(element("span", element("i", class_=f"event-{kind}"), f"event {kind}") for kind in EVENT_TYPES),
        element("span", element("i", class_="event-other"), "other event"),
        element("span", element("i", class_="create"), "created"),
        element("span", element("i", class_="read"), "answer to a read"),
        element("span", element("i", class_="cancel"), "answer to a cancel"),
        class_="legend",
    )


def _coverage(coverage: Coverage) -> Iterator[Element]:
    yield element("h2", "Coverage")
    statuses = coverage.statuses
    yield element(
        "div",
        element(
            "table",
            element(
                "tr",
                element("th", "operation"),
                element("th", "requests", class_="number"),
                *(element("th", str(status)) for status in statuses),
                element("th", "no answer", class_="number"),
            ),
            *(_operation_row(cover, statuses) for cover in coverage.operations),
        ),
        class_="wide",
    )
    yield element(
        "p",
        *(element("span", element("i", class_=f"cell {CELLS[cover]}"), cover.value) for cover in Cover),
        element("span", f"{counted(coverage.elsewhere, 'request')} of undocumented paths and methods"),
        class_="legend",
    )
    parameters = [(cover, parameter) for cover in coverage.operations for parameter in cover.parameters]
    head = [element("th", name) for name in ("operation", "in", "parameter")]
    head += [element("th", name, class_="number") for name in ("given", "malformed", "left out")]
    yield element(
        "div",
        element(
            "table",
            element("tr", *head),
            *(
                element(
                    "tr",
                    element("td", cover.operation.id),
                    element("td", parameter.place.value),
                    element("td", element("code", parameter.name)),
                    *(
                        element("td", str(count) if count else "never", class_="number" if count else "number zero")
                        for count in (parameter.given, parameter.malformed, parameter.left_out)
                    ),
                )
                for cover, parameter in parameters
            ),
        ),
        class_="wide",
    )


def _operation_row(cover: OperationCover, statuses: Sequence[int]) -> Element:
    by_status = {status.status: status for status in cover.statuses}
    return element(
        "tr",
        element("td", element("strong", cover.operation.id), element("br"), element("code", str(cover.operation))),
        element("td", f"{cover.requests:,}", class_="number"),
        *(element("td", _cell(by_status.get(status))) for status in statuses),
        element("td", f"{cover.unanswered:,}", class_="number" if cover.unanswered else "number zero"),
    )


def _cell(status: StatusCover | None) -> Element | None:
    if status is None:
        return None
    return element(
        "span",
        f"{status.seen:,}" if status.seen else "never",
        class_=f"cell {CELLS[status.cover]}",
        title=status.cover.value,
    )


def _rules(report: Report, found: Sequence[Findings]) -> Iterator[Element]:
    yield element("h2", "All rules")
    by_family: dict[str, list[Findings]] = {}
    for each in found:
        by_family.setdefault(family_of(each.result.rule), []).append(each)
    for family, members in by_family.items():
        counts = tally(family, [each.result for each in members])
        told = ", ".join(f"{n} {name}" for name, n in zip(COUNTED, counts.counts, strict=True) if n)
        yield element(
            "details",
            element("summary", family, element("span", f" {told}", class_="faint")),
            *(_rule(each.result) for each in members),
            class_="family",
        )
    if report.left_out:
        yield element(
            "details",
            element("summary", "left out", element("span", f" by {mode(report)}", class_="faint")),
            *(element("p", f"{rule.id} {rule.sentence}") for rule in report.left_out),
            class_="family",
        )


def _rule(result: Result) -> Element:
    rule = result.rule
    colour = {Outcome.PASS: "good", Outcome.FAIL: "bad", Outcome.KNOWN_FAILURE: "known"}.get(result.outcome, "warn")
    outcome = "advice" if result.outcome is Outcome.PASS and result.advice else result.outcome.value
    broken = len(result.failures) + len(result.known) + len(result.advice)
    pairs = [
        ("level", rule.level.value),
        ("source", rule.source),
        ("why", rule.why),
        ("judged", f"held {times(result.held)}, broken {times(broken)}" if broken or result.held else "nothing"),
        *([("reason", result.reason)] if result.reason else []),
    ]
    return element(
        "details",
        element(
            "summary",
            element("span", outcome, class_=f"outcome {colour if outcome != 'advice' else 'warn'}"),
            element("a", rule.id, href=f"#{rule.id}") if result.failures else rule.id,
            f" {rule.sentence}",
        ),
        _described(*pairs),
        class_="rule",
    )


def _footer(written_at: datetime) -> Element:
    return element("footer", f"Written by run-contract-tests on {written_at:%Y-%m-%d at %H:%M:%S} UTC.")
