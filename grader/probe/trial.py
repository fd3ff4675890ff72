"""One trial: the intruder tries to break each guarantee of a runner; this side judges the result."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.boundary.channel import Channel
from grader.boundary.errors import Lost, SubmissionError
from grader.boundary.interface import Interface
from grader.sandbox.runner import Guarantee, Runner, StudentProcess
from grader.sandbox.vanishing_folder import VanishingFolder

INTRUDER = Path(__file__).with_name("intruder.py")
SECONDS = 30.0
SPIN_SECONDS = 0.02


@dataclass(frozen=True)
class Surroundings:
    """The targets of the intruder: a listening port, a readable file, a writable folder."""

    port: int
    file: str
    folder: str


Test = Callable[[Channel, Surroundings, int], object]

# For each guarantee: asks the intruder to break it; the result is None if it could.
TESTS: Mapping[Guarantee, Test] = MappingProxyType(
    {
        Guarantee.NETWORK: lambda channel, around, _: _ask(channel, "connect", around.port),
        Guarantee.FILES: lambda channel, around, _: _ask(channel, "read", around.file),
        Guarantee.WRITES: lambda channel, around, _: _ask(channel, "write", around.folder),
        Guarantee.PROCESSES: lambda channel, _around, _memory: _ask(channel, "fork"),
        Guarantee.SIGNALS: lambda channel, _around, _memory: _ask(channel, "signal", os.getpid()),
        Guarantee.MEMORY: lambda channel, _around, memory: _ask(channel, "allocate", 2 * memory),
    }
)


def failed_guarantees(runner: Runner, memory: int) -> Mapping[Guarantee, str]:
    """Return the guarantees that a fresh process of `runner` can break, and how.

    `memory` is the limit of a process, in bytes. Raises SandboxError when no process starts, Lost when the
    intruder does not answer.
    """
    failed = {}
    process = runner.open()
    try:
        channel = _load(process)
        with _surroundings() as around:
            for guarantee in sorted(runner.kind.guarantees & TESTS.keys()):
                if TESTS[guarantee](channel, around, memory) is None:
                    failed[guarantee] = "the probe could do it"
        if Guarantee.KILL in runner.kind.guarantees and not _dies(channel, process):
            failed[Guarantee.KILL] = "a process that never returns outlived its end"
    finally:
        process.kill()
    return failed


def _load(process: StudentProcess) -> Channel:
    channel = Channel(process.stream, Interface(adapters=frozenset(["spin"])))
    channel.limit_time(SECONDS)
    channel.load({"tests/adapters.py": INTRUDER.read_bytes()})
    return channel


def _ask(channel: Channel, name: str, *arguments: Any) -> object:
    """Return the intruder's answer; an error that it could not catch stopped it as well."""
    try:
        return channel.ask("call", name, list(arguments), {})
    except Lost:
        raise
    except SubmissionError as stopped:
        return str(stopped)


def _dies(channel: Channel, process: StudentProcess) -> bool:
    """Tell whether a process that spins is ended by `kill`."""
    channel.tell("call", "spin", [], {})
    channel.limit_time(SPIN_SECONDS)
    try:
        channel.flush()
    except SubmissionError:
        process.kill()
    return "signal" in process.ending().told


@contextmanager
def _surroundings() -> Iterator[Surroundings]:
    """Make the targets; they are open to every user, so that only the runner can protect them."""
    with VanishingFolder("grader-probe-") as temporary, socket.socket() as listener:
        folder = temporary.path
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        Path(folder).chmod(0o777)
        file = Path(folder, "readable")
        file.write_text("open to all")
        yield Surroundings(listener.getsockname()[1], str(file), folder)
