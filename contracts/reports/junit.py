"""JUnit XML, as build servers read it: a test case per rule."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, indent, tostring

from contracts.reports.curl import curl
from contracts.reports.elements import element
from contracts.reports.findings import Finding, Findings, findings_of
from contracts.reports.foreign import LINES, visible
from contracts.reports.summary import caution, family_of, mode, otherwise, times
from contracts.results import Outcome, Report, Verdict
from contracts.rule import Rule
from contracts.target import Target

SUITE = "run-contract-tests"
LONGEST_MESSAGE = 2_000


def junit(report: Report) -> bytes:
    """The document. A broken rule is a failure, one that could not be tested an error, a known failure is skipped, and
    advice is the output of a passing case. Whatever else keeps the verdict from conforming is an error of its own."""
    cases = [*_cases(report), *_problems(report)]
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
        "skipped": str(sum(case.find("skipped") is not None for case in cases)),
        "time": f"{report.seconds:.3f}",
    }
    suite = element("testsuite", _properties(report), *cases, name=SUITE, **counts)
    root = element("testsuites", suite, name=SUITE, **counts)
    indent(root)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _properties(report: Report) -> Element:
    properties = {
        "verdict": report.verdict,
        "exit-code": report.exit_code,
        "base-url": report.target.base_url,
        "profile": report.target.profile,
        "level": report.level,
        "mode": mode(report) or "full",
        "seed": report.limits.seed,
        "requests": len(report.evidence.exchanges),
        "tasks-created": report.tasks_created,
        "seconds": f"{report.seconds:.3f}",
    }
    if said := caution(report):
        properties["caution"] = said
    return element(
        "properties",
        *(element("property", name=name, value=_text(str(value))) for name, value in properties.items()),
    )


def _cases(report: Report) -> Iterator[Element]:
    for found in findings_of(report):
        case = _case(family_of(found.result.rule), found.result.rule.id)
        case.extend(_outcome(found, report))
        yield case
    for rule in report.left_out:
        case = _case(family_of(rule), rule.id)
        case.append(element("skipped", message=f"left out by {mode(report)}"))
        yield case


def _outcome(found: Findings, report: Report) -> Iterator[Element]:
    result = found.result
    match result.outcome:
        case Outcome.FAIL:
            message = "; ".join(_brief(finding) for finding in found.failures)
            text = _told(result.rule, found.failures, report.target)
            yield element("failure", text, message=_text(message), type=result.rule.level.value)
        case Outcome.NOT_TESTABLE if report.is_binding(result.rule):
            yield element("error", message=_text(result.reason), type="not testable")
        case Outcome.NOT_TESTABLE:
            yield element("skipped", message=_text(f"{result.reason} (the rule only advises)"))
        case Outcome.KNOWN_FAILURE:
            yield element("skipped", message=_text(f"known failure: {result.reason}"))
    remarks = [
        *([_told(result.rule, found.known, report.target, "known")] if found.known else []),
        *([_told(result.rule, found.advice, report.target, "advice")] if found.advice else []),
    ]
    if remarks:
        yield element("system-out", "\n".join(remarks))


def _problems(report: Report) -> Iterator[Element]:
    for entry in report.stale:
        yield _case("known failures", _text(entry.name), element("error", message=_text(entry.reason), type="stale"))
    problems = [*report.problems, *(["the run was interrupted"] if report.interrupted else [])]
    if report.verdict is Verdict.INCOMPLETE and not problems and not report.results:
        problems.append("no rule was judged")
    for number, problem in enumerate(problems, 1):
        yield _case("run", f"problem {number}", element("error", message=_text(problem), type="problem"))


def _case(classname: str, name: str, *children: Element) -> Element:
    return element("testcase", *children, classname=classname, name=name, time="0")


def _brief(finding: Finding) -> str:
    where = f"{finding.operation}: " if finding.operation else ""
    return f"{where}expected {finding.expected}, observed {finding.observed} ({times(finding.count)})"


def _told(rule: Rule, findings: tuple[Finding, ...], target: Target, kind: str = "") -> str:
    lines = [f"{kind}: {rule.sentence}" if kind else rule.sentence, f"source: {rule.source}", f"why: {rule.why}"]
    for finding in findings:
        lines += ["", _brief(finding)]
        lines += [f"also {otherwise(other, finding)}" for other in finding.others]
        lines += [curl(finding.exchanges[0], target, longest=LONGEST_MESSAGE)] if finding.exchanges else []
    return "\n".join(visible(line, LONGEST_MESSAGE * 2, keep=LINES) for line in lines)


def _text(text: str) -> str:
    return visible(text, LONGEST_MESSAGE)
