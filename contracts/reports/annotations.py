"""For a run on GitHub Actions: annotations in the log, and a summary of the job."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from contracts.reports.curl import curl
from contracts.reports.findings import Finding, findings_of
from contracts.reports.foreign import visible
from contracts.reports.summary import COUNTED, caution, counted, facts, headline, supplies, tallies, times, verdict_of
from contracts.results import Report, Verdict

# GitHub shows no more than this of each kind for a step.
MOST_ANNOTATIONS = 10
MOST_FINDINGS = 50
LONGEST_MESSAGE = 1_000

SIGNS = {Verdict.CONFORMING: "✅", Verdict.NOT_CONFORMING: "❌", Verdict.INCOMPLETE: "⚠️"}


def is_on_github(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this process is a step of a GitHub workflow."""
    return environment.get("GITHUB_ACTIONS") == "true"


def print_annotations(report: Report, stream: TextIO, environment: Mapping[str, str] = os.environ) -> None:
    """Print the annotations, and add to the job's summary where there is one. Does nothing elsewhere than on GitHub."""
    if not is_on_github(environment):
        return
    for line in annotations(report):
        print(line, file=stream)
    stream.flush()
    summary = environment.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown(report))


def annotations(report: Report) -> Iterator[str]:
    """One command for each broken rule, each stale entry and each problem, as many as GitHub shows."""
    errors = list(_errors(report))
    shown = errors if len(errors) <= MOST_ANNOTATIONS else errors[: MOST_ANNOTATIONS - 1]
    for title, message in shown:
        yield _command("error", title, message)
    if len(errors) > len(shown):
        yield _command("error", "contract tests", f"and {len(errors) - len(shown)} more, see the report")
    if report.verdict is Verdict.INCOMPLETE:
        yield _command("warning", "contract tests: incomplete", headline(report))
    if said := caution(report):
        yield _command("notice", "contract tests", said)


def markdown(report: Report) -> str:
    """The summary of the job."""
    lines = [
        f"## {SIGNS[report.verdict]} {verdict_of(report)}: {_literal(headline(report))}",
        "",
        *([f"> **{_literal(said)}**", ""] if (said := caution(report)) else []),
        *(f"- {name}: {_literal(value)}" for name, value in facts(report)),
        "",
        f"| family | {' | '.join(COUNTED)} |",
        f"| --- | {' | '.join('--:' for _ in COUNTED)} |",
        *(
            f"| {tally.family} | {' | '.join(str(count) if count else ' ' for count in tally.counts)} |"
            for tally in tallies(report.results)
        ),
        "",
    ]
    shown = [finding for found in findings_of(report) for finding in found.failures]
    for finding in shown[:MOST_FINDINGS]:
        lines += [*_finding(finding, report), ""]
    if len(shown) > MOST_FINDINGS:
        lines += [f"and {len(shown) - MOST_FINDINGS} more, see the report", ""]
    for entry in report.stale:
        lines.append(f"- stale known failure {_literal(entry.name)}: {_literal(entry.reason)}")
    for problem in report.problems:
        lines.append(f"- problem: {_literal(problem)}")
    for needs, rules in supplies(report).items():
        lines.append(f"- {counted(len(rules), 'rule')} could not be judged, for want of: {_literal(needs)}")
    return "\n".join(lines) + "\n"


def _finding(finding: Finding, report: Report) -> Iterator[str]:
    rule = finding.rule
    yield f"**{rule.id}** ({rule.level}) {_literal(finding.operation or '')}, {times(finding.count)}: " + _literal(
        rule.sentence
    )
    yield ""
    yield f"- expected {_literal(finding.expected)}"
    yield f"- observed {_literal(finding.observed)}"
    yield f"- source {_literal(rule.source)}"
    if finding.exchanges:
        command = curl(finding.exchanges[0], report.target, longest=10 * LONGEST_MESSAGE)
        fence = "```"
        while fence in command:
            fence += "`"
        yield from ("", f"{fence}sh", command, fence)


def _errors(report: Report) -> Iterator[tuple[str, str]]:
    for found in findings_of(report):
        rule = found.result.rule
        if found.failures:
            first, *others = found.failures
            where = f"{first.operation}: " if first.operation else ""
            more = f"\nalso: {', '.join(other.operation or 'elsewhere' for other in others)}" if others else ""
            yield (
                f"{rule.id} {rule.sentence}",
                f"{where}expected {first.expected}, observed {first.observed} ({times(first.count)}){more}\n"
                f"source: {rule.source}, at {report.target.base_url}",
            )
    for entry in report.stale:
        yield f"known failure {entry.name}", entry.reason
    for problem in report.problems:
        yield "contract tests", problem


def _command(kind: str, title: str, message: str) -> str:
    value = visible(message, LONGEST_MESSAGE, keep="\n").translate(_MESSAGE)
    return f"::{kind} title={visible(title, LONGEST_MESSAGE).translate(_PROPERTY)}::{value}"


_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def _literal(text: str) -> str:
    """The text so that Markdown and HTML see nothing in it."""
    shown = visible(text, LONGEST_MESSAGE)
    return "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in shown)
