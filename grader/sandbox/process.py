"""The `process` runner: a plain child process. The boundary guards the score, but nothing the machine."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from typing import IO, cast

from grader.sandbox.ending import EXIT_SECONDS, STILL_RUNNING, describe_exit
from grader.sandbox.environment import STUDENT_END, student_environment
from grader.sandbox.output import FirstBytes
from grader.sandbox.runner import Allowance, Output, Promise, SandboxError

CHUNK = 1 << 16
# -P and -s: import nothing from the working folder or the user's own packages; -B: write no bytecode
INTERPRETER = (sys.executable, "-P", "-s", "-B", "-m", "grader.sandbox.limited")


class ProcessRunner:
    """Runs submissions as this user, without isolation."""

    name = "process"
    isolation = "none: the submission runs as this user, with this user's files and network"
    promises = frozenset([Promise.MEMORY, Promise.KILL])

    def __init__(self, allowance: Allowance) -> None:
        """Run processes under `allowance`."""
        self._allowance = allowance

    def open(self) -> "PlainProcess":
        """Start a student process. Raises SandboxError."""
        try:
            return PlainProcess(self._allowance)
        except OSError as failed:
            raise SandboxError(f"a student process cannot be started: {failed}") from failed

    def close(self) -> None:
        """Do nothing: each process is ended by who opened it."""


class PlainProcess:
    """A child process in a session of its own, with an empty folder as its home."""

    def __init__(self, allowance: Allowance) -> None:
        """Start it."""
        self._home = tempfile.mkdtemp(prefix="grader-student-")
        self.stream, theirs = socket.socketpair()
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                [*INTERPRETER, str(allowance.memory), STUDENT_END, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=self._home,
                env={
                    **student_environment(self._home),
                    **{key: str(path) for key, path in allowance.folders.items()},
                },
                start_new_session=True,
            )
        except OSError:
            self.stream.close()
            shutil.rmtree(self._home, ignore_errors=True)
            raise
        finally:
            theirs.close()
        self._capture = Capture(cast("IO[bytes]", self._child.stdout), allowance.output)

    def kill(self) -> None:
        """Kill the process group, wait for the process, and remove its folder."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        self._capture.finish()
        self.stream.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def ending(self) -> str:
        """Return how the process ended, as the end of a sentence."""
        try:
            status = self._child.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            return STILL_RUNNING
        return describe_exit(status)

    def output(self) -> Output:
        """Return what it has printed."""
        return self._capture.output()


class Capture:
    """Reads a pipe to its end in a thread, and keeps the first bytes."""

    def __init__(self, pipe: IO[bytes], keep: int) -> None:
        """Keep up to `keep` bytes of what `pipe` brings.

        The thread alone closes it: if others did, it would go on to read from whatever gets its number next.
        """
        self._pipe = pipe
        self._printed = FirstBytes(keep)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Wait for the end of the pipe, but not for a process that outlives its group and holds it open."""
        self._thread.join(EXIT_SECONDS)

    def output(self) -> Output:
        """Return what came so far."""
        return self._printed.output()

    def _read(self) -> None:
        with self._pipe:
            while chunk := os.read(self._pipe.fileno(), CHUNK):
                self._printed.add(chunk)
