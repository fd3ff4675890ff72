"""The pytest plugin of a graded run: a session per test, a result per test, progress on the way."""

import sys
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from grader.boundary.errors import Lost
from grader.core.scoring import Outcome, TestResult
from grader.suite.judge import group_of, result_of
from grader.suite.messages import Record, to_record
from grader.suite.session import Session

RECORD = "grader"  # the key of our record among a test's properties in the JSON report


class Hooks:
    """The hooks that a suite's conftest.py may implement for the grader."""

    @pytest.hookspec
    def pytest_student_environment(self, session: pytest.Session) -> Mapping[str, str]:
        """Return environment variables for the submission's process."""
        raise NotImplementedError


class Grading:
    """Runs every test against the session's submission; reports `collected`, `result`, `progress` events."""

    def __init__(self, session: Session, left_out: Collection[str], emit: Callable[[str, Any], None]) -> None:
        """Leave out the tests of the classes `left_out`; `emit(kind, content)` tells of progress."""
        self._session = session
        self._left_out = left_out
        self._emit = emit
        self._results: dict[pytest.Item, TestResult] = {}
        self.records: list[Record] = []  # of the finished JSON report, one per test
        self._running = ""  # the class of the present test
        session.on_progress = self._tell_progress

    def pytest_addhooks(self, pluginmanager: pytest.PytestPluginManager) -> None:
        """Make the grader's own hooks known."""
        pluginmanager.add_hookspecs(Hooks)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Log why a file of the suite cannot be collected, for whoever reads why the run failed."""
        if report.failed:
            sys.stderr.write(f"{report.longrepr}\n")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what is not to be graded."""
        gone = [item for item in items if group_of(item) in self._left_out]
        if gone:
            config.hook.pytest_deselected(items=gone)
            items[:] = [item for item in items if item not in gone]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Fix which tests must appear, before any code of the submission runs."""
        self._emit("collected", tests_by_class(session.items))
        for variables in session.config.hook.pytest_student_environment(session=session):
            self._session.environment = {**self._session.environment, **variables}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Give the test its time and its channel; a lost process is replaced for the next test."""
        self._running = group_of(item)
        self._session.begin_test()
        yield
        self._session.end_test()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Judge the phase, and tell of the test's result after its last one."""
        self._judge(item, call)
        item.repr_failure = _no_traceback  # type: ignore[method-assign]  # our record says what is to be shown
        if call.when == "teardown":
            record = to_record(self._results[item])
            item.user_properties.append((RECORD, record))
            self._emit("result", record)
        return (yield)

    def pytest_json_modifyreport(self, json_report: dict[str, Any]) -> None:
        """Take our records from the finished JSON report."""
        self.records = [
            own[RECORD] for test in json_report["tests"] for own in test["user_properties"] if RECORD in own
        ]

    def _tell_progress(self, numbers: Mapping[str, float]) -> None:
        """Tell how far the present test has come, by numbers that are the submission's word."""
        self._emit("progress", {"group": self._running, "numbers": dict(numbers)})

    def _judge(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        error = call.excinfo.value if call.excinfo else None
        before = self._results.get(item)
        if (error or call.when == "call") and (before is None or before.outcome is Outcome.PASSED):
            result = result_of(item, error, call.when, self._session.explain)
            self._results[item] = replace(result, seconds=call.duration)
        if isinstance(error, Lost):
            self._session.drop_process()


def _no_traceback(excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
    del style
    return excinfo.typename


def tests_by_class(items: Sequence[pytest.Item]) -> dict[str, list[str]]:
    """Return the names of the tests of each class, in the order of the suite."""
    tests: dict[str, list[str]] = {}
    for item in items:
        tests.setdefault(group_of(item), []).append(item.name)
    return tests
