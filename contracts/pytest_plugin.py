"""The contract as items of a pytest run: `pytest --contract-tests-base-url URL` has one item for each rule.

Everything else is asked for as on the command line: by `CONTRACT_TESTS_*` in the environment, or in the file that
`--contract-tests-config` names. Loaded into every pytest run of whoever has the suite installed, so that nothing but
pytest is imported before one of the two options is given.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contracts.results import Report, Result
    from contracts.rule import Rule
    from contracts.runner import Order

GROUP = "contract tests"
NODE = "contract"
WHOLE_RUN = "the run itself"


class Broken(Exception):
    """What a rule, or the run, has to say against the target: the message is the whole report of it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup(GROUP)
    group.addoption(
        "--contract-tests-base-url",
        metavar="URL",
        help="hold the Scaffolder API at this URL against its contract, an item for each rule",
    )
    group.addoption(
        "--contract-tests-config",
        metavar="FILE",
        help="a TOML file with options of run-contract-tests in the table [tool.run-contract-tests]",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the rules to what was collected, before anything is deselected."""
    base_url = config.getoption("--contract-tests-base-url")
    file = config.getoption("--contract-tests-config")
    if base_url is None and file is None:
        return
    order = _order(base_url, file)
    config.stash[SUITE] = suite = Suite(session, order)
    contract = Contract.from_parent(session, name=NODE, nodeid=NODE)
    added: list[pytest.Item | pytest.Collector] = [
        *(
            RuleItem.from_parent(contract, name=rule.id, nodeid=f"{NODE}::{rule.id}", suite=suite, rule=rule)
            for rule in order.rules
        ),
        RunItem.from_parent(contract, name=WHOLE_RUN, nodeid=f"{NODE}::{WHOLE_RUN}", suite=suite),
    ]
    items.extend(item for item in added if isinstance(item, pytest.Item))
    # What is counted as collected is what was reported so.
    config.hook.pytest_collectreport(report=pytest.CollectReport(NODE, "passed", None, added))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say in the end what the rules come to, and what they advise."""
    suite = config.stash.get(SUITE, None)
    if suite is None or suite.report is None:
        return
    from contracts.reports.summary import caution, headline

    report = suite.report
    terminalreporter.section(f"contract of {report.target.base_url}")
    terminalreporter.line(f"{report.verdict}: {headline(report)}")
    if said := caution(report):
        terminalreporter.line(said)
    for advised in (result for result in report.results if result.advice):
        terminalreporter.line("")
        terminalreporter.line(f"advice: {_told(advised, advised.advice, report)}")


def _order(base_url: str | None, file: str | None) -> "Order":
    """What the command line makes of the options and the environment. Raises pytest.UsageError."""
    import click

    from contracts.cli import main
    from contracts.clock import now_in_utc
    from contracts.configuration import BrokenConfiguration, Configuration

    arguments = [*(["--base-url", base_url] if base_url else []), *(["--config", file] if file else [])]
    try:
        options = main.make_context("run-contract-tests", arguments).params
        wanted = {name: options[name] for name in options if name in Configuration.__dataclass_fields__}
        return Configuration(**wanted).order(today=now_in_utc().date())
    except click.ClickException as error:
        raise pytest.UsageError(f"contract tests: {error.format_message()}") from error
    except BrokenConfiguration as error:
        raise pytest.UsageError(f"contract tests: {error}") from error


class Suite:
    """One run of the suite, made when the first item asks for it, by the rules that were not deselected."""

    def __init__(self, session: pytest.Session, order: "Order") -> None:
        self._session = session
        self._order = order
        self.report: Report | None = None

    def finished(self) -> "Report":
        """The report of the run; it is waited for."""
        if self.report is None:
            self.report = self._run()
        return self.report

    def _run(self) -> "Report":
        import asyncio
        from dataclasses import replace

        from contracts.runner import Run

        selected = tuple(item.rule for item in self._session.items if isinstance(item, RuleItem))
        run = Run(replace(self._order, rules=selected))
        loops: list[asyncio.AbstractEventLoop] = []

        async def report() -> "Report":
            loops.append(asyncio.get_running_loop())
            return await run.report()

        # In a thread of its own: another plugin may keep a loop running in this one.
        with ThreadPoolExecutor(1, thread_name_prefix="contract-tests") as pool:
            running = pool.submit(asyncio.run, report())
            try:
                return running.result()
            except KeyboardInterrupt:
                for loop in loops:
                    loop.call_soon_threadsafe(run.stop)
                raise


SUITE = pytest.StashKey[Suite]()


class Contract(pytest.Collector):
    """What the items of the contract hang from."""

    def collect(self) -> Iterable[pytest.Item]:
        return ()


class ContractItem(pytest.Item):
    """Something that the run of the suite tells."""

    def __init__(self, *, suite: Suite, **rest: Any) -> None:
        super().__init__(**rest)
        self.suite = suite

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, Broken) else super().repr_failure(excinfo, style)


class RuleItem(ContractItem):
    """One rule. It fails when the rule is broken, when it could not be tested and when a known failure is over."""

    def __init__(self, *, rule: "Rule", **rest: Any) -> None:
        super().__init__(**rest)
        self.rule = rule

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self.rule.id}: {self.rule.sentence}"

    def runtest(self) -> None:
        from contracts.results import Outcome

        report = self.suite.finished()
        result = next((result for result in report.results if result.rule.id == self.rule.id), None)
        if result is None and self.rule in report.left_out:
            pytest.skip("this kind of run does not judge it")
        if result is None:
            raise Broken(f"{self.rule.id} was not judged: {'; '.join(report.problems) or 'the run was interrupted'}")
        if result.outcome is Outcome.NOT_TESTABLE:
            if not report.is_binding(self.rule):
                pytest.skip(f"{result.reason} (the rule only advises)")
            raise Broken(f"{self.rule.id} is not testable: {result.reason}\n{self.rule.sentence}")
        if result.failures:
            raise Broken(_told(result, result.failures, report))
        if over := [entry for entry in report.stale if entry.name.partition("@")[0] == self.rule.id]:
            raise Broken("\n".join(f"the known failure {entry.name}: {entry.reason}" for entry in over))
        if result.outcome is Outcome.KNOWN_FAILURE:
            pytest.xfail(result.reason)


class RunItem(ContractItem):
    """What kept the run from seeing everything, if anything did."""

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{NODE}: {self.name}"

    def runtest(self) -> None:
        problems = self.suite.finished().problems
        if problems:
            raise Broken("\n".join(problems))


def _told(result: "Result", observations: Any, report: "Report") -> str:
    from contracts.redaction import Redaction
    from contracts.reports.curl import curl
    from contracts.reports.findings import gathered

    rule = result.rule
    lines = [f"{rule.id}: {rule.sentence}", f"source: {rule.source}", f"why: {rule.why}"]
    for finding in gathered(rule, observations, Redaction(report.target)):
        lines += [
            "",
            f"{finding.operation or 'undocumented'}: expected {finding.expected}",
            f"observed {finding.observed}",
        ]
        lines += [curl(exchange, report.target) for exchange in finding.exchanges[:1]]
    return "\n".join(lines)
