"""Two pipes with the methods of a stream socket: one to read from, one to write to.

Runs in the submission's process, so it imports only the standard library.
"""

import os


class Pipes:
    """The student's end of a boundary that runs over pipes, as the standard streams of a container are."""

    def __init__(self, reading: int, writing: int) -> None:
        """Read from the one descriptor and write to the other."""
        self._reading = reading
        self._writing = writing

    def recv(self, size: int) -> bytes:
        """Return up to `size` bytes as soon as some are there; no bytes if the other side closed."""
        return os.read(self._reading, size)

    def send(self, data: memoryview) -> int:
        """Write some of `data`; return how many bytes."""
        return os.write(self._writing, data)

    def settimeout(self, seconds: float | None) -> None:
        """Do nothing for None. Raises ValueError for a time: it is the trusted end that has deadlines."""
        if seconds is not None:
            raise ValueError("pipes have no time limits")

    def close(self) -> None:
        """Close both."""
        os.close(self._reading)
        os.close(self._writing)
