"""Runners whose processes a zygote forks: `jail`, and `bwrap`, in which the zygote itself is closed in."""

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.capture import EXIT_SECONDS, Capture
from grader.sandbox.environment import GONE, ending_of, student_environment
from grader.sandbox.lifeline import READY, REASON_BYTES, STATUS
from grader.sandbox.runner import Allowance, Ending, Guarantee, Output, SandboxError
from grader.sandbox.usage import Meter, Usage
from grader.sandbox.vanishing_folder import VanishingFolder

READY_SECONDS = 30.0
CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group
ROOT = Path(__file__).resolve().parents[2]
MAIN = """
import sys
sys.path[:0] = sys.argv[1:3]
from grader.boundary.submission_server import serve
from grader.sandbox.zygote import main
main(serve, int(sys.argv[3]), sys.argv[4])
"""

Wrap = Callable[[Sequence[str], Allowance], Sequence[str]]


@dataclass(frozen=True)
class ForkingKind:
    """A kind of runner that forks: its name, isolation and guarantees, and how it wraps the zygote's command.

    `wrap(command, allowance)` returns the command to start. Raises SandboxError if there is none.
    """

    name: str
    isolation: str
    guarantees: frozenset[Guarantee]
    wrap: Wrap

    def __call__(self, allowance: Allowance) -> "ForkingRunner":
        """Return a runner of this kind; its zygote is started now. Raises SandboxError."""
        return ForkingRunner(self, allowance)


class ForkingRunner:
    """Keeps a zygote, and starts another one if that ends."""

    def __init__(self, kind: ForkingKind, allowance: Allowance, *, strict: bool = False) -> None:
        """Start a zygote. `strict` ends a process at a call that is not allowed. Raises SandboxError."""
        self.kind = kind
        self._allowance = allowance
        self._strict = strict
        self._lock = threading.Lock()
        self._zygote = ZygoteClient(kind.wrap, allowance, strict=strict)

    def open(self) -> "ForkedProcess":
        """Return a fresh process. Raises SandboxError."""
        try:
            return ForkedProcess(self._living_zygote(), self._allowance.output)
        except OSError as failed:
            raise SandboxError(f"a student process cannot be started: {failed}") from failed

    def close(self) -> None:
        """End the zygote, and with it all its processes."""
        self._zygote.close()

    def _living_zygote(self) -> "ZygoteClient":
        with self._lock:
            if not self._zygote.is_alive():
                self._zygote.close()
                self._zygote = ZygoteClient(self.kind.wrap, self._allowance, strict=self._strict)
            return self._zygote


class ZygoteClient:
    """The trusted end of a zygote's process."""

    def __init__(self, wrap: Wrap, allowance: Allowance, *, strict: bool) -> None:
        """Start it; it is ready when it has answered its first request. Raises SandboxError."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the zygote
        self._home = VanishingFolder("grader-home-")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the grader's interpreter and module
                wrap(_command(allowance, theirs.fileno(), self._home.path, strict=strict), allowance),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=student_environment("/", Allowance()),
                start_new_session=True,
            )
        except (OSError, SandboxError):
            self._control.close()
            self._log.close()
            self._home.close()
            raise
        finally:
            theirs.close()

    def is_alive(self) -> bool:
        """Tell whether the process runs."""
        return self._process.poll() is None

    def fork(self, stream: socket.socket, output: int, life: socket.socket) -> None:
        """Have a process forked that serves these descriptors."""
        socket.send_fds(self._control, [b"fork"], [stream.fileno(), output, life.fileno()])

    def last_words(self) -> str:
        """Return the end of the zygote's output, which may explain a failure."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-REASON_BYTES:].strip()

    def close(self) -> None:
        """End it and all that it has forked."""
        self._control.close()
        try:
            self._process.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, 9)
            self._process.wait()
        self._log.close()
        self._home.close()


class ForkedProcess:
    """A student process that a zygote has forked."""

    def __init__(self, zygote: ZygoteClient, output: int) -> None:
        """Have it forked, and wait until it is confined. Raises SandboxError, OSError."""
        self.stream, theirs = socket.socketpair()
        self._life, their_life = socket.socketpair()
        self._life.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._meter: Meter | None = None
        printed, their_output = os.pipe()
        self._zygote = zygote
        self._ending = ending_of(None)
        self._has_ended = False
        try:
            self._capture = Capture(os.fdopen(printed, "rb", buffering=0), output)
            zygote.fork(theirs, their_output, their_life)
        except BaseException:
            self.stream.close()
            self._life.close()
            raise
        finally:
            theirs.close()
            their_life.close()
            os.close(their_output)
        self._wait_until_ready()

    def kill(self) -> None:
        """End the process; it can have started no other."""
        with contextlib.suppress(OSError):
            self._life.shutdown(socket.SHUT_WR)
        self._wait(EXIT_SECONDS)
        self._capture.finish()
        if self._meter is not None:
            self._meter.close()
        self.stream.close()
        self._life.close()

    def ending(self) -> Ending:
        """Return how the process ended."""
        self._wait(EXIT_SECONDS)
        return self._ending

    def output(self) -> Output:
        """Return its output."""
        return self._capture.output()

    @property
    def number(self) -> int | None:
        """Its number on this host."""
        return self._meter.process if self._meter is not None else None

    def usage(self) -> Usage | None:
        """Return its usage so far."""
        return self._meter.read() if self._meter is not None else None

    def _wait_until_ready(self) -> None:
        self._life.settimeout(READY_SECONDS)
        try:
            told, sender, _, _ = self._life.recvmsg(REASON_BYTES, socket.CMSG_SPACE(CREDENTIALS.size))
        except TimeoutError:
            told = b"it does not answer"
        if told == READY:
            # The kernel says who has sent this, by its number here, whatever its own PID namespace is.
            self._meter = Meter(CREDENTIALS.unpack(sender[0][2])[0])
        else:
            self.kill()
            reason = told.decode(errors="replace") or self._zygote.last_words() or "it ended at once"
            raise SandboxError(f"a student process cannot be confined: {reason}")

    def _wait(self, seconds: float) -> None:
        """Wait for that many seconds to hear how it ended."""
        if self._has_ended:
            return
        self._life.settimeout(seconds)
        with contextlib.suppress(OSError):
            told = self._life.recv(STATUS.size)
            self._ending = ending_of(*STATUS.unpack(told)) if told else GONE
            self._has_ended = True


def wrap_in_nothing(command: Sequence[str], allowance: Allowance) -> Sequence[str]:
    """Return `command` itself."""
    del allowance
    return command


def _command(allowance: Allowance, control: int, home: str, *, strict: bool) -> list[str]:
    """Return the zygote's command: the interpreter without site packages, with numpy's folder and our own."""
    paths = [str(ROOT), sysconfig.get_path("platlib")]
    settings = {
        "memory": allowance.memory,
        "folders": {name: str(path) for name, path in allowance.folders.items()},
        "paths": paths,
        "strict": strict,
        "home": home,
    }
    interpreter = os.path.realpath(sys.executable)
    return [interpreter, "-S", "-s", "-P", "-c", MAIN, *paths, str(control), json.dumps(settings)]


JAIL = ForkingKind(
    name="jail",
    isolation="a process of its own that may only compute: Landlock, a list of allowed system calls, limits",
    guarantees=frozenset(Guarantee),
    wrap=wrap_in_nothing,
)
