"""The cache of a prepared suite: the suite's process and a runner, started once and used by all gradings."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from grader.core.fingerprint import Fingerprint
from grader.probe import start_strongest
from grader.sandbox.runner import RunnerKind
from grader.suite.assignment import Assignment, load_assignment
from grader.suite.host_fingerprint import fingerprint_of
from grader.suite.run import SuiteProcess
from grader.suite.start import StartedSuite

Stamp = tuple[int, int]  # size, and time of change in nanoseconds


class PreparedSuite:
    """An assignment, its suite's process, and a runner for its submissions."""

    def __init__(self, assignment: Assignment, suite: SuiteProcess, kinds: Sequence[RunnerKind]) -> None:
        """Start the strongest of `kinds` while the suite collects. Raises SuiteFailed, SandboxError."""
        self.assignment = assignment
        self.suite = suite
        self.users = 0
        self._retired = False
        self.runner = start_strongest(kinds, replace(assignment.manifest.allowance, folders=suite.folders))
        try:
            self._sources = suite.sources
            self._stamps = self._read_stamps()
        except BaseException:
            self.runner.close()
            raise

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """The hashes and versions that verdicts depend on here."""
        return fingerprint_of(self.assignment, self.suite.folders)

    def is_fresh(self) -> bool:
        """Tell whether the suite's process runs and the files of suite and rubric are unchanged."""
        return self.suite.is_alive() and self._stamps == self._read_stamps()

    def retire(self) -> None:
        """Close after the last user has left."""
        self._retired = True
        self.close_if_unused()

    def close_if_unused(self) -> None:
        """Close if retired and without users."""
        if self._retired and not self.users:
            self.suite.close()
            self.runner.close()

    def _read_stamps(self) -> Mapping[Path, Stamp | None]:
        return {path: stamp(path) for path in [*self.assignment.files(), *self._sources]}


@dataclass(frozen=True)
class PendingStart:
    """A start under way: the assignment, its suite's process, and the future prepared suite."""

    assignment: Assignment
    suite: SuiteProcess
    prepared: Future[PreparedSuite]

    def abandon(self) -> None:
        """End the start as soon as possible."""
        self.suite.close()
        with suppress(Exception):  # the error of a start without users
            self.prepared.result().retire()


class SuiteCache:
    """Keeps one `PreparedSuite`, and makes a new one after a file of the suite has changed."""

    def __init__(self, root: Path, kinds: Sequence[RunnerKind], started: StartedSuite | None = None) -> None:
        """Prepare the assignment in the folder `root`, with the strongest of the runners `kinds`.

        The first `use`, or `begin`, starts the processes; it takes the suite's process `started`, if given.
        """
        self._root = root
        self._kinds = kinds
        self._lock = threading.Lock()
        self._starter = ThreadPoolExecutor(1)  # lives on: a sandbox ends with the thread that started it
        self._started = started
        self._begun: PendingStart | None = None
        self._present: PreparedSuite | None = None

    def begin(self) -> Assignment:
        """Start suite and runner if neither runs, without waiting; return the assignment.

        Raises the errors of `load_assignment`.
        """
        with self._lock:
            return (self._present or self._begin()).assignment

    @contextmanager
    def use(self) -> Iterator[PreparedSuite]:
        """Give the prepared suite. Raises SuiteFailed, SandboxError, and the errors of `load_assignment`."""
        with self._lock:
            if self._present is None or not self._present.is_fresh():
                self._retire()
                self._present = self._start()
            prepared = self._present
            prepared.users += 1
        try:
            yield prepared
        finally:
            with self._lock:
                prepared.users -= 1
                prepared.close_if_unused()

    def close(self) -> None:
        """End the suite's process and the runner."""
        with self._lock:
            begun, self._begun = self._begun, None
            if begun is not None:
                begun.abandon()
            self._retire()
        self._starter.shutdown()

    def _begin(self) -> PendingStart:
        if self._begun is None:
            assignment = load_assignment(self._root)
            started, self._started = self._started or StartedSuite(assignment.root), None
            suite = SuiteProcess(started)
            prepared = self._starter.submit(PreparedSuite, assignment, suite, self._kinds)
            self._begun = PendingStart(assignment, suite, prepared)
        return self._begun

    def _start(self) -> PreparedSuite:
        begun, self._begun = self._begin(), None
        try:
            return begun.prepared.result()
        except BaseException:
            begun.abandon()
            raise

    def _retire(self) -> None:
        present, self._present = self._present, None
        if present is not None:
            present.retire()


def stamp(path: Path) -> Stamp | None:
    """Return the size and the time of change of a file; None if the file does not exist."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
