"""What every runner offers: open a student process under its allowance, speak with it, kill it reliably.

SandboxError    the sandbox itself failed: the grader's fault, never the submission's
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from grader.sandbox.usage import Usage

MEBI = 1 << 20


class SandboxError(Exception):
    """A student process is unavailable."""


@dataclass(frozen=True)
class Allowance:
    """What a student process may have.

    Attributes: `memory` (bytes of address space), `output` (bytes of printed output that are kept) and
    `folders` (folders that it may read besides the interpreter's: each variable of this mapping names, in
    the process's environment, the place where the process finds that folder).
    """

    memory: int = 2048 * MEBI
    output: int = 64 << 10
    folders: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Output:
    """What a process printed: the first bytes of it, and how many more there were."""

    kept: bytes
    dropped: int


@dataclass(frozen=True)
class Ending:
    """How a process ended.

    Attributes: `told` (the end of a sentence: "it ended itself with exit status 3"), `was_killed` (by
    SIGKILL, or with the sandbox that held it) and `memory` (the most bytes that it held, or None if that is
    not known).
    """

    told: str
    was_killed: bool = False
    memory: int | None = None


class Promise(StrEnum):
    """What a runner can promise; `grader doctor` and the probe at start hold it to that."""

    NETWORK = "no network"
    FILES = "reads only the interpreter and what it is given"
    WRITES = "writes nothing"
    PROCESSES = "starts no process"
    SIGNALS = "neither signals nor traces other processes"
    MEMORY = "cannot have more memory than it may"
    KILL = "always ends"


class StudentProcess(Protocol):
    """A running process that serves the student's end of the boundary on the other end of `stream`."""

    @property
    def stream(self) -> socket.socket:
        """The trusted end of a pair of stream sockets."""

    def kill(self) -> None:
        """End the process and all that it started; no error if it has ended."""

    def ending(self) -> Ending:
        """Return how the process ended."""

    def output(self) -> Output:
        """Return what it has printed; complete once it was killed."""

    @property
    def number(self) -> int | None:
        """Its number on this host; None where that is not known, as for a container."""

    def usage(self) -> Usage | None:
        """Return what it has used so far; None where that is not known. Not to be called after `kill`."""


class Runner(Protocol):
    """A way to run student processes, all under one allowance. Its methods may be called by any thread."""

    @property
    def name(self) -> str:
        """The runner's name, as in `--runner NAME`."""

    @property
    def isolation(self) -> str:
        """What stands between the submission and this machine, in words for the report."""

    @property
    def promises(self) -> frozenset[Promise]:
        """What it promises of every process."""

    def open(self) -> StudentProcess:
        """Return a fresh process, for one submission only. Raises SandboxError."""

    def close(self) -> None:
        """End all its processes and remove all that it keeps ready."""
