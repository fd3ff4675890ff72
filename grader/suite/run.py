"""The worker's end of the suite's process: starts it once, and has jobs run in forks of it."""

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.boundary.frame_connection import Closed
from grader.core.pytest_report import from_entry
from grader.core.scoring import TestResult
from grader.core.text import clean
from grader.sandbox.runner import Output, Runner
from grader.suite.leases import SandboxServer
from grader.suite.messages import Messages, Results, SuiteJob
from grader.suite.processors import of_this_host
from grader.suite.start import StartedSuite, control_sockets

SHOWN_ERROR_CHARACTERS = 4_000
PATIENCE = 7  # times the limit of a run: more than its clock allows the host to make it wait
MARGIN_SECONDS = 60.0  # for what is no test: to fork, and to open and end processes


class SuiteFailed(Exception):  # noqa: N818 - the name is the event
    """The suite could not run to its end: the grader's fault."""


@dataclass(frozen=True)
class SuiteOutcome:
    """The outcome of a run of the suite.

    Attributes: `expected` (the tests that must appear, by class), `results` (in the suite's order, not in the
    order of the run), `unloadable` (why the submission cannot be imported, or None), `outputs` (the printed
    output of each process), `notes` for the student and staff, and `staff_notes` for staff only.
    """

    expected: Mapping[str, Sequence[str]]
    results: Sequence[TestResult]
    unloadable: str | None
    outputs: Sequence[Output]
    notes: Sequence[str]
    staff_notes: Sequence[str] = ()


Listener = Callable[[str, Any], None]


def ignore(kind: str, content: Any) -> None:
    """Listen to no event."""


class SuiteProcess:
    """A process that collects the cases of a suite. Any thread may call its methods.

    Its properties wait until it has announced their values.
    """

    def __init__(self, started: StartedSuite) -> None:
        """Take over the process `started`."""
        self._started = started
        self._process = started.process
        self._processors = of_this_host()
        self._said: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._ready = Messages(started.ready)

    @property
    def folders(self) -> Mapping[str, Path]:
        """The folders that a submission may read, by the variable that names each. Raises SuiteFailed."""
        return {name: Path(folder) for name, folder in self._announcement(0)["folders"].items()}

    @property
    def tests(self) -> Mapping[str, Sequence[str]]:
        """The names of the tests of each class. Raises SuiteFailed."""
        tests: Mapping[str, Sequence[str]] = self._announcement(1)["tests"]
        return tests

    @property
    def sources(self) -> Sequence[Path]:
        """The files of which the suite consists. Raises SuiteFailed."""
        return [Path(source) for source in self._announcement(1)["sources"]]

    def run(self, job: SuiteJob, runner: Runner, listen: Listener = ignore) -> SuiteOutcome:
        """Run `job` on processes of `runner`, telling `listen` of every event.

        Raises SuiteFailed, also when the job does not end by this process's clock, or SandboxError as soon as
        the runner fails.
        """
        ours, theirs = socket.socketpair()
        control, their_control = control_sockets()
        with ours, self._processors.one() as processor:
            with theirs, their_control:
                self._start_job(theirs, their_control)
            server = SandboxServer(runner, control, lambda: ours.shutdown(socket.SHUT_RDWR), processor)
            finished = None
            try:
                finished, results = self._follow(job, ours, listen)
            except Closed:
                pass  # the server knows the reason after it has read all requests of the job
            finally:
                outputs = server.finish()
        if server.failure:
            raise server.failure
        if finished is None:
            raise self._failure()
        expected = {group: names for group, names in self.tests.items() if group not in job.left_out}
        return SuiteOutcome(
            expected=expected, results=results.in_order(expected), outputs=outputs, **finished
        )

    def is_alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process, and with it all jobs."""
        self._started.close()

    def _follow(
        self, job: SuiteJob, messages: socket.socket, listen: Listener
    ) -> tuple[dict[str, Any], Results]:
        """Follow a job to its end. Raises Closed, and SuiteFailed when the job does not end in its time."""
        seconds = PATIENCE * (job.run_seconds or self._announcement(1)["run_seconds"]) + MARGIN_SECONDS
        following = _Following(Messages(messages), seconds, listen)
        try:
            return following.to_the_end(job)
        except TimeoutError:
            self._stop(following.process)
            raise SuiteFailed(f"the run did not end within {seconds:g} seconds and was stopped") from None

    def _announcement(self, place: int) -> Mapping[str, Any]:
        """Return the announcement at the start (0), or after collection (1). Raises SuiteFailed."""
        with self._lock:
            while len(self._said) <= place:
                try:
                    self._said.append(self._ready.receive())
                except Closed:
                    self._process.wait()
                    raise self._failure() from None
            return self._said[place]

    def _start_job(self, messages: socket.socket, control: socket.socket) -> None:
        try:
            socket.send_fds(self._started.control, [b"job"], [messages.fileno(), control.fileno()])
        except OSError:
            raise self._failure() from None

    def _stop(self, process: int | None) -> None:
        """Kill a job's process; if there is none, this one, which does not fork any more."""
        if process is None:
            self._process.kill()
        else:  # it holds its end of the socket open, so its number is still its own
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def _failure(self) -> SuiteFailed:
        """Return the error for a process, or a job's fork of it, that ended early."""
        self._started.log.seek(0)
        printed = self._started.log.read().decode(errors="replace")[-SHOWN_ERROR_CHARACTERS:]
        return SuiteFailed(f"the suite's process ended early: {clean(printed, SHOWN_ERROR_CHARACTERS)}")


class _Following:
    """Follows the events of a job; `process` is the number of the job's process, once it is known."""

    def __init__(self, messages: Messages, seconds: float, listen: Listener) -> None:
        """Tell `listen` of events; each stage may take `seconds`."""
        self.process: int | None = None
        self._messages = messages
        self._seconds = seconds
        self._listen = listen
        self._results = Results()

    def to_the_end(self, job: SuiteJob) -> tuple[dict[str, Any], Results]:
        """Send the job and follow it to its end. Raises Closed when its process ends before, TimeoutError."""
        end = time.monotonic() + self._seconds
        self._messages.send_job(job)
        while True:
            for kind, content in self._messages.receive(end):
                if kind == "finished":
                    return content, self._results
                if kind == "stage":
                    end = time.monotonic() + self._seconds
                self._hear(kind, content)

    def _hear(self, kind: str, content: Any) -> None:
        if kind == "begun":
            self.process = content
            return
        if kind in {"result", "revised"}:
            content = from_entry(content)
        self._results.hear(kind, content)
        self._listen(kind, content)
