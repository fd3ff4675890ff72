"""One job's way through the collected tests, in a fork of the suite's process: stages, attempts, results."""

import contextlib
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pytest

from grader.boundary.errors import Lost, RunOver, SubmissionError, TimedOut
from grader.boundary.interface import ADAPTERS
from grader.boundary.remote_adapters import RemoteAdapters
from grader.core.pytest_report import to_entry
from grader.core.scoring import Outcome, TestResult
from grader.suite.drawn_order import DrawnOrder, Schedule
from grader.suite.integrity import Integrity
from grader.suite.jobs import RunningJob
from grader.suite.judge import EXPLAINED, Attempt, add_explanation, group_of, result_of
from grader.suite.manifest import Manifest
from grader.suite.own_limits import OwnLimits
from grader.suite.session import Session

GIVEN_UP = (
    "{} tests before this one timed out, so the remaining tests do not run; find the first that timed out in "
    "this report, make it end in time, and hand in again"
)
EXPLAINING_SECONDS = 10.0  # of our own processor time in a run; hundreds of failures take one or two
NEEDS_PYTEST = pytest.StashKey[bool]()  # of each collected test, whether `needs_pytest`


class Run:
    """Runs tests by pytest's own hooks and judges each by its error; pytest makes no report of them."""

    def __init__(self, job: RunningJob, session: Session, manifest: Manifest) -> None:
        """Run for `job`, whose submission is under test in `session`."""
        self.session = session
        self._job = job
        self._manifest = manifest
        self._limits = OwnLimits(manifest.suite_memory)
        self._integrity = Integrity()
        self._explaining = 0.0  # seconds so far
        self._running = ""  # the class of the present test
        self._has_passed = False  # any test so far
        session.on_progress = self._tell_progress
        session.is_traced = job.work.is_traced

    def execute(self, tests: Sequence[pytest.Item]) -> None:
        """Run `tests`, which come in the suite's order, stage by stage, and report the end of the job."""
        order, later = DrawnOrder(self._job.work.seed), self._manifest.second_stage
        first, second = (
            Schedule(
                [test for test in tests if (group_of(test) in later) is is_later],
                order,
                self._manifest.timeouts,
            )
            for is_later in (False, True)
        )
        self._run_stage(first, second)
        if second.waiting:
            self.session.begin_stage()
            self._job.tell("stage", None)
            if first.is_hopeless:
                second.give_up()
            self._run_stage(second, None)
        self._finish()

    def _run_stage(self, schedule: Schedule, following: Schedule | None) -> None:
        """Run the tests of a stage; `following` is the stage after it."""
        results: list[tuple[pytest.Item, TestResult]] = []
        while (item := schedule.take()) is not None:
            results.append((item, self._result(item, schedule, following)))
            self._job.tell("result", to_entry(results[-1][1]))
        for item, result in results:
            if schedule.leaves_out(item) and result.outcome is not Outcome.NOT_RUN:
                self._job.tell("revised", to_entry(self._left_out_result(item)))
        with contextlib.suppress(SubmissionError):
            self._integrity.challenge(self.session.channel())

    def _result(self, item: pytest.Item, schedule: Schedule, following: Schedule | None) -> TestResult:
        """Return the verdict on a test: the first of its phases that raises decides."""
        attempt = self._attempt(item, schedule)
        if self.session.was_disturbed(attempt.error):
            attempt = self._second_attempt(item, schedule)
        result = result_of(item, attempt, self.session.explain)
        if self.session.is_traced:
            self._job.tell("lines", [result.group, result.name, self.session.ran_lines()])
        else:
            result = self._explain(item, attempt.error, result)
        if isinstance(attempt.error, Lost | MemoryError):
            self.session.drop_process()
        if isinstance(attempt.error, TimedOut):
            schedule.note_timeout(item)
        seconds, attempt = attempt.seconds, Attempt()  # free the memory that its error holds
        if item.stash[NEEDS_PYTEST]:
            error = _tear_down(item, _first_that_needs_pytest(schedule, following))
            if error is not None and result.outcome is Outcome.PASSED:
                result = result_of(item, Attempt(error, "teardown", seconds), self.session.explain)
        self._integrity.add(item, result.outcome)
        self._has_passed |= result.outcome is Outcome.PASSED
        return result

    def _explain(self, item: pytest.Item, error: BaseException | None, result: TestResult) -> TestResult:
        """Return `result` with the suite's explanation; the suite may ask the submission again."""
        if error is None or result.outcome not in EXPLAINED or self._explaining > EXPLAINING_SECONDS:
            return result
        started = time.process_time()
        with self.session.a_look():
            explained = add_explanation(item, error, result)
        self._explaining += time.process_time() - started
        return explained

    def _second_attempt(self, item: pytest.Item, schedule: Schedule) -> Attempt:
        """Run a test again, alone in a fresh process, with the values of its fixtures made again."""
        error = _tear_down(item, None)
        if error is not None:
            return Attempt(error, "teardown")
        item.user_properties.clear()
        if isinstance(item, pytest.Function):
            item._initrequest()  # noqa: SLF001 - pytest has no other way to forget the values of fixtures
            item.funcargs.update(arguments_without_fixtures(item))
        with self.session.second_attempt():
            attempt = self._attempt(item, schedule)
            self.session.hold_to_account(attempt.error)
        return attempt

    def _attempt(self, item: pytest.Item, schedule: Schedule) -> Attempt:
        """Run a test to its first error, or to its end."""
        when, started = "setup", time.perf_counter()
        error = _error_of(lambda: _set_up(item))
        if error is None:
            when, started = "call", time.perf_counter()
            error = _error_of(lambda: self._call(item, schedule))
        return Attempt(error, when, time.perf_counter() - started)

    def _call(self, item: pytest.Item, schedule: Schedule) -> None:
        """Run the test itself under its own limits; the next test replaces a lost process."""
        self._running = group_of(item)
        if schedule.leaves_out(item):
            raise self._give_up_error()
        self.session.begin_test()
        with self._limits.of_a_test():
            _run_test(item)
            self.session.end_test()

    def _left_out_result(self, item: pytest.Item) -> TestResult:
        """Return the result of a test that ran, by the draw, before the rest was given up."""
        return result_of(item, Attempt(self._give_up_error(), "call"), self.session.explain)

    def _give_up_error(self) -> RunOver:
        return RunOver(GIVEN_UP.format(self._manifest.timeouts))

    def _tell_progress(self, numbers: Mapping[str, float]) -> None:
        """Report the progress of the present test, by numbers of the submission."""
        self._job.tell("progress", {"group": self._running, "numbers": dict(numbers)})

    def _finish(self) -> None:
        """Report the end of the job."""
        self.session.drop_process()
        unloadable = self.session.unloadable(_called_adapters(), has_passed=self._has_passed)
        notes = self.session.notes(has_passed=self._has_passed)
        told = {"unloadable": unloadable, "notes": notes, "staff_notes": self._integrity.notes()}
        self._job.tell("finished", told)


