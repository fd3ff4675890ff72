"""The pytest plugin of the suite's process: when all is collected, it waits for jobs and forks for each."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from grader.boundary.channel import Channel
from grader.boundary.errors import Lost, SubmissionError
from grader.core.scoring import Outcome, TestResult
from grader.suite.integrity import Integrity
from grader.suite.jobs import Job, Jobs
from grader.suite.judge import group_of, result_of
from grader.suite.manifest import Manifest
from grader.suite.messages import to_record
from grader.suite.order import DrawnOrder
from grader.suite.own_limits import OwnLimits
from grader.suite.session import Session


@dataclass(frozen=True)
class Attempt:
    """How a test went: what the phase `when` raised, or None, and how long that phase took."""

    error: BaseException | None = None
    when: str = ""
    seconds: float = 0.0


class Hooks:
    """The hooks that a suite's conftest.py may implement for the grader."""

    @pytest.hookspec
    def pytest_student_folders(self, session: pytest.Session) -> Mapping[str, str]:
        """Return folders that the submission may read, by the environment variable that names each there."""
        raise NotImplementedError


class Grading:
    """Fixes which tests there are; in a fork, runs them against the job's submission and tells results."""

    def __init__(self, root: Path, manifest: Manifest, jobs: Jobs) -> None:
        """Run the suite that has `manifest`, in the assignment's folder `root`, for each of `jobs`."""
        self.interface = manifest.interface
        self._manifest = manifest
        self._root = root
        self._provided = {name: (root / source).read_bytes() for name, source in manifest.provided.items()}
        self._jobs = jobs
        self._job: Job | None = None
        self._session: Session | None = None
        self._integrity = Integrity()
        self._in_second_stage = False
        self._limits: OwnLimits
        self._running = ""  # the class of the present test

    @property
    def session(self) -> Session:
        """The submission under test."""
        if self._session is None:
            raise RuntimeError("a test uses the submission before any job has begun")
        return self._session

    def channel(self) -> Channel:
        """Return the channel of the test that is running. Raises SubmissionError when there is none."""
        return self.session.channel()

    def finish(self) -> None:
        """Tell how the job ended, in the fork that ran one."""
        if self._job is None:
            return
        self._end_stage()
        self.session.drop_process()
        unloadable = str(self.session.unloadable) if self.session.unloadable else None
        notes = {"notes": self.session.notes, "staff_notes": self._integrity.notes()}
        self._job.tell("finished", {"unloadable": unloadable, **notes})
        os._exit(0)  # what is left to do at exit was for the process that this is a fork of

    # The suite's process

    def pytest_addhooks(self, pluginmanager: pytest.PytestPluginManager) -> None:
        """Make the grader's own hooks known."""
        pluginmanager.add_hookspecs(Hooks)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Log why a file of the suite cannot be collected, for whoever reads why the run failed."""
        if report.failed:
            sys.stderr.write(f"{report.longrepr}\n")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the second stage last, and give tests now what they would be given in each job anew."""
        items.sort(key=lambda item: group_of(item) in self._manifest.second_stage)
        for item in items:
            if isinstance(item, pytest.Function):
                item.funcargs.update(parameters_of(item))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Say which tests there are, before any code of a submission runs; then wait, and go on in a fork."""
        if session.testsfailed:
            return None  # the suite cannot be collected, of which pytest tells
        folders = session.config.hook.pytest_student_folders(session=session)
        self._jobs.announce(
            tests=tests_by_class(session.items),
            folders={name: folder for mapping in folders for name, folder in mapping.items()},
            sources=sorted(_sources(self._root)),
            run_seconds=self._manifest.run_seconds,
        )
        self._job = self._jobs.next()
        if self._job is None:
            return True
        self._begin(self._job, session)
        return None

    def _begin(self, job: Job, session: pytest.Session) -> None:
        """Make the collected tests those of `job`."""
        work = job.work
        self._limits = OwnLimits(self._manifest.suite_memory)
        manifest = self._manifest.within(work.test_seconds, work.run_seconds)
        session.config.option.seed = work.seed
        session.items[:] = [item for item in session.items if group_of(item) not in work.left_out]
        order = DrawnOrder(work.seed)
        session.items.sort(key=lambda item: (group_of(item) in manifest.second_stage, order.place(item)))
        self._session = Session(job.processes, manifest, {**work.files, **self._provided})
        self._session.on_progress = self._tell_progress
        session.config.processor_seconds = self._session.processor_seconds  # type: ignore[attr-defined]

    # A job's fork of it

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run a test by pytest's own hooks, and judge it by what it raised; pytest makes no report of it."""
        if not self._in_second_stage and group_of(item) in self._manifest.second_stage:
            self._in_second_stage = True
            self._end_stage()
            self.session.begin_stage()
            self._tell("stage", None)
        self._tell("result", to_record(self._result(item, nextitem)))
        return True

    def _result(self, item: pytest.Item, nextitem: pytest.Item | None) -> TestResult:
        """Return the verdict on a test: the first of its phases that raises decides."""
        attempt = self._attempt(item)
        if self.session.was_disturbed(attempt.error):
            attempt = self._second_attempt(item)
        result = result_of(item, attempt.error, attempt.when, self.session.explain)
        if isinstance(attempt.error, Lost | MemoryError):
            self.session.lose_process(attempt.error)
        seconds, attempt = attempt.seconds, Attempt()  # what its error holds goes now
        error = _raised_by(lambda: item.ihook.pytest_runtest_teardown(item=item, nextitem=nextitem))
        if error is not None and result.outcome is Outcome.PASSED:
            result = result_of(item, error, "teardown", self.session.explain)
        self._integrity.add(item, result.outcome)
        return replace(result, seconds=seconds)

    def _end_stage(self) -> None:
        """Challenge the process of a stage that is over, if it is still there."""
        with contextlib.suppress(SubmissionError):
            self._integrity.challenge(self.session.channel())

    def _second_attempt(self, item: pytest.Item) -> "Attempt":
        """Run a test again, alone in a fresh process, with the values of its fixtures made again."""
        error = _raised_by(lambda: item.ihook.pytest_runtest_teardown(item=item, nextitem=None))
        if error is not None:
            return Attempt(error, "teardown")
        item.user_properties.clear()
        if isinstance(item, pytest.Function):
            item._initrequest()  # noqa: SLF001 - pytest has no other way to forget the values of fixtures
            item.funcargs.update(parameters_of(item))
        with self.session.second_attempt():
            attempt = self._attempt(item)
            self.session.hold_to_account(attempt.error)
        return attempt

    def _attempt(self, item: pytest.Item) -> "Attempt":
        """Run a test up to what raises, or to its end."""
        when, started = "setup", time.perf_counter()
        error = _raised_by(lambda: item.ihook.pytest_runtest_setup(item=item))
        if error is None:
            when, started = "call", time.perf_counter()
            error = _raised_by(lambda: self._call(item))
        return Attempt(error, when, time.perf_counter() - started)

    def _call(self, item: pytest.Item) -> None:
        """Run the test itself with its own limits and channel; the next test replaces a lost process."""
        self._running = group_of(item)
        self.session.begin_test()
        with self._limits.of_a_test():
            item.ihook.pytest_runtest_call(item=item)
            self.session.end_test()

    def _tell_progress(self, numbers: Mapping[str, float]) -> None:
        """Tell how far the present test has come, by numbers that are the submission's word."""
        self._tell("progress", {"group": self._running, "numbers": dict(numbers)})

    def _tell(self, kind: str, content: Any) -> None:
        if self._job is not None:
            self._job.tell(kind, content)


def _raised_by(act: Callable[[], object]) -> BaseException | None:
    """Do what a phase of a test is, and return what it raises."""
    try:
        act()
    except (pytest.exit.Exception, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - what ends a test is judged, whatever it is
        return error
    return None


def _sources(root: Path) -> set[str]:
    """Return the files below `root` whose modules the collected cases consist of."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    own = Path(__file__).parents[1]
    return {
        file
        for file in files
        if file and Path(file).is_relative_to(root) and not Path(file).is_relative_to(own)
    }


def parameters_of(item: pytest.Function) -> dict[str, Any]:
    """Return the arguments of a parametrised test, but for those that are meant for a fixture."""
    direct = {
        name.strip()
        for mark in item.iter_markers("parametrize")
        if mark.args and not mark.kwargs.get("indirect")
        for name in (mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0])
    }
    return {name: item.callspec.params[name] for name in direct}


def tests_by_class(items: Sequence[pytest.Item]) -> dict[str, list[str]]:
    """Return the names of the tests of each class, in the order of the suite."""
    tests: dict[str, list[str]] = {}
    for item in items:
        tests.setdefault(group_of(item), []).append(item.name)
    return tests
