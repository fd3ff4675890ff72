"""A container's standard streams: input and output become a socket, of errors the first bytes are kept.

The engine sends both outputs through one connection, in frames: a byte that says which, three of nothing,
four with the length. Two threads carry the bytes, one each way, blocking, so back pressure goes through.
"""

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, cast

from grader.sandbox.capture import EXIT_SECONDS, FirstBytes
from grader.sandbox.runner import Output

if TYPE_CHECKING:
    from io import BufferedReader

FRAME = struct.Struct("!B3xI")
STANDARD_OUTPUT = 1
CHUNK = 1 << 18


class Attachment:
    """The other end of the streams of one container; `stream` is a stream socket that leads to them."""

    def __init__(self, connection: socket.socket, keep: int) -> None:
        """Carry what goes through `connection`, and keep up to `keep` bytes of what is printed."""
        self.stream, self._inner = socket.socketpair()
        self._connection = connection
        self._printed = FirstBytes(keep)
        self._coming = threading.Thread(target=self._receive, name="from the container", daemon=True)
        self._going = threading.Thread(target=self._send, name="to the container", daemon=True)
        self._coming.start()
        self._going.start()

    @property
    def ended(self) -> bool:
        """Whether nothing comes any more, because the container ended or the engine did."""
        return not self._coming.is_alive()

    def output(self) -> Output:
        """Return what was printed so far."""
        return self._printed.output()

    def close(self) -> None:
        """Wait for the last output of a container that is being killed, then let go of everything."""
        self.stream.close()
        _shut(self._inner, socket.SHUT_RDWR)  # whoever has borrowed the stream holds it open
        self._coming.join(EXIT_SECONDS)
        _shut(self._connection, socket.SHUT_RDWR)
        self._coming.join()
        self._going.join()
        self._connection.close()
        self._inner.close()

    def _receive(self) -> None:
        """Carry what the container writes, to its end."""
        frames = cast("BufferedReader", self._connection.makefile("rb", CHUNK))
        with frames, contextlib.suppress(OSError):
            while len(header := frames.read(FRAME.size)) == FRAME.size:
                kind, size = FRAME.unpack(header)
                self._carry(frames, size, to_socket=kind == STANDARD_OUTPUT)
        _shut(self._inner, socket.SHUT_WR)

    def _carry(self, frames: "BufferedReader", size: int, *, to_socket: bool) -> None:
        while size and (chunk := frames.read1(size)):
            size -= len(chunk)
            if not to_socket:
                self._printed.add(chunk)
                continue
            with contextlib.suppress(OSError):  # nobody listens any more; what is printed still counts
                self._inner.sendall(chunk)

    def _send(self) -> None:
        """Carry what is sent to the container; close its standard input after that."""
        with contextlib.suppress(OSError):
            while chunk := self._inner.recv(CHUNK):
                self._connection.sendall(chunk)
        _shut(self._connection, socket.SHUT_WR)


def _shut(connection: socket.socket, direction: int) -> None:
    """Shut down one direction of a socket, or both, if it is still connected."""
    with contextlib.suppress(OSError):
        connection.shutdown(direction)
