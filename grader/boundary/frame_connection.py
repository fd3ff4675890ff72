"""Connections: frames on a stream of bytes, read under limits of size and time.

Both processes run this file, so it imports only the standard library and modules of the grader.
"""

import math
from collections.abc import Callable
from typing import Any, Protocol

from grader.boundary.frame_limits import LENGTHS, FrameLimits, ProtocolError
from grader.boundary.header import read_header

CHUNK = 1 << 16
LARGE_CHUNK = 1 << 20


class Closed(Exception):  # noqa: N818 - an event, not a fault of the code
    """The other side closed the connection."""


class Spent(Exception):  # noqa: N818 - an event
    """The other side sends more bytes than it may."""


class Stream(Protocol):
    """A stream of bytes: a stream socket, or an object with the same methods."""

    def recv(self, size: int, /) -> bytes:
        """Return up to `size` bytes as soon as some are there; no bytes if the other side closed."""

    def send(self, data: memoryview, /) -> int:
        """Send some of `data`; return how many bytes."""

    def settimeout(self, seconds: float | None, /) -> None:
        """Let `recv` and `send` raise TimeoutError after that many seconds, or never."""

    def close(self) -> None:
        """Close it."""


# Returns the seconds to wait before the next call, or None for no limit; raises the error that ends the wait.
Patience = Callable[[], float | None]


def forever() -> None:
    """Wait without a limit."""


class FrameConnection:
    """A stream that carries frames."""

    def __init__(self, stream: Stream, limits: FrameLimits) -> None:
        """Take over `stream`; frames that arrive must keep to `limits`, and all of them to `left` bytes."""
        self.left = math.inf
        self._stream = stream
        self._limits = limits
        self._pending = b""  # less than two chunks
        self._seconds: float | None = -1.0  # the stream's time limit, once it was set

    def send(self, frame: bytes, patience: Patience = forever) -> None:
        """Send a frame. Raises Closed, and the errors of `patience`."""
        rest = memoryview(frame)
        while rest:
            self._wait(patience())
            try:
                rest = rest[self._stream.send(rest) :]
            except TimeoutError:
                continue
            except OSError as gone:
                raise Closed from gone

    def receive(self, patience: Patience = forever) -> tuple[Any, memoryview]:
        """Return the next frame's parsed JSON and its buffers.

        Raises ProtocolError, Closed, the errors of `patience`, and Spent before it reads a frame beyond
        `left`. It calls `patience` before each frame, so frames that wait in the socket put no limit off.
        """
        patience()
        header_size, buffers_size = LENGTHS.unpack(self._read(LENGTHS.size, patience))
        if header_size > self._limits.header or buffers_size > self._limits.buffers:
            raise ProtocolError(f"a frame of {header_size} + {buffers_size} bytes is too large")
        self.left -= header_size + buffers_size
        if self.left < 0:
            raise Spent
        header = self._read(header_size, patience)
        buffers = self._read(buffers_size, patience)
        try:
            return read_header(header, self._limits.marks), memoryview(buffers)
        except (ValueError, RecursionError) as malformed:
            raise ProtocolError(f"a header is not JSON as it may be: {malformed}") from None

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    def _wait(self, seconds: float | None) -> None:
        """Set the stream's timeout, unless it has that timeout already: each change costs a system call."""
        if seconds != self._seconds:
            self._stream.settimeout(seconds)
            self._seconds = seconds

    def _read(self, size: int, patience: Patience) -> bytes | bytearray:
        if size > CHUNK:
            return self._read_large(size, patience)
        while len(self._pending) < size:
            self._pending += self._receive(CHUNK, patience)
        piece, self._pending = self._pending[:size], self._pending[size:]
        return piece

    def _read_large(self, size: int, patience: Patience) -> bytearray:
        """Return the next `size` bytes; memory grows with the bytes that come, not with `size`."""
        piece, self._pending = bytearray(self._pending[:size]), self._pending[size:]
        while len(piece) < size:
            piece += self._receive(min(size - len(piece), LARGE_CHUNK), patience)
        return piece

    def _receive(self, size: int, patience: Patience) -> bytes:
        """Return up to `size` bytes that have come; it ignores descriptors that a peer sends along."""
        while True:
            self._wait(patience())
            try:
                chunk = self._stream.recv(size)
            except TimeoutError:
                continue
            except OSError as gone:
                raise Closed from gone
            if not chunk:
                raise Closed
            return chunk
