"""Loans: the student processes that a suite's job uses, which only the worker can open and end.

The worker holds the runners; a job, which is a fork of the suite's process, gets no more than the descriptor
of a process's stream. Both are trusted. A job has one process at a time, so the requests need no names. OPEN
is answered with GRANTED and the descriptor; a process on this host comes with its number, so that the job
looks itself at what it uses, and with the processor that both shall share, if any. ENDING is answered with
how the process ended; KILL with GRANTED; USAGE with the time that a process elsewhere has used, or with
UNKNOWN. FAILED, with the reason, has no answer: the job has found that the sandbox failed. A sandbox that
fails ends the job: its loss is not the submission's, whatever it looks like from there. Any exception in the
lender's thread ends the job in the same way.
"""

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Sequence
from typing import NoReturn

from grader.sandbox.runner import Ending, Output, Promise, Runner, SandboxError, StudentProcess
from grader.sandbox.usage import FIGURES, Meter, Usage, unpacked
from grader.suite.processors import keep

OPEN, ENDING, KILL, USAGE, FAILED = b"open", b"ending", b"kill", b"usage", b"failed "
GRANTED, UNKNOWN = b"granted", b"unknown"
DATAGRAM = 4_000
REASON_BYTES = 2_000


def counter() -> tuple[socket.socket, socket.socket]:
    """Return the two ends of a socket on which loans are asked for: the lender's and the borrower's."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class Lender:
    """Lends processes of `runner` to one job, in a thread of its own; opens the first one in advance.

    Attributes: `failure` (why the sandbox failed, if it did).
    """

    def __init__(
        self, runner: Runner, desk: socket.socket, give_up: Callable[[], None], processor: int | None = None
    ) -> None:
        """Serve requests on `desk` until it is closed at the other end; `give_up` ends the job early.

        Processes on this host run on `processor` only, if it is given. Raises SandboxError when this machine
        starts no more threads.
        """
        self.failure: SandboxError | None = None
        self._runner = runner
        self._desk = desk
        self._give_up = give_up
        self._processor = processor
        self._ahead: StudentProcess | None = None
        self._present: StudentProcess | None = None
        self._outputs: list[Output] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        try:
            self._thread.start()
        except RuntimeError as failed:
            desk.close()
            raise _as_sandbox_error(failed) from failed

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
        except Exception as failed:  # noqa: BLE001 - whatever it is, the job must not wait for this thread
            self._fail(failed)
        for process in filter(None, (self._present, self._ahead)):
            self._end_last(process)

    def _fail(self, reason: Exception) -> None:
        """End the job for `reason`."""
        self.failure = self.failure or _as_sandbox_error(reason)
        with contextlib.suppress(OSError):  # the job has ended
            self._give_up()

    def _answer(self, request: bytes) -> None:
        """Do what is asked. Raises SandboxError."""
        if request == OPEN:
            self._lend()
        elif request == ENDING:
            self._desk.send(self._ending())
        elif request == USAGE:
            usage = self._present.usage() if self._present else None
            self._desk.send(usage.packed() if usage else UNKNOWN)
        elif request.startswith(FAILED):
            raise SandboxError(request.removeprefix(FAILED).decode(errors="replace"))
        else:
            ended, self._present = self._present, None
            if ended:
                self._end(ended)
            self._desk.send(GRANTED)

    def _ending(self) -> bytes:
        """Return how the present process ended, and whether it could have killed itself, as JSON."""
        ending = self._present.ending() if self._present else Ending("it was ended")
        is_jailed = self._runner.promises >= frozenset(Promise)  # so it cannot send itself a SIGKILL
        return json.dumps([ending.told, ending.was_killed, ending.memory, not is_jailed]).encode()

    def _request(self) -> bytes:
        """Return the next request, or nothing when the job is over."""
        try:
            return self._desk.recv(DATAGRAM)
        except OSError:
            return b""

    def _lend(self) -> None:
        self._present = self._ahead or self._runner.open()
        self._ahead = None
        number = self._present.number
        shared = self._processor if number is not None else None
        if number is not None:
            keep(number, shared)
        facts = json.dumps([number, shared]).encode()
        socket.send_fds(self._desk, [GRANTED, facts], [self._present.stream.fileno()])

    def _end(self, process: StudentProcess) -> None:
        """End a process and keep what it printed."""
        try:
            process.kill()
        finally:
            self._outputs.append(process.output())

    def _end_last(self, process: StudentProcess) -> None:
        """End a process when the job is over: the verdict stands if the output is whole."""
        with contextlib.suppress(SandboxError):  # the runner's own end is surer
            process.kill()
        try:
            self._outputs.append(process.output())
        except Exception as failed:  # noqa: BLE001 - as above
            self._fail(failed)


def _as_sandbox_error(failed: Exception) -> SandboxError:
    """Return the error that ends a job because `failed` was raised in a thread of ours."""
    if isinstance(failed, SandboxError):
        return failed
    return SandboxError(f"a student process cannot be lent: {type(failed).__name__}: {failed}")


class Borrower:
    """The job's end of the desk."""

    def __init__(self, desk: socket.socket) -> None:
        """Ask on `desk`."""
        self._desk = desk

    def open(self) -> "Borrowed":
        """Return a fresh process. Raises SandboxError when the lender has given the job up."""
        self._desk.send(OPEN)
        answer, descriptors, _, _ = socket.recv_fds(self._desk, DATAGRAM, 1)
        if not answer.startswith(GRANTED):
            raise SandboxError("no process is lent any more")
        number, shared = json.loads(answer.removeprefix(GRANTED))
        keep(os.getpid(), shared)
        return Borrowed(self._desk, socket.socket(fileno=descriptors[0]), number)

    def fail(self, reason: str) -> NoReturn:
        """End the job, because the sandbox failed for `reason`."""
        self._desk.send(FAILED + reason.encode()[:REASON_BYTES])
        os._exit(1)


class Borrowed:
    """A process on loan."""

    def __init__(self, desk: socket.socket, stream: socket.socket, number: int | None) -> None:
        """Speak with it through `stream`, and about it on `desk`; `number` is its number on this host."""
        self.stream = stream
        self._meter = Meter(number) if number is not None else None
        self._desk = desk
        self._ending: tuple[Ending, bool] | None = None

    def ending(self) -> tuple[Ending, bool]:
        """Return how it ended, and whether it could have killed itself."""
        if self._ending is None:
            told, was_killed, memory, kills_itself = json.loads(self._asked(ENDING))
            self._ending = Ending(told, was_killed, memory), kills_itself
        return self._ending

    def usage(self) -> Usage | None:
        """Return what it has used so far; None where that is not known."""
        if self._meter is not None:
            return self._meter.read()
        answer = self._asked(USAGE)
        return unpacked(answer) if len(answer) == FIGURES.size else None

    def kill(self) -> None:
        """Have it ended, and wait for that."""
        self._asked(KILL)
        self.stream.close()
        if self._meter is not None:
            self._meter.close()

    def _asked(self, request: bytes) -> bytes:
        self._desk.send(request)
        return self._desk.recv(DATAGRAM)
