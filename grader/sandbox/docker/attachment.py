"""A container's standard streams: a socket for input and output, and the first bytes of standard error.

The engine sends both outputs through one connection, in frames: one byte names the stream, three are empty,
four hold the length. Two threads carry the bytes, one each way. They block, so back pressure goes through.
Any thread may ask process 1 for the submission's usage. The question travels between two envelopes for the
submission, the answer between two pieces of its output (envelope.py).
"""

import contextlib
import secrets
import select
import socket
import struct
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from grader.sandbox.capture import EXIT_SECONDS, FirstBytes
from grader.sandbox.envelope import CLOCK, DATA, ENVELOPE, KEY, KEY_BYTES, QUESTION, Sieve, UsageReport
from grader.sandbox.runner import Output
from grader.sandbox.usage import Usage

if TYPE_CHECKING:
    from io import BufferedReader

FRAME = struct.Struct("!B3xI")
STANDARD_OUTPUT = 1
CHUNK = 1 << 18
ANSWER_SECONDS = 5.0  # on a busy host, each of the engine's processes waits for its turn


class Attachment:
    """The other end of the streams of one container.

    Attributes: `stream` (a stream socket that leads to them) and `failure` (the exception that ended one of
    the threads, if one did).
    """

    def __init__(self, connection: socket.socket, keep: int) -> None:
        """Carry the streams through `connection`, and keep up to `keep` bytes of the output."""
        self.stream, self._inner = socket.socketpair()
        self._connection = connection
        self._printed = FirstBytes(keep)
        key = secrets.token_bytes(KEY_BYTES)
        self._sieve = Sieve(key)
        self._sending = threading.Lock()
        self._told = threading.Condition()
        self._report: UsageReport | None = None  # the last one
        self._questions = 0
        with contextlib.suppress(OSError):  # the container has ended; `_receive` notices
            self._put(KEY, key)
        self.failure: Exception | None = None
        self._coming = threading.Thread(target=self._carry_all, args=[self._receive], daemon=True)
        self._going = threading.Thread(target=self._carry_all, args=[self._send], daemon=True)
        self._coming.start()
        self._going.start()

    @property
    def ended(self) -> bool:
        """Whether the container or the engine has ended."""
        return not self._coming.is_alive()

    def output(self) -> Output:
        """Return the output so far."""
        return self._printed.output()

    def usage(self) -> Usage | None:
        """Return the submission's usage so far; None if process 1 does not answer."""
        with self._told:
            self._questions += 1
            question, before = self._questions, self._report
        self._ask(question)
        with self._told:
            self._told.wait_for(lambda: self._is_answered(question) or self.ended, ANSWER_SECONDS)
            is_news = self._report is not before or self.ended
            return self._report.usage if self._report and is_news else None

    def pass_nothing_on(self) -> None:
        """Drop the container's output from now on, so that the engine need not wait for a reader."""
        _shut(self._inner, socket.SHUT_WR)

    def close(self) -> None:
        """Wait for the last output of a killed container, then close all sockets."""
        self.stream.close()
        _shut(self._inner, socket.SHUT_RDWR)  # a job that leases the process holds the stream open
        self._coming.join(EXIT_SECONDS)
        _shut(self._connection, socket.SHUT_RDWR)
        self._coming.join()
        self._going.join()
        self._connection.close()
        self._inner.close()

    def _carry_all(self, carry: Callable[[], None]) -> None:
        """Carry one direction; on an error, keep it as `failure` and close both ends."""
        try:
            carry()
        except Exception as failed:  # noqa: BLE001 - Container.ending raises it
            self.failure = failed
            for end in (self._inner, self._connection):
                _shut(end, socket.SHUT_RDWR)

    def _receive(self) -> None:
        """Carry the output of the container to its end."""
        frames = cast("BufferedReader", self._connection.makefile("rb", CHUNK))
        with frames, contextlib.suppress(OSError):
            while len(header := frames.read(FRAME.size)) == FRAME.size:
                kind, size = FRAME.unpack(header)
                self._carry(frames, size, to_socket=kind == STANDARD_OUTPUT)
        self._printed.add(self._sieve.rest())
        _shut(self._inner, socket.SHUT_WR)

    def _carry(self, frames: "BufferedReader", size: int, *, to_socket: bool) -> None:
        while size and (chunk := frames.read1(size)):
            size -= len(chunk)
            if not to_socket:
                self._keep(chunk)
                continue
            with contextlib.suppress(OSError):  # the socket is closed; the output still counts
                self._inner.sendall(chunk)

    def _keep(self, chunk: bytes) -> None:
        """Keep the output, and the last report."""
        printed, reports = self._sieve.part(chunk)
        self._printed.add(printed)
        if reports:
            with self._told:
                self._report = reports[-1]
                self._told.notify_all()

    def _is_answered(self, question: int) -> bool:
        return self._report is not None and self._report.answers >= question

    def _ask(self, question: int) -> None:
        """Ask, unless unread data blocks the connection; process 1 then reports by itself."""
        if not self._sending.acquire(timeout=ANSWER_SECONDS / 10):
            return
        try:
            if select.select([], [self._connection], [], 0)[1]:
                self._connection.sendall(ENVELOPE.pack(CLOCK, QUESTION.size) + QUESTION.pack(question))
        except OSError:
            pass  # the container is gone
        finally:
            self._sending.release()

    def _put(self, kind: int, content: bytes) -> None:
        with self._sending:
            self._connection.sendall(ENVELOPE.pack(kind, len(content)) + content)

    def _send(self) -> None:
        """Carry input to the container; then close its standard input."""
        with contextlib.suppress(OSError):
            while chunk := self._inner.recv(CHUNK):
                self._put(DATA, chunk)
        _shut(self._connection, socket.SHUT_WR)


def _shut(connection: socket.socket, direction: int) -> None:
    """Shut down one direction of a socket, or both, if it is still connected."""
    with contextlib.suppress(OSError):
        connection.shutdown(direction)
