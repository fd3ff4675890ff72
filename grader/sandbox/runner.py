"""The interface of every runner: open a student process under an allowance, speak with it, end it.

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
    """The resources of a student process.

    Attributes: `memory` (bytes of address space), `output` (bytes of printed output that are kept) and
    `folders` (folders that it may read besides the interpreter's, by the environment variable that tells the
    process their place).
    """

    memory: int = 2048 * MEBI
    output: int = 64 << 10
    folders: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Output:
    """The output of a process: its first bytes, and the number of bytes that were dropped."""

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


class Guarantee(StrEnum):
    """A guarantee of a kind of runner for its processes; the probe and `grader doctor` check each one."""

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
        """Return its output, which is complete after `kill`."""

    @property
    def number(self) -> int | None:
        """Its process number on this host; None where that is not known, as for a container."""

    def usage(self) -> Usage | None:
        """Return its usage so far; None where that is not known. Do not call it after `kill`."""


class RunnerKind(Protocol):
    """A kind of runner, as `--runner NAME` names it: its guarantees, and the way to start one."""

    @property
    def name(self) -> str:
        """The name, as in `--runner NAME`."""

    @property
    def isolation(self) -> str:
        """The isolation between a submission and this machine, in words for the report."""

    @property
    def guarantees(self) -> frozenset[Guarantee]:
        """The guarantees for every process."""

    def __call__(self, allowance: Allowance) -> "Runner":
        """Return a runner whose processes live under `allowance`. Raises SandboxError."""


class Runner(Protocol):
    """Starts student processes, all under one allowance. Any thread may call its methods."""

    @property
    def kind(self) -> RunnerKind:
        """The kind of this runner."""

    def open(self) -> StudentProcess:
        """Return a fresh process, for one submission only. Raises SandboxError."""

    def close(self) -> None:
        """End all its processes and remove all that it keeps ready."""
