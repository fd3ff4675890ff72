"""Connections: frames on a stream of bytes, none of them read past its limits or its deadline.

Both processes run this file, so it imports only the standard library and our own.
"""

import math
import time
from typing import Any, Protocol

from grader.boundary.header import read_header
from grader.boundary.wire import LENGTHS, FrameLimits, ProtocolError

CHUNK = 1 << 16
LARGE_CHUNK = 1 << 20


class Closed(Exception):  # noqa: N818 - an event, not a fault of the code
    """The other side closed the connection."""


class Spent(Exception):  # noqa: N818 - an event
    """The other side sends more bytes than it may."""


class Stream(Protocol):
    """What carries the bytes: a stream socket, or what can be used as one."""

    def recv(self, size: int, /) -> bytes:
        """Return up to `size` bytes as soon as some are there; none means that the other side closed."""

    def sendall(self, data: bytes, /) -> None:
        """Send all of `data`."""

    def settimeout(self, seconds: float | None, /) -> None:
        """Let `recv` and `sendall` raise TimeoutError after that many seconds, or never."""

    def close(self) -> None:
        """Close it."""


class Connection:
    """A stream that carries frames."""

    def __init__(self, stream: Stream, limits: FrameLimits) -> None:
        """Take over `stream`; frames that arrive must keep to `limits`, and all of them to `left` bytes."""
        self.left = math.inf
        self._stream = stream
        self._limits = limits
        self._pending = b""  # less than two chunks
        self._patience: float | None = -1.0  # the stream's time limit, once it was set

    def send(self, frame: bytes, deadline: float | None = None) -> None:
        """Send a frame. Raises TimeoutError at `deadline` (of time.monotonic) at the latest, Closed."""
        self._wait_until(deadline)
        try:
            self._stream.sendall(frame)
        except TimeoutError:
            raise
        except OSError as gone:
            raise Closed from gone

    def receive(self, deadline: float | None = None) -> tuple[Any, memoryview]:
        """Return the next frame's parsed JSON and its buffers.

        Raises ProtocolError, TimeoutError, Closed, and Spent before a frame is read that is beyond `left`.

        Frames that are here already do not put off the deadline either.
        """
        _remaining(deadline)
        header_size, buffers_size = LENGTHS.unpack(self._read(LENGTHS.size, deadline))
        if header_size > self._limits.header or buffers_size > self._limits.buffers:
            raise ProtocolError(f"a frame of {header_size} + {buffers_size} bytes is too large")
        self.left -= header_size + buffers_size
        if self.left < 0:
            raise Spent
        header = self._read(header_size, deadline)
        buffers = self._read(buffers_size, deadline)
        try:
            return read_header(header, self._limits.marks), memoryview(buffers)
        except (ValueError, RecursionError) as malformed:
            raise ProtocolError(f"a header is not JSON as it may be: {malformed}") from None

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    def _wait_until(self, deadline: float | None) -> None:
        """Bound what the stream does next; to say again what holds already would cost a system call."""
        seconds = _remaining(deadline)
        if seconds != self._patience:
            self._stream.settimeout(seconds)
            self._patience = seconds

    def _read(self, size: int, deadline: float | None) -> bytes | bytearray:
        if size > CHUNK:
            return self._read_large(size, deadline)
        while len(self._pending) < size:
            self._pending += self._received(CHUNK, deadline)
        piece, self._pending = self._pending[:size], self._pending[size:]
        return piece

    def _read_large(self, size: int, deadline: float | None) -> bytearray:
        """Return the next `size` bytes; the memory grows with what comes, not with what was announced."""
        piece, self._pending = bytearray(self._pending[:size]), self._pending[size:]
        while len(piece) < size:
            piece += self._received(min(size - len(piece), LARGE_CHUNK), deadline)
        return piece

    def _received(self, size: int, deadline: float | None) -> bytes:
        """Return up to `size` bytes that have come; descriptors that a peer sends along are not taken."""
        self._wait_until(deadline)
        try:
            chunk = self._stream.recv(size)
        except TimeoutError:
            raise
        except OSError as gone:
            raise Closed from gone
        if not chunk:
            raise Closed
        return chunk


def _remaining(deadline: float | None) -> float | None:
    """Return the seconds until `deadline`. Raises TimeoutError when it has passed."""
    if deadline is None:
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
