"""The time that a thread has waited for a processor, as the kernel counts it."""

import contextlib
import os
import time

STATISTICS = "/proc/thread-self/schedstat"
STATISTICS_BYTES = 100
NANO = 1e-9
STALE_SECONDS = 0.001  # a record is looked at again after that: most requests take less


class Waits:
    """The waits of the thread that makes this record. It keeps a descriptor: a look is one system call."""

    def __init__(self) -> None:
        """Look at the present thread."""
        self._seconds = 0.0
        self._until = 0.0  # when the record is stale, of time.monotonic
        self._statistics: int | None = None
        with contextlib.suppress(OSError):  # not on Linux
            self._statistics = os.open(STATISTICS, os.O_RDONLY | os.O_CLOEXEC)

    def seconds(self) -> float:
        """Return the seconds so far, up to STALE_SECONDS late; 0 where the kernel does not count."""
        now = time.monotonic()
        if now >= self._until and self._statistics is not None:
            with contextlib.suppress(OSError, IndexError):
                told = os.pread(self._statistics, STATISTICS_BYTES, 0)
                self._seconds = int(told.split()[1]) * NANO
            self._until = now + STALE_SECONDS
        return self._seconds

    def close(self) -> None:
        """Close the descriptor."""
        if self._statistics is not None:
            os.close(self._statistics)
        self._statistics = None
