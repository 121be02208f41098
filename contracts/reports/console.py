"""The verdict on a terminal, or in the log of a build."""

import io
import secrets
import sys
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from contracts.reports.annotations import is_on_github
from contracts.reports.curl import curl
from contracts.reports.findings import Finding, Findings, findings_of
from contracts.reports.foreign import visible
from contracts.reports.progress import LiveProgress, PlainProgress
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
from contracts.results import Outcome, Report, Verdict
from contracts.runner import Progress

LONGEST_TEXT = 400
LONGEST_COMMAND = 4_000
# More than this nobody reads here; the rest is one line each.
MOST_RULES_IN_FULL = 25
MOST_OPERATIONS = 4

VERDICTS = {
    Verdict.CONFORMING: "bold white on green",
    Verdict.NOT_CONFORMING: "bold white on red",
    Verdict.INCOMPLETE: "bold black on yellow",
}
COLOURS = {"passed": "green", "failed": "bold red", "known": "magenta", "not testable": "yellow", "advice": "yellow"}


class ConsoleReport:
    """Tells of a run while it goes on, on one stream, and what came of it, on another."""

    def __init__(self, stream: TextIO, progress: TextIO | None = None, *, width: int | None = None) -> None:
        self._console = _console(stream, width)
        watched = _console(progress or sys.stderr, width)
        live = watched.is_terminal and not watched.is_dumb_terminal
        self._progress = LiveProgress(watched) if live else PlainProgress(watched)

    def progress(self, event: Progress) -> None:
        """Show what happens."""
        self._progress.tell(event)

    def close(self) -> None:
        """Nothing more will happen; leaves the terminal as it was."""
        self._progress.close()

    def finished(self, report: Report) -> None:
        """Show the report, the verdict last."""
        self.close()
        # A build server must not take what the target says for a command.
        word = secrets.token_hex(8) if is_on_github() else None
        if word:
            self._line(f"::stop-commands::{word}")
        for part in _parts(report):
            # A command is one line, however long: it is to be copied.
            self._console.print(part, soft_wrap=isinstance(part, Text) and part.no_wrap is True)
        if word:
            self._line(f"::{word}::")

    def _line(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)


def _console(stream: TextIO, width: int | None) -> Console:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


Part = Text | Table | Padding


def _parts(report: Report) -> Iterator[Part]:
    found = findings_of(report)
    yield from _broken(report, [each for each in found if each.failures])
    yield from _known([each for each in found if each.known or each.result.outcome is Outcome.KNOWN_FAILURE])
    yield from _advice([each for each in found if each.advice])
    yield from _not_testable(report)
    yield from _list("Stale known failures", [f"{e.name}: {e.reason}; take it from the list" for e in report.stale])
    yield from _list("Problems of this run", report.problems)
    yield from _list("Notes", report.evidence.notes)
    yield from _verdict(report)


def _broken(report: Report, found: Sequence[Findings]) -> Iterator[Part]:
    if not found:
        return
    yield _heading("Broken rules")
    for each in found[:MOST_RULES_IN_FULL]:
        rule = each.result.rule
        yield Text.assemble("\n", (rule.id, "bold red"), f"  {rule.level}, {family_of(rule)}")
        yield _indented(Text(rule.sentence, style="bold"), 2)
        yield _pairs(("source", rule.source), ("why", rule.why))
        for finding in each.failures[:MOST_OPERATIONS]:
            yield from _finding(finding, report)
        if rest := each.failures[MOST_OPERATIONS:]:
            yield _indented(Text(f"and {', '.join(finding.operation or 'elsewhere' for finding in rest)}"), 2)
    if found[MOST_RULES_IN_FULL:]:
        yield Text("")
    for each in found[MOST_RULES_IN_FULL:]:
        yield Text.assemble((each.result.rule.id, "bold red"), f"  {each.result.rule.sentence}")


