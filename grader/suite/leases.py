"""Leases: the student processes that a suite's job uses, which only the worker can open and end.

The worker holds the runners. A job, which is a fork of the suite's process, gets the descriptor of a
process's stream and nothing else. Both are trusted. They speak over a control socket. A job has one process
at a time, so the requests need no names:

- OPEN: the answer is GRANTED, with the descriptor. For a process on this host it also has the process's
  number, so that the job reads its usage itself, and the processor that both share, if any.
- ENDING: the answer says how the process ended.
- KILL: the answer is GRANTED.
- USAGE: the answer is the time that a process elsewhere has used, or UNKNOWN.
- FAILED, with a reason: the job has found that the sandbox failed. There is no answer.

A sandbox that fails ends the job, and the submission loses nothing. An exception in the server's thread does
the same.
"""

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Sequence
from typing import NoReturn

from grader.sandbox.runner import Ending, Guarantee, Output, Runner, SandboxError, StudentProcess
from grader.sandbox.usage import FIGURES, Meter, Usage, unpack_usage
from grader.suite.processors import keep

OPEN, ENDING, KILL, USAGE, FAILED = b"open", b"ending", b"kill", b"usage", b"failed "
GRANTED, UNKNOWN = b"granted", b"unknown"
DATAGRAM = 4_000
REASON_BYTES = 2_000


class SandboxServer:
    """Leases processes of `runner` to one job, in a thread of its own; opens the first one in advance.

    Attributes: `failure` (why the sandbox failed, if it did).
    """

    def __init__(
        self,
        runner: Runner,
        control: socket.socket,
        give_up: Callable[[], None],
        processor: int | None = None,
    ) -> None:
        """Serve requests on `control` until the job closes its end; `give_up` ends the job early.

        Processes on this host run on `processor` only, if it is given. Raises SandboxError when this machine
        starts no more threads.
        """
        self.failure: SandboxError | None = None
        self._runner = runner
        self._control = control
        self._give_up = give_up
        self._processor = processor
        self._ahead: StudentProcess | None = None
        self._present: StudentProcess | None = None
        self._outputs: list[Output] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        try:
            self._thread.start()
        except RuntimeError as failed:
            control.close()
            raise _as_sandbox_error(failed) from failed

    def finish(self) -> Sequence[Output]:
        """Return the output of each process, in order, after all of them have ended."""
        with contextlib.suppress(OSError):  # the job has closed its end
            self._control.shutdown(socket.SHUT_RD)
        self._thread.join()
        self._control.close()
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
        """Serve one request. Raises SandboxError."""
        if request == OPEN:
            self._lease()
        elif request == ENDING:
            self._control.send(self._ending())
        elif request == USAGE:
            usage = self._present.usage() if self._present else None
            self._control.send(usage.pack() if usage else UNKNOWN)
        elif request.startswith(FAILED):
            raise SandboxError(request.removeprefix(FAILED).decode(errors="replace"))
        else:
            ended, self._present = self._present, None
            if ended:
                self._end(ended)
            self._control.send(GRANTED)

    def _ending(self) -> bytes:
        """Return as JSON how the present process ended, and whether it could have killed itself."""
        ending = self._present.ending() if self._present else Ending("it was ended")
        is_jailed = self._runner.kind.guarantees >= frozenset(Guarantee)  # so it cannot send itself a SIGKILL
        return json.dumps([ending.told, ending.was_killed, ending.memory, not is_jailed]).encode()

    def _request(self) -> bytes:
        """Return the next request, or nothing when the job is over."""
        try:
            return self._control.recv(DATAGRAM)
        except OSError:
            return b""

    def _lease(self) -> None:
        self._present = self._ahead or self._runner.open()
        self._ahead = None
        number = self._present.number
        shared = self._processor if number is not None else None
        if number is not None:
            keep(number, shared)
        facts = json.dumps([number, shared]).encode()
        socket.send_fds(self._control, [GRANTED, facts], [self._present.stream.fileno()])

    def _end(self, process: StudentProcess) -> None:
        """End a process and keep its output."""
        try:
            process.kill()
        finally:
            self._outputs.append(process.output())

    def _end_last(self, process: StudentProcess) -> None:
        """End a process when the job is over: the verdict stands if the output is whole."""
        with contextlib.suppress(SandboxError):  # closing the runner ends the process in any case
            process.kill()
        try:
            self._outputs.append(process.output())
        except Exception as failed:  # noqa: BLE001 - as above
            self._fail(failed)


def _as_sandbox_error(failed: Exception) -> SandboxError:
    """Return the error that ends a job because a thread of the grader raised `failed`."""
    if isinstance(failed, SandboxError):
        return failed
    return SandboxError(f"a student process cannot be leased: {type(failed).__name__}: {failed}")


class SandboxClient:
    """The job's end of the control socket."""

    def __init__(self, control: socket.socket) -> None:
        """Send requests on `control`."""
        self._control = control

    def open(self) -> "LeasedProcess":
        """Return a fresh process. Raises SandboxError when the server has given the job up."""
        self._control.send(OPEN)
        answer, descriptors, _, _ = socket.recv_fds(self._control, DATAGRAM, 1)
        if not answer.startswith(GRANTED):
            raise SandboxError("the worker leases no more processes to this job")
        number, shared = json.loads(answer.removeprefix(GRANTED))
        keep(os.getpid(), shared)
        return LeasedProcess(self._control, socket.socket(fileno=descriptors[0]), number)

    def fail(self, reason: str) -> NoReturn:
        """End the job, because the sandbox failed for `reason`."""
        self._control.send(FAILED + reason.encode()[:REASON_BYTES])
        os._exit(1)


class LeasedProcess:
    """A student process that a job uses."""

    def __init__(self, control: socket.socket, stream: socket.socket, number: int | None) -> None:
        """Speak with the process through `stream`, and with the worker about it through `control`.

        `number` is the process's number on this host.
        """
        self.stream = stream
        self._meter = Meter(number) if number is not None else None
        self._control = control
        self._ending: tuple[Ending, bool] | None = None

    def ending(self) -> tuple[Ending, bool]:
        """Return how the process ended, and whether it could have killed itself."""
        if self._ending is None:
            told, was_killed, memory, kills_itself = json.loads(self._ask(ENDING))
            self._ending = Ending(told, was_killed, memory), kills_itself
        return self._ending

    def usage(self) -> Usage | None:
        """Return the process's usage so far; None where that is not known."""
        if self._meter is not None:
            return self._meter.read()
        answer = self._ask(USAGE)
        return unpack_usage(answer) if len(answer) == FIGURES.size else None

    def kill(self) -> None:
        """End the process, and wait until it has ended."""
        self._ask(KILL)
        self.stream.close()
        if self._meter is not None:
            self._meter.close()

    def _ask(self, request: bytes) -> bytes:
        self._control.send(request)
        return self._control.recv(DATAGRAM)
