"""The reports that are files."""

from pathlib import Path

from contracts.clock import now_in_utc
from contracts.reports.curl import body_file
from contracts.reports.findings import findings_of
from contracts.reports.html import html_report
from contracts.reports.json_report import exchanges_behind, json_report
from contracts.reports.junit import junit
from contracts.results import Report

MOST_BODIES = 20


def write_reports(report: Report, folder: Path) -> list[Path]:
    """Write junit.xml, report.json, report.html and the bodies that their curl lines read into the folder, which is
    made if it is not there; returns what was written. Raises OSError."""
    written_at = now_in_utc()
    contents = {
        "junit.xml": junit(report),
        "report.json": json_report(report, written_at),
        "report.html": html_report(report, written_at),
        **_bodies(report),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def _bodies(report: Report) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for exchange in exchanges_behind(findings_of(report)):
        name, body = body_file(exchange), exchange.request.body
        if name is not None and body is not None and len(found) < MOST_BODIES:
            found[name] = body
    return found