def _finding(finding: Finding, report: Report) -> Iterator[Part]:
    yield _indented(Text.assemble((finding.operation or "no single operation", "cyan"), f", {times(finding.count)}"), 2)
    others = [("also", otherwise(other, finding)) for other in finding.others[:2]]
    rest = finding.more + sum(other.count for other in finding.others[2:])
    more = [("", f"and {counted(rest, 'other')}")] if rest else []
    yield _pairs(("expected", finding.expected), ("observed", finding.observed), *others, *more, indent=4)
    if finding.exchanges:
        command = curl(finding.exchanges[0], report.target, longest=LONGEST_COMMAND)
        yield Text(f"    {command}", style="dim", no_wrap=True)


def _known(found: Sequence[Findings]) -> Iterator[Part]:
    if found:
        yield _heading("Known failures")
    for each in found:
        count = times(sum(finding.count for finding in each.known)) if each.known else "nothing to judge"
        yield _indented(
            Text.assemble((each.result.rule.id, "magenta"), f"  {count}: {visible(each.result.reason, LONGEST_TEXT)}")
        )


def _advice(found: Sequence[Findings]) -> Iterator[Part]:
    if found:
        yield _heading("Advice (does not count against the verdict)")
    for each in found:
        first = each.advice[0]
        operations = ", ".join(finding.operation or "elsewhere" for finding in each.advice)
        yield _indented(Text.assemble((each.result.rule.id, "yellow"), f"  {each.result.rule.sentence}"))
        yield _pairs(("where", operations), ("observed", first.observed), indent=4)


def _not_testable(report: Report) -> Iterator[Part]:
    needs = supplies(report)
    if needs:
        yield _heading("Not testable")
    for need, rules in needs.items():
        yield _indented(Text.assemble("for want of: ", (need, "yellow")))
        yield _indented(Text(", ".join(rule.id for rule in rules), style="dim"), 4)
    if report.left_out:
        yield _heading(f"Left out by {mode(report)}")
        yield _indented(Text(", ".join(rule.id for rule in report.left_out), style="dim"))


def _list(heading: str, texts: Sequence[str]) -> Iterator[Part]:
    if texts:
        yield _heading(heading)
    for text in texts:
        yield _indented(Text(visible(text, LONGEST_TEXT)))


def _verdict(report: Report) -> Iterator[Part]:
    if report.results:
        yield Text("")
        yield _table(report)
    yield _pairs(*((name, visible(value, LONGEST_TEXT)) for name, value in facts(report)))
    yield Text("")
    if said := caution(report):
        yield Text(said, style="bold yellow")
    yield Text(f" {verdict_of(report)} ", style=VERDICTS[report.verdict])
    yield _indented(Text(headline(report), style="bold"))
    if broken := report.of(Outcome.FAIL):
        yield _indented(Text(" ".join(result.rule.id for result in broken), style="red"))


def _table(report: Report) -> Padding:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("family")
    for name in COUNTED:
        table.add_column(name, justify="right")
    for counts in tallies(report.results):
        table.add_row(*_row(counts))
    table.add_row(*_row(tally("all", report.results)), style="bold")
    return Padding(table, (0, 0, 1, 2), expand=False)


def _row(counts: Tally) -> Iterator[Text]:
    yield Text(counts.family)
    for name, count in zip(COUNTED, counts.counts, strict=True):
        yield Text(str(count), style=COLOURS[name]) if count else Text("-", style="dim")


def _heading(text: str) -> Text:
    return Text.assemble("\n", (text, "bold underline"))


def _indented(text: Text, by: int = 2) -> Padding:
    return Padding(text, (0, 0, 0, by), expand=False)


def _pairs(*pairs: tuple[str, str], indent: int = 2) -> Padding:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True, min_width=8)
    table.add_column(overflow="fold")
    for name, text in pairs:
        table.add_row(Text(name), Text(visible(text, LONGEST_TEXT)))
    return Padding(table, (0, 0, 0, indent), expand=False)
