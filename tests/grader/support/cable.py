"""A cable to the Docker engine for tests: a socket that leads there except while it is cut."""

import contextlib
import socket
import threading


class Cable:
    """Carries bytes between whoever connects to the socket at `path` and the engine."""

    def __init__(self, path, engine):
        """Lead from `path` to the engine's socket at `engine`."""
        self.path = path
        self._engine = engine
        self._open = []
        self.mend()

    def mend(self):
        """Let connections through."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.path))
        listener.listen()
        self._open.append(listener)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self):
        """End all connections and let none through, as when the engine is stopped."""
        self.path.unlink()
        while self._open:
            _end(self._open.pop())

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._engine)
                self._open += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=ends, daemon=True).start()


def _carry(source, target):
    """Carry one direction to its end."""
    with contextlib.suppress(OSError):
        while chunk := source.recv(1 << 16):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


def _end(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
