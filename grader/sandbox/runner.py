"""What every runner offers: open a student process under limits, speak with it, kill it surely.

SandboxError    the sandbox itself failed: the grader's fault, never the submission's
"""

import socket
from dataclasses import dataclass
from typing import Protocol

MEBI = 1 << 20


class SandboxError(Exception):
    """A student process cannot be had."""


@dataclass(frozen=True)
class ProcessLimits:
    """What one student process may use."""

    memory: int = 2048 * MEBI  # bytes of address space
    output: int = 64 << 10  # bytes of printed output that are kept


@dataclass(frozen=True)
class Output:
    """What a process printed: the first bytes of it, and how many more there were."""

    kept: bytes
    dropped: int


class StudentProcess(Protocol):
    """A running process that serves the student's end of the boundary on the other end of `stream`."""

    @property
    def stream(self) -> socket.socket:
        """The trusted end of the socket pair."""

    def kill(self) -> None:
        """End the process and all that it started; no error if it has ended."""

    def ending(self) -> str:
        """Return how the process ended, as the end of a sentence: "it ended itself with exit status 3"."""

    def output(self) -> Output:
        """Return what it has printed; complete once it was killed."""


class Runner(Protocol):
    """A way to run student processes."""

    @property
    def name(self) -> str:
        """The runner's name, as in `--runner NAME`."""

    @property
    def isolation(self) -> str:
        """What stands between the submission and this machine, in words for the report."""

    def open(self, limits: ProcessLimits) -> StudentProcess:
        """Start a student process. Raises SandboxError."""
