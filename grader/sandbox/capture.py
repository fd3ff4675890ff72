"""Reads the output of a student process: keeps the first bytes, and counts the rest."""

import os
import threading
from typing import IO

from grader.sandbox.runner import Output, SandboxError

CHUNK = 1 << 16
EXIT_SECONDS = 2.0


class FirstBytes:
    """Collects printed bytes up to a limit, so that a flood fills no memory."""

    def __init__(self, keep: int) -> None:
        """Keep up to `keep` bytes."""
        self._keep = keep
        self._kept = bytearray()
        self._dropped = 0

    def add(self, chunk: bytes) -> None:
        """Add the next bytes."""
        room = self._keep - len(self._kept)
        self._kept += chunk[:room]
        self._dropped += max(0, len(chunk) - room)

    def output(self) -> Output:
        """Return the output so far."""
        return Output(bytes(self._kept), self._dropped)


class Capture:
    """Reads a pipe to its end in a thread, and keeps the first bytes."""

    def __init__(self, pipe: IO[bytes], keep: int) -> None:
        """Keep up to `keep` bytes from `pipe`. Raises RuntimeError if this machine starts no more threads.

        The thread alone closes the pipe. If others closed it, the thread could read from a new file with the
        same number.
        """
        self._pipe = pipe
        self._printed = FirstBytes(keep)
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            pipe.close()
            raise

    def finish(self) -> None:
        """Wait for the end of the pipe, but not for a process that outlives its group."""
        self._thread.join(EXIT_SECONDS)

    def output(self) -> Output:
        """Return the output so far. Raises SandboxError if reading has failed."""
        if self._failure is not None:
            raise SandboxError(f"printed output cannot be read: {self._failure}") from self._failure
        return self._printed.output()

    def _read(self) -> None:
        try:
            with self._pipe:
                while chunk := os.read(self._pipe.fileno(), CHUNK):
                    self._printed.add(chunk)
        except Exception as failed:  # noqa: BLE001 - `output` raises it again
            self._failure = failed
