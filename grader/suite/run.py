"""The other end of the suite's process: starts it, hands it a job, listens to its events."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

from grader.boundary.wire import Closed
from grader.core.scoring import TestResult
from grader.core.text import clean
from grader.suite.messages import Messages, SuiteJob, from_record

SHOWN_ERROR_CHARACTERS = 4_000


class SuiteFailed(Exception):  # noqa: N818 - named for what happened
    """The suite itself could not be run to its end: the grader's fault."""


@dataclass(frozen=True)
class SuiteOutcome:
    """What a run of the suite found out.

    Attributes: `expected` (the tests that must appear, by class), `results`, `unloadable` (why the
    submission cannot be imported, or None), `output` (what it printed) and `notes` for staff.
    """

    expected: Mapping[str, Sequence[str]]
    results: Sequence[TestResult]
    unloadable: str | None
    output: str
    notes: Sequence[str]


Listener = Callable[[str, Any], None]


def ignore(kind: str, content: Any) -> None:
    """Listen to no event."""


def run_suite(job: SuiteJob, listen: Listener = ignore) -> SuiteOutcome:
    """Run `job` in a process of its own, telling `listen` of every event. Raises SuiteFailed."""
    with _suite_process() as messages:
        return _listen(messages, job, listen)


def collect_tests(root: str, suite: str, runner: str) -> Mapping[str, Sequence[str]]:
    """Return the names of the tests of each class of a suite. Raises SuiteFailed."""
    with _suite_process() as messages:
        messages.send_job(SuiteJob(root=root, suite=suite, files={}, runner=runner, seed=0))
        _, tests = messages.receive()  # the suite says what it holds before it runs anything
        return cast("Mapping[str, Sequence[str]]", tests)


@contextmanager
def _suite_process() -> Iterator[Messages]:
    """Start a suite's process, and end it afterwards. Raises SuiteFailed when it ends by itself before.

    Whatever way it ends, the temporary files of all processes that it started go with it.
    """
    ours, theirs = socket.socketpair()
    own = tempfile.TemporaryDirectory(prefix="grader-run-", ignore_cleanup_errors=True)
    with tempfile.TemporaryFile() as log, own as temporary, ours:
        command = [sys.executable, "-B", "-m", "grader.suite", str(theirs.fileno())]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "TMPDIR": temporary},
        )
        theirs.close()
        try:
            yield Messages(ours)
        except Closed:
            process.wait()
            raise SuiteFailed(
                f"the suite's process ended with status {process.returncode}: {_tail(log)}"
            ) from None
        finally:
            process.kill()
            process.wait()


def _listen(messages: Messages, job: SuiteJob, listen: Listener) -> SuiteOutcome:
    """Send the job and follow the events to the last one. Raises Closed when the process ends before."""
    messages.send_job(job)
    expected: Mapping[str, Sequence[str]] = {}
    while True:
        kind, content = messages.receive()
        if kind == "collected":
            expected = content
        if kind == "finished":
            results = [from_record(record) for record in content.pop("results")]
            return SuiteOutcome(expected=expected, results=results, **content)
        listen(kind, content)


def _tail(log: IO[bytes]) -> str:
    log.seek(0)
    return clean(log.read().decode(errors="replace")[-SHOWN_ERROR_CHARACTERS:], SHOWN_ERROR_CHARACTERS)
