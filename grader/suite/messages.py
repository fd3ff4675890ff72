"""What a job of the suite's process and the worker say to each other, as plain values in frames.

Both are trusted. In goes one SuiteJob; out come lists of events [kind, content]: `begun` (the number of the
job's process, before it reads the job), `result` (one test in pytest-json-report's format), `revised` (the
same in place of an earlier one), `stage` (None, when the tests of the second stage begin), `progress` {group,
numbers} while a long call of a test in that class runs (the submission's own word, only to be shown), and at
last `finished` {unloadable, notes, staff_notes}.
"""

import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.boundary.connection import Connection
from grader.boundary.wire import FROM_GRADER, Frame, Unpacker
from grader.core.scoring import TestResult


@dataclass(frozen=True)
class SuiteJob:
    """A submission to run the cases on.

    Attributes: `files` (the submission), `seed`, `left_out` (classes whose tests are not run), and
    `test_seconds` and `run_seconds` (time limits in place of the suite's own).
    """

    files: Mapping[str, bytes]
    seed: int
    left_out: Sequence[str] = ()
    test_seconds: float | None = None
    run_seconds: float | None = None


class Results:
    """The results that events tell, the latest of each test."""

    def __init__(self) -> None:
        """Begin without any."""
        self._by_test: dict[tuple[str, str], TestResult] = {}

    def hear(self, kind: str, content: Any) -> None:
        """Take an event of any kind; one about a test holds its TestResult."""
        if kind in {"result", "revised"}:
            self._by_test[content.group, content.name] = content

    @property
    def so_far(self) -> list[TestResult]:
        """The results up to now."""
        return list(self._by_test.values())


class Messages:
    """A socket on which plain values and arrays travel."""

    def __init__(self, stream: socket.socket) -> None:
        """Speak through `stream`."""
        self._connection = Connection(stream, FROM_GRADER)

    def send(self, value: Any) -> None:
        """Send `value`. Raises Closed."""
        frame = Frame(_refuse_object, FROM_GRADER)
        self._connection.send(frame.encode(frame.pack(value)))

    def receive(self, deadline: float | None = None) -> Any:
        """Return the next value. Raises Closed, and TimeoutError at `deadline`, of time.monotonic."""
        message, buffers = self._connection.receive(lambda: _remaining(deadline))
        return Unpacker(buffers, _refuse_reference).unpack(message)

    def send_job(self, job: SuiteJob) -> None:
        """Send the one message that goes in."""
        arrays = {path: np.frombuffer(content, np.uint8) for path, content in job.files.items()}
        self.send({**vars(job), "files": arrays, "left_out": list(job.left_out)})

    def receive_job(self) -> SuiteJob:
        """Return the job that `send_job` sent."""
        plain = self.receive()
        files = {path: content.tobytes() for path, content in plain["files"].items()}
        return SuiteJob(**{**plain, "files": files})


def _remaining(deadline: float | None) -> float | None:
    """Return the seconds until `deadline`. Raises TimeoutError when it has passed."""
    if deadline is None:
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _refuse_object(value: Any) -> str:
    raise TypeError(f"a message holds {type(value).__name__}; only plain values and arrays travel")


def _refuse_reference(tag: str, fields: dict[str, Any]) -> Any:
    raise TypeError(f"a message holds a {tag}: {fields}")
