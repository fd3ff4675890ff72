"""Loans: the student processes that a suite's job uses, which only the worker can open and end.

The worker holds the runners; a job, which is a fork of the suite's process, gets no more than the descriptor
of a process's stream. Both are trusted. A job has one process at a time, so the requests need no names: OPEN
is answered with GRANTED and the descriptor, ENDING with how the process ended, KILL with GRANTED, USAGE with
the time that the process has used, or with UNKNOWN. A sandbox that fails ends the job: its loss is not the
submission's, whatever it looks like from there.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence

from grader.sandbox.runner import Output, Runner, SandboxError, StudentProcess
from grader.sandbox.usage import FIGURES, Usage, unpacked

OPEN, ENDING, KILL, USAGE = b"open", b"ending", b"kill", b"usage"
GRANTED, UNKNOWN = b"granted", b"unknown"
DATAGRAM = 4_000


def counter() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a socket on which loans are asked for: the lender's and the borrower's."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class Lender:
    """Lends processes of `runner` to one job, in a thread of its own; opens the first one unasked.

    Attributes: `failure` (why the sandbox failed, if it did).
    """

    def __init__(self, runner: Runner, desk: socket.socket, give_up: Callable[[], None]) -> None:
        """Serve requests on `desk` until it is closed at the other end; `give_up` ends the job early."""
        self.failure: SandboxError | None = None
        self._runner = runner
        self._desk = desk
        self._give_up = give_up
        self._ahead: StudentProcess | None = None
        self._present: StudentProcess | None = None
        self._outputs: list[Output] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def finish(self) -> Sequence[Output]:
        """End the process that is out, wait until all is over; return what each process printed, in order."""
        with contextlib.suppress(OSError):  # the job has closed its end
            self._desk.shutdown(socket.SHUT_RD)
        self._thread.join()
        self._desk.close()
        return self._outputs

    def _serve(self) -> None:
        try:
            self._ahead = self._runner.open()
            while request := self._request():
                self._answer(request)
        except SandboxError as failed:
            self.failure = failed
            self._give_up()
        for process in filter(None, (self._present, self._ahead)):
            with contextlib.suppress(SandboxError):  # the verdict stands; the runner's own end is surer
                self._end(process)

    def _answer(self, request: bytes) -> None:
        """Do what is asked. Raises SandboxError."""
        if request == OPEN:
            self._lend()
        elif request == ENDING:
            self._desk.send(self._present.ending().encode() if self._present else b"it was ended")
        elif request == USAGE:
            usage = self._present.usage() if self._present else None
            self._desk.send(usage.packed() if usage else UNKNOWN)
        else:
            ended, self._present = self._present, None
            if ended:
                self._end(ended)
            self._desk.send(GRANTED)

    def _request(self) -> bytes:
        """Return the next request, or nothing when the job is over."""
        try:
            return self._desk.recv(DATAGRAM)
        except ConnectionError:
            return b""

    def _lend(self) -> None:
        self._present = self._ahead or self._runner.open()
        self._ahead = None
        socket.send_fds(self._desk, [GRANTED], [self._present.stream.fileno()])

    def _end(self, process: StudentProcess) -> None:
        """End a process and keep what it printed."""
        try:
            process.kill()
        finally:
            self._outputs.append(process.output())


class Borrower:
    """The job's end of the desk."""

    def __init__(self, desk: socket.socket) -> None:
        """Ask on `desk`."""
        self._desk = desk

    def open(self) -> "Borrowed":
        """Return a fresh process. Raises SandboxError when the lender has given the job up."""
        self._desk.send(OPEN)
        answer, descriptors, _, _ = socket.recv_fds(self._desk, DATAGRAM, 1)
        if answer != GRANTED:
            raise SandboxError("no process is lent any more")
        return Borrowed(self._desk, socket.socket(fileno=descriptors[0]))


class Borrowed:
    """A process on loan."""

    def __init__(self, desk: socket.socket, stream: socket.socket) -> None:
        """Speak with it through `stream`, and about it on `desk`."""
        self.stream = stream
        self._desk = desk

    def ending(self) -> str:
        """Return how it ended, as the end of a sentence."""
        return self._asked(ENDING).decode(errors="replace")

    def usage(self) -> Usage | None:
        """Return what it has used so far; None where that is not known."""
        answer = self._asked(USAGE)
        return unpacked(answer) if len(answer) == FIGURES.size else None

    def kill(self) -> None:
        """Have it ended, and wait for that."""
        self._asked(KILL)
        self.stream.close()

    def _asked(self, request: bytes) -> bytes:
        self._desk.send(request)
        return self._desk.recv(DATAGRAM)
