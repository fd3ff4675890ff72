"""The messages between a job of the suite's process and the worker, as JSON in frames.

Both are trusted. The worker sends one SuiteJob. The job sends lists of events [kind, content]:

- `begun`: the number of the job's process, before it reads the job
- `result`: one test in pytest-json-report's format
- `lines`: [class, name, lines] of one test of a traced job, before its `result` (grader.boundary.ran_lines)
- `revised`: a test in place of an earlier result
- `stage`: None, when the tests of the second stage begin
- `progress`: {group, numbers} of a long call in a test of that class; the submission may lie about the
numbers
- `finished`: {unloadable, notes, staff_notes}, the last one
"""

import base64
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.boundary.frame_connection import FrameConnection
from grader.boundary.frame_limits import FROM_GRADER, LENGTHS
from grader.boundary.header import write_plain

if TYPE_CHECKING:
    from grader.core.scoring import TestResult


@dataclass(frozen=True)
class SuiteJob:
    """A submission to run the cases on.

    Attributes: `files` (the submission), `seed`, `left_out` (classes whose tests are not run), `test_seconds`
    and `run_seconds` (time limits in place of the suite's own), and `is_traced` (whether the lines of each
    test are noted, and no failure is explained).
    """

    files: Mapping[str, bytes]
    seed: int
    left_out: Sequence[str] = ()
    test_seconds: float | None = None
    run_seconds: float | None = None
    is_traced: bool = False


class Results:
    """The results in a run's events, the latest of each test."""

    def __init__(self) -> None:
        """Begin without any."""
        self._by_test: dict[tuple[str, str], TestResult] = {}

    def hear(self, kind: str, content: Any) -> None:
        """Take an event of any kind; one about a test holds its TestResult."""
        if kind in {"result", "revised"}:
            self._by_test[content.group, content.name] = content

    @property
    def so_far(self) -> "list[TestResult]":
        """The results up to now."""
        return list(self._by_test.values())

    def in_order(self, expected: Mapping[str, Sequence[str]]) -> "list[TestResult]":
        """Return the results in the order in which `expected` names the tests, by class."""
        tests = [(group, name) for group, names in expected.items() for name in names]
        places = {test: place for place, test in enumerate(tests)}
        return sorted(self.so_far, key=lambda each: places.get((each.group, each.name), len(places)))


class Messages:
    """A socket for JSON values."""

    def __init__(self, stream: socket.socket) -> None:
        """Speak through `stream`."""
        self._stream = stream
        self._connection = FrameConnection(stream, FROM_GRADER)

    def send(self, value: Any) -> None:
        """Send `value`. Raises Closed."""
        header = write_plain(value).encode("ascii")
        self._connection.send(LENGTHS.pack(len(header), 0) + header)

    def receive(self, deadline: float | None = None) -> Any:
        """Return the next value. Raises Closed, and TimeoutError at `deadline`, of time.monotonic."""
        message, _ = self._connection.receive(lambda: _remaining(deadline))
        return message

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()

    def send_job(self, job: SuiteJob) -> None:
        """Send the one message of the worker."""
        files = {path: base64.b64encode(content).decode() for path, content in job.files.items()}
        self.send({**vars(job), "files": files})

    def receive_job(self) -> SuiteJob:
        """Return the job that `send_job` sent."""
        plain = self.receive()
        files = {path: base64.b64decode(content) for path, content in plain["files"].items()}
        return SuiteJob(**{**plain, "files": files})


def _remaining(deadline: float | None) -> float | None:
    """Return the seconds until `deadline`. Raises TimeoutError when it has passed."""
    if deadline is None:
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
