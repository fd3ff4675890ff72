"""Loans: the student processes that a suite's job uses, which only the worker can open and end.

The worker holds the runners; a job, which is a fork of the suite's process, gets no more than the descriptor
of a process's stream. Both are trusted. A job has one process at a time, so the requests need no names: OPEN
is answered with GRANTED and the descriptor, or with the reason why there is none; ENDING with how the process
ended; KILL with GRANTED.
"""

import contextlib
import socket
import threading
from collections.abc import Sequence

from grader.sandbox.runner import Output, Runner, SandboxError, StudentProcess

OPEN, ENDING, KILL, GRANTED = b"open", b"ending", b"kill", b"granted"
DATAGRAM = 4_000


def counter() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a socket on which loans are asked for: the lender's and the borrower's."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class Lender:
    """Lends processes of `runner` to one job, in a thread of its own; opens the first one unasked."""

    def __init__(self, runner: Runner, desk: socket.socket) -> None:
        """Serve requests on `desk` until it is closed at the other end."""
        self._runner = runner
        self._desk = desk
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
        first: StudentProcess | SandboxError | None = self._opened()
        while request := self._request():
            if request == OPEN:
                self._lend(first or self._opened())
                first = None
            elif request == KILL:
                self._end()
                self._desk.send(GRANTED)
            else:
                self._desk.send(self._present.ending().encode() if self._present else b"it was ended")
        if not isinstance(first, SandboxError):
            self._present = first or self._present
        self._end()

    def _request(self) -> bytes:
        """Return the next request, or nothing when the job is over."""
        try:
            return self._desk.recv(DATAGRAM)
        except ConnectionError:
            return b""

    def _opened(self) -> StudentProcess | SandboxError:
        try:
            return self._runner.open()
        except SandboxError as failed:
            return failed

    def _lend(self, process: StudentProcess | SandboxError) -> None:
        if isinstance(process, SandboxError):
            self._desk.send(str(process).encode()[:DATAGRAM])
            return
        self._present = process
        socket.send_fds(self._desk, [GRANTED], [process.stream.fileno()])

    def _end(self) -> None:
        """End the process that is out, if there is one, and keep what it printed."""
        if self._present is not None:
            self._present.kill()
            self._outputs.append(self._present.output())
            self._present = None


class Borrower:
    """The job's end of the desk."""

    def __init__(self, desk: socket.socket) -> None:
        """Ask on `desk`."""
        self._desk = desk

    def open(self) -> "Borrowed":
        """Return a fresh process. Raises SandboxError with the lender's reason."""
        self._desk.send(OPEN)
        answer, descriptors, _, _ = socket.recv_fds(self._desk, DATAGRAM, 1)
        if answer != GRANTED:
            raise SandboxError(answer.decode(errors="replace") or "the worker is gone")
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

    def kill(self) -> None:
        """Have it ended, and wait for that."""
        self._asked(KILL)
        self.stream.close()

    def _asked(self, request: bytes) -> bytes:
        self._desk.send(request)
        return self._desk.recv(DATAGRAM)
