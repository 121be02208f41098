"""The report for machines: everything that the other reports show, as JSON."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.coverage import coverage_of
from contracts.exchange import Exchange
from contracts.reports.curl import curl
from contracts.reports.findings import Finding, Findings, findings_of
from contracts.reports.summary import caution, family_of, headline, supplies, tallies
from contracts.results import Report
from contracts.rule import Rule
from contracts.sse import StreamReading
from contracts.target import Target

# Raised when a reader of an older format would be misled.
FORMAT = 1
LONGEST_BODY = 32_768
MOST_EXCHANGES = 300
MOST_FRAMES = 200


def json_report(report: Report, written_at: datetime) -> bytes:
    """The document, in ASCII."""
    found = findings_of(report)
    document = {
        "format": FORMAT,
        "written_at": written_at.isoformat(timespec="seconds"),
        "verdict": report.verdict,
        "exit_code": report.exit_code,
        "headline": headline(report),
        "caution": caution(report),
        "target": _target(report.target),
        "run": _run(report),
        "families": [
            {
                "family": tally.family,
                "passed": tally.passed,
                "failed": tally.failed,
                "known_failures": tally.known,
                "not_testable": tally.not_testable,
                "advice": tally.advice,
            }
            for tally in tallies(report.results)
        ],
        "rules": [_rule_result(findings, report) for findings in found],
        "left_out": [_rule(rule) for rule in report.left_out],
        "needed": [{"needs": needs, "rules": [rule.id for rule in rules]} for needs, rules in supplies(report).items()],
        "stale": [{"name": entry.name, "reason": entry.reason} for entry in report.stale],
        "problems": list(report.problems),
        "notes": list(report.evidence.notes),
        "coverage": _coverage(report),
        "exchanges": [_exchange(exchange, report.target) for exchange in exchanges_behind(found)],
    }
    return json.dumps(document, indent=1).encode("ascii") + b"\n"


def exchanges_behind(found: Iterable[Findings]) -> Sequence[Exchange]:
    """The exchanges that show what was found, by number, as many as a report holds."""
    exchanges: dict[int, Exchange] = {}
    for findings in found:
        for finding in (*findings.failures, *findings.known, *findings.advice):
            exchanges.update((exchange.number, exchange) for exchange in finding.exchanges)
    return [exchanges[number] for number in sorted(exchanges)][:MOST_EXCHANGES]


def _target(target: Target) -> Mapping[str, Any]:
    return {
        "base_url": target.base_url,
        "profile": target.profile,
        "has_token": target.token is not None,
        "headers": [name for name, _ in target.headers],
        "templates": {
            name: choice.ref
            for name, choice in (
                ("ordinary", target.template),
                ("slow", target.slow_template),
                ("failing", target.failing_template),
            )
            if choice is not None
        },
    }


def _run(report: Report) -> Mapping[str, Any]:
    limits, fuzz = report.limits, report.evidence.fuzz
    return {
        "level": report.level,
        "seed": limits.seed,
        "quick": limits.quick,
        "read_only": limits.read_only,
        "time_budget": limits.time_budget,
        "max_tasks": limits.max_tasks,
        "max_examples": limits.max_examples,
        "seconds": round(report.seconds, 3),
        "requests": len(report.evidence.exchanges),
        "tasks_created": report.tasks_created,
        "interrupted": report.interrupted,
        "target_gone": report.evidence.gone,
        "fuzzing": None
        if fuzz is None
        else {
            "cases": fuzz.cases,
            "completed": fuzz.completed,
            "errors": list(fuzz.errors),
            "hung": list(fuzz.hung),
        },
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "family": family_of(rule),
        "level": rule.level,
        "sentence": rule.sentence,
        "source": rule.source,
        "why": rule.why,
    }


def _rule_result(found: Findings, report: Report) -> Mapping[str, Any]:
    result = found.result
    return {
        **_rule(result.rule),
        "outcome": result.outcome,
        "binding": report.is_binding(result.rule),
        "reason": result.reason,
        "observations": {
            "held": result.held,
            "failed": len(result.failures),
            "known": len(result.known),
            "advice": len(result.advice),
        },
        "failures": [_finding(finding, report.target) for finding in found.failures],
        "known": [_finding(finding, report.target) for finding in found.known],
        "advice": [_finding(finding, report.target) for finding in found.advice],
    }


def _finding(finding: Finding, target: Target) -> Mapping[str, Any]:
    return {
        "operation": finding.operation,
        "count": finding.count,
        "expected": finding.expected,
        "observed": finding.observed,
        "others": [
            {"expected": other.expected, "observed": other.observed, "count": other.count} for other in finding.others
        ],
        "more": finding.more,
        "exchanges": [exchange.number for exchange in finding.exchanges],
        "curl": curl(finding.exchanges[0], target) if finding.exchanges else None,
    }


def _coverage(report: Report) -> Mapping[str, Any]:
    coverage = coverage_of(report.evidence)
    return {
        "operations": [
            {
                "operation": cover.operation.id,
                "method": cover.operation.method,
                "path": cover.operation.path,
                "requests": cover.requests,
                "unanswered": cover.unanswered,
                "statuses": [
                    {"status": status.status, "cover": status.cover, "seen": status.seen} for status in cover.statuses
                ],
                "parameters": [
                    {
                        "in": parameter.place,
                        "name": parameter.name,
                        "given": parameter.given,
                        "malformed": parameter.malformed,
                        "left_out": parameter.left_out,
                    }
                    for parameter in cover.parameters
                ],
            }
            for cover in coverage.operations
        ],
        "elsewhere": coverage.elsewhere,
    }


def _exchange(exchange: Exchange, target: Target) -> Mapping[str, Any]:
    response = exchange.response
    return {
        "number": exchange.number,
        "operation": exchange.operation,
        "purpose": exchange.purpose,
        "label": exchange.label,
        "began": round(exchange.began, 4),
        "ended": round(exchange.ended, 4),
        "request": {
            "method": exchange.request.method,
            "path": exchange.request.path,
            "query": [list(pair) for pair in exchange.request.query],
            "headers": [list(pair) for pair in exchange.request.headers],
            "body": None if exchange.request.body is None else _body(exchange.request.body),
        },
        "response": None
        if response is None
        else {
            "status": response.status,
            "headers": [list(pair) for pair in response.headers],
            "body": _body(response.body),
        },
        "stream": None if exchange.stream is None else _stream(exchange.stream),
        "trouble": None if exchange.trouble is None else str(exchange.trouble),
        "curl": curl(exchange, target),
    }


def _body(content: bytes) -> Mapping[str, Any]:
    kept = content[:LONGEST_BODY]
    try:
        shown = {"text": kept.decode("utf-8")}
    except UnicodeDecodeError:
        shown = {"base64": base64.b64encode(kept).decode("ascii")}
    return {**shown, "bytes": len(content), "cut": len(kept) < len(content)}


def _stream(reading: StreamReading) -> Mapping[str, Any]:
    return {
        "ending": reading.ending,
        "opened": round(reading.opened, 4),
        "closed": round(reading.closed, 4),
        "comments": reading.comments,
        "problems": list(reading.problems),
        "undispatched": list(reading.undispatched),
        "frames": [
            {
                "event": frame.event,
                "id": frame.id,
                "arrived": round(frame.arrived, 4),
                "data": frame.data[:LONGEST_BODY],
                "oddities": list(frame.oddities),
            }
            for frame in reading.frames[:MOST_FRAMES]
        ],
        "frames_in_all": len(reading.frames),
    }