def _called_adapters() -> list[str]:
    """Return the adapters that the tests have called."""
    adapters = sys.modules.get(ADAPTERS)
    return adapters.asked if isinstance(adapters, RemoteAdapters) else []


def arguments_without_fixtures(item: pytest.Function) -> dict[str, Any]:
    """Return the arguments of a test that need no fixture: its request and the values of its parameters."""
    direct = {
        name.strip()
        for mark in item.iter_markers("parametrize")
        if mark.args and not mark.kwargs.get("indirect")
        for name in (mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0])
    }
    parameters = {name: item.callspec.params[name] for name in direct}
    return {"request": item._request, **parameters}  # noqa: SLF001 - pytest makes another one for each use


# A suite has one conftest.py, so the hooks of a test are those of the session. To look them up for each test
# (`item.ihook`), or to call a test through hooks that nobody else implements, costs more than most tests.


class PytestNeeds:
    """Tells of each test whether pytest has to set it up and tear it down.

    Not if the suite gives all its arguments: pytest would do nothing then, in more time than many a test
    takes. But a hook of a plugin that is not pytest's own sees each test.
    """

    def __init__(self, config: pytest.Config) -> None:
        """Tell of the tests of a session with `config`."""
        hooks = (config.hook.pytest_runtest_setup, config.hook.pytest_runtest_teardown)
        modules = [hook.function.__module__ for caller in hooks for hook in caller.get_hookimpls()]
        self._is_watched = not all(name.startswith("_pytest.") for name in modules)
        self._given: dict[frozenset[str], set[str]] = {}  # by the names of a test's fixtures

    def of(self, item: pytest.Item) -> bool:
        """Tell whether pytest sets up and tears down `item`, which has its arguments without fixtures."""
        if self._is_watched or not isinstance(item, pytest.Function):
            return True
        names = frozenset(item.fixturenames)
        if names not in self._given:
            self._given[names] = {name for arguments in _arguments(item) for name in arguments}
        return not names <= self._given[names] | item.funcargs.keys()


def _set_up(item: pytest.Item) -> None:
    """Give a test the arguments that need no fixture, and have pytest set it up if it has to."""
    if isinstance(item, pytest.Function):
        for arguments in _arguments(item):
            item.funcargs.update(arguments)
    if item.stash[NEEDS_PYTEST]:
        item.config.hook.pytest_runtest_setup(item=item)


def _arguments(item: pytest.Item) -> Sequence[Mapping[str, Any]]:
    """Return the arguments that the suite gives to a test without a fixture."""
    return cast("Sequence[Mapping[str, Any]]", item.config.hook.pytest_arguments_of_test(item=item))


def _first_that_needs_pytest(*schedules: Schedule | None) -> pytest.Item | None:
    """Return the first waiting test that pytest sets up."""
    waiting = (item for schedule in schedules if schedule for item in schedule.waiting)
    return next((item for item in waiting if item.stash[NEEDS_PYTEST]), None)


def _run_test(item: pytest.Item) -> None:
    """Run the test itself, as pytest's own `pytest_pyfunc_call` does."""
    if isinstance(item, pytest.Function):
        names = item._fixtureinfo.argnames  # noqa: SLF001 - as there
        item.obj(**{name: item.funcargs[name] for name in names})
    else:
        item.runtest()


def _tear_down(item: pytest.Item, upcoming: pytest.Item | None) -> BaseException | None:
    """Tear a test down, except fixtures that `upcoming` uses too; return the error, if any."""
    return _error_of(lambda: item.config.hook.pytest_runtest_teardown(item=item, nextitem=upcoming))


def _error_of(act: Callable[[], object]) -> BaseException | None:
    """Run a phase of a test; return the error that it raises, or None."""
    try:
        act()
    except (pytest.exit.Exception, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - every error of a test is judged
        return error
    return None
