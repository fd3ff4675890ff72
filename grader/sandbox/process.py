"""The `process` runner: a plain child process. The boundary guards the score; nothing guards the machine."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from grader.sandbox.capture import EXIT_SECONDS, Capture
from grader.sandbox.environment import ending_of, student_environment
from grader.sandbox.runner import Allowance, Ending, Guarantee, Output, RunnerKind, SandboxError
from grader.sandbox.usage import Meter, Usage
from grader.sandbox.vanishing_folder import VanishingFolder

STUDENT_END = "grader.boundary.submission_server"
# -P and -s: import nothing from the working folder or the user's own packages; -B: write no bytecode
INTERPRETER = (sys.executable, "-P", "-s", "-B")
ROOT = str(Path(__file__).resolve().parents[2])  # in a container, only the environment knows this path
MAIN = """
import sys
sys.path.append(sys.argv.pop(1))
from grader.sandbox.limited import main
main()
"""


@dataclass(frozen=True)
class ProcessKind:
    """The kind of runner that runs submissions as this user."""

    name: str = "process"
    isolation: str = "none: the submission runs as this user, with this user's files and network"
    guarantees: frozenset[Guarantee] = frozenset([Guarantee.MEMORY, Guarantee.KILL])

    def __call__(self, allowance: Allowance) -> "ProcessRunner":
        """Return a runner of this kind."""
        return ProcessRunner(allowance, self)


PROCESS = ProcessKind()


class ProcessRunner:
    """Runs submissions as this user, without isolation."""

    def __init__(self, allowance: Allowance, kind: RunnerKind = PROCESS) -> None:
        """Run processes under `allowance`."""
        self.kind = kind
        self._allowance = allowance
        self._lock = threading.Lock()
        self._homes: VanishingFolder | None = None

    def open(self) -> "PlainProcess":
        """Start a student process. Raises SandboxError."""
        try:
            with self._lock:
                self._homes = self._homes or VanishingFolder("grader-student-")
            return PlainProcess(self._allowance, self._homes)
        except OSError as failed:
            raise SandboxError(f"a student process cannot be started: {failed}") from failed

    def close(self) -> None:
        """Remove the folder of the homes; the caller of `open` ends each process."""
        if self._homes is not None:
            self._homes.close()
            self._homes = None


class PlainProcess:
    """A child process in a session of its own, with an empty folder as its home."""

    def __init__(self, allowance: Allowance, homes: VanishingFolder) -> None:
        """Start it; its home is a new folder in `homes`."""
        self._homes = homes  # keep the folder as long as this process
        self._home = tempfile.mkdtemp(dir=homes.path)
        self.stream, theirs = socket.socketpair()
        try:
            self._child = subprocess.Popen(  # noqa: S603 - the grader's interpreter and modules
                [*INTERPRETER, "-c", MAIN, ROOT, str(allowance.memory), STUDENT_END, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=self._home,
                env=student_environment(self._home, allowance),
                start_new_session=True,
            )
        except OSError:
            self.stream.close()
            shutil.rmtree(self._home, ignore_errors=True)
            raise
        finally:
            theirs.close()
        self._meter = Meter(self._child.pid)
        try:
            self._capture = Capture(cast("IO[bytes]", self._child.stdout), allowance.output)
        except BaseException:
            self._end()
            raise

    def kill(self) -> None:
        """Kill the process group, wait for the process, and remove its folder."""
        self._end()
        self._capture.finish()

    def ending(self) -> Ending:
        """Return how the process ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(EXIT_SECONDS)
        return ending_of(self._child.returncode)

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        self._meter.close()
        self.stream.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def output(self) -> Output:
        """Return its output."""
        return self._capture.output()

    @property
    def number(self) -> int | None:
        """Its number on this host."""
        return self._child.pid

    def usage(self) -> Usage | None:
        """Return its usage so far."""
        return self._meter.read()
