"""Standby: what a verdict needs and no submission changes, kept running: the suite's process and a runner."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from grader.core.fingerprint import Fingerprint
from grader.sandbox.choice import RunnerKind
from grader.suite.assignment import Assignment, load_assignment
from grader.suite.fingerprint import fingerprint_of
from grader.suite.run import SuiteProcess

Stamp = tuple[int, int]  # size, and time of change in nanoseconds


class Ready:
    """An assignment, its suite's process, and a runner for its submissions."""

    def __init__(self, assignment: Assignment, suite: SuiteProcess, kinds: Sequence[RunnerKind]) -> None:
        """Start the strongest of `kinds` while the suite collects. Raises SuiteFailed, SandboxError."""
        from grader.probe import start_strongest  # noqa: PLC0415 - while it imports numpy, the suite begins

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
        """What verdicts depend on here."""
        return fingerprint_of(self.assignment, self.suite.folders)

    def is_fresh(self) -> bool:
        """Tell whether the suite's process lives and no file of the suite or the rubric has changed."""
        return self.suite.is_alive() and self._stamps == self._read_stamps()

    def retire(self) -> None:
        """Close as soon as nobody uses it."""
        self._retired = True
        self.close_if_unused()

    def close_if_unused(self) -> None:
        """Close if it is retired and has no user."""
        if self._retired and not self.users:
            self.suite.close()
            self.runner.close()

    def _read_stamps(self) -> Mapping[Path, Stamp | None]:
        return {path: stamp(path) for path in [*self.assignment.files(), *self._sources]}


@dataclass(frozen=True)
class Begun:
    """A start under way: the assignment, its suite's process, and what will be ready."""

    assignment: Assignment
    suite: SuiteProcess
    ready: Future[Ready]

    def abandon(self) -> None:
        """End it, as soon as it can be ended."""
        self.suite.close()
        with suppress(Exception):  # of a start that nobody waits for
            self.ready.result().retire()


class Standby:
    """Keeps one `Ready`; a file of the suite that changes replaces it, once those who use it are done."""

    def __init__(self, root: Path, kinds: Sequence[RunnerKind]) -> None:
        """Stand by for the assignment in the folder `root`, in the strongest of the runners `kinds`.

        Nothing is started before the first use, or `begin`.
        """
        self._root = root
        self._kinds = kinds
        self._lock = threading.Lock()
        self._starter = ThreadPoolExecutor(1)  # it stays: a sandbox ends with the thread that started it
        self._begun: Begun | None = None
        self._present: Ready | None = None

    def begin(self) -> Assignment:
        """Start everything if nothing runs, without waiting; return the assignment.

        Raises what `load_assignment` raises.
        """
        with self._lock:
            return (self._present or self._begin()).assignment

    @contextmanager
    def use(self) -> Iterator[Ready]:
        """Give what is ready. Raises SuiteFailed, SandboxError, and what `load_assignment` raises."""
        with self._lock:
            if self._present is None or not self._present.is_fresh():
                self._retire()
                self._present = self._started()
            ready = self._present
            ready.users += 1
        try:
            yield ready
        finally:
            with self._lock:
                ready.users -= 1
                ready.close_if_unused()

    def close(self) -> None:
        """End all that stands by."""
        with self._lock:
            begun, self._begun = self._begun, None
            if begun is not None:
                begun.abandon()
            self._retire()
        self._starter.shutdown()

    def _begin(self) -> Begun:
        if self._begun is None:
            assignment = load_assignment(self._root)
            suite = SuiteProcess(assignment.root, assignment.rubric.suite)
            ready = self._starter.submit(Ready, assignment, suite, self._kinds)
            self._begun = Begun(assignment, suite, ready)
        return self._begun

    def _started(self) -> Ready:
        begun, self._begun = self._begin(), None
        try:
            return begun.ready.result()
        except BaseException:
            begun.abandon()
            raise

    def _retire(self) -> None:
        present, self._present = self._present, None
        if present is not None:
            present.retire()


def stamp(path: Path) -> Stamp | None:
    """Return what changes when a file does; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
