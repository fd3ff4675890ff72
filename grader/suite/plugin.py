"""The pytest plugin of the suite's process: when all is collected, it waits for jobs and forks for each."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from grader.boundary.channel import Channel
from grader.suite.execution import NEEDS_PYTEST, PytestNeeds, Run, arguments_without_fixtures
from grader.suite.jobs import JobSource, RunningJob
from grader.suite.judge import DESCRIPTION, LINE, description_of, group_of, line_of
from grader.suite.manifest import Manifest
from grader.suite.session import Session


class Hooks:
    """The hooks that a suite's conftest.py may implement for the grader."""

    @pytest.hookspec
    def pytest_arguments_of_test(self, item: pytest.Item) -> Mapping[str, object]:
        """Return arguments of a test that need no fixture, by name, made for each run of it.

        Their names depend on `item.fixturenames` only.
        """
        raise NotImplementedError

    @pytest.hookspec(firstresult=True)
    def pytest_explain_failure(self, item: pytest.Item, error: BaseException) -> Mapping[str, str] | None:
        """Return the suite's explanation of a failed test: some of `message`, `hint`, `cause` and `piece`.

        `cause` is the key of a recognised mistake. `piece` describes an expression for a drawing
        (grader.render.drawing).
        """
        raise NotImplementedError


class Grading:
    """Announces the tests; in a fork, runs them against the job's submission and sends the results."""

    def __init__(self, root: Path, suite: str, manifest: Manifest, jobs: JobSource) -> None:
        """Run the suite in the folder `suite` of the assignment `root`, by `manifest`, for each of `jobs`."""
        self.interface = manifest.interface
        self._manifest = manifest
        self._root = root
        self._suite = f"{suite}/"
        self._provided = {name: (root / source).read_bytes() for name, source in manifest.provided.items()}
        self._jobs = jobs
        self._run: Run | None = None

    def channel(self) -> Channel:
        """Return the channel of the test that is running. Raises SubmissionError when there is none."""
        if self._run is None:
            raise RuntimeError("a test uses the submission before any job has begun")
        return self._run.session.channel()

    def finish(self) -> NoReturn:
        """End this process; nothing is left to do for an interpreter that takes itself down."""
        os._exit(0)

    # The suite's process

    def pytest_addhooks(self, pluginmanager: pytest.PytestPluginManager) -> None:
        """Make the grader's own hooks known."""
        pluginmanager.add_hookspecs(Hooks)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Log why pytest cannot collect a file of the suite."""
        if report.failed:
            sys.stderr.write(f"{report.longrepr}\n")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Put the second stage last, and prepare the tests once for all jobs."""
        items.sort(key=lambda item: group_of(item) in self._manifest.second_stage)
        needs = PytestNeeds(session.config)
        for item in items:
            if isinstance(item, pytest.Function):
                item.funcargs.update(arguments_without_fixtures(item))
            item.stash[NEEDS_PYTEST] = needs.of(item)
            item.stash[LINE] = line_of(item)
            item.stash[DESCRIPTION] = description_of(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Announce the tests before any code of a submission runs; then wait, and go on in a fork."""
        if session.testsfailed:
            return None  # pytest reports that it cannot collect the suite
        self._jobs.announce(
            tests=tests_by_class(session.items),
            sources=sorted(_sources(self._root)),
            run_seconds=self._manifest.run_seconds,
        )
        job = self._jobs.next()
        if job is not None:
            self._run_job(job, session)
        return True

    def _run_job(self, job: RunningJob, session: pytest.Session) -> None:
        """Run the collected tests for `job`, in its fork of this process."""
        work = job.work
        manifest = self._manifest.within(work.test_seconds, work.run_seconds)
        session.config.option.seed = work.seed
        tests = [item for item in session.items if group_of(item) not in work.left_out]
        submission = Session(job.processes, manifest, self._files(work.files))
        session.config.processor_seconds = submission.processor_seconds  # type: ignore[attr-defined]
        self._run = Run(job, submission, manifest)
        self._run.execute(tests)

    def _files(self, submitted: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the files of a submission's process: the suite's own code is no part of a submission."""
        own = {path: content for path, content in submitted.items() if not path.startswith(self._suite)}
        return {**own, **self._provided}


def _sources(root: Path) -> set[str]:
    """Return the files below `root` of all modules that the cases import."""
    files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    within, own = f"{root}{os.sep}", f"{Path(__file__).parents[1]}{os.sep}"
    return {file for file in files if file.startswith(within) and not file.startswith(own)}


def tests_by_class(items: Sequence[pytest.Item]) -> dict[str, list[str]]:
    """Return the names of the tests of each class, in the order of the suite."""
    tests: dict[str, list[str]] = {}
    for item in items:
        tests.setdefault(group_of(item), []).append(item.name)
    return tests
