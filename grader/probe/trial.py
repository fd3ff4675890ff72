"""One trial: what a process of a runner can do here, tried out by the intruder and judged on this side."""

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
from grader.sandbox.runner import Promise, Runner, StudentProcess
from grader.sandbox.vanishing_folder import VanishingFolder

INTRUDER = Path(__file__).with_name("intruder.py")
SECONDS = 30.0
SPIN_SECONDS = 0.05


@dataclass(frozen=True)
class Surroundings:
    """What lies about for the intruder to reach: a listening port, a readable file, a writable folder."""

    port: int
    file: str
    folder: str


Test = Callable[[Channel, Surroundings, int], object]

# Of each promise: asks the intruder to break it; the result is None if it could.
TESTS: Mapping[Promise, Test] = MappingProxyType(
    {
        Promise.NETWORK: lambda channel, around, _: _ask(channel, "connect", around.port),
        Promise.FILES: lambda channel, around, _: _ask(channel, "read", around.file),
        Promise.WRITES: lambda channel, around, _: _ask(channel, "write", around.folder),
        Promise.PROCESSES: lambda channel, _around, _memory: _ask(channel, "fork"),
        Promise.SIGNALS: lambda channel, _around, _memory: _ask(channel, "signal", os.getpid()),
        Promise.MEMORY: lambda channel, _around, memory: _ask(channel, "allocate", 2 * memory),
    }
)


def broken_promises(runner: Runner, memory: int) -> Mapping[Promise, str]:
    """Return the promises that a fresh process of `runner` can break, and how.

    `memory` is what a process may have, in bytes. Raises SandboxError when no process can be had, Lost when
    the intruder does not answer.
    """
    broken = {}
    process = runner.open()
    try:
        channel = _loaded(process)
        with _surroundings() as around:
            for promise in sorted(runner.promises & TESTS.keys()):
                if TESTS[promise](channel, around, memory) is None:
                    broken[promise] = "the probe could do it"
        if Promise.KILL in runner.promises and not _dies(channel, process):
            broken[Promise.KILL] = "a process that never returns has outlived its end"
    finally:
        process.kill()
    return broken


def _loaded(process: StudentProcess) -> Channel:
    channel = Channel(process.stream, Interface(adapters=frozenset(["spin"])))
    channel.limit_time(SECONDS)
    channel.load({"tests/adapters.py": INTRUDER.read_bytes()})
    return channel


def _ask(channel: Channel, name: str, *arguments: Any) -> object:
    """Return what the intruder says; an error that it could not catch stopped it as well."""
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
    """Put the things about; they are open to every user, so that only the runner can keep them back."""
    with VanishingFolder("grader-probe-") as temporary, socket.socket() as listener:
        folder = temporary.path
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        Path(folder).chmod(0o777)
        file = Path(folder, "readable")
        file.write_text("open to all")
        yield Surroundings(listener.getsockname()[1], str(file), folder)
