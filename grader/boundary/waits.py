"""How long a thread has waited for a processor, as the kernel counts it."""

import contextlib
import os

STATISTICS = "/proc/thread-self/schedstat"
STATISTICS_BYTES = 100
NANO = 1e-9


class Waits:
    """The waits of the thread that makes this record. It keeps a descriptor: a look is one system call."""

    def __init__(self) -> None:
        """Look at the present thread."""
        self._statistics: int | None = None
        with contextlib.suppress(OSError):  # not on Linux
            self._statistics = os.open(STATISTICS, os.O_RDONLY | os.O_CLOEXEC)

    def seconds(self) -> float:
        """Return the seconds so far; 0 where the kernel does not tell."""
        if self._statistics is None:
            return 0.0
        try:
            return int(os.pread(self._statistics, STATISTICS_BYTES, 0).split()[1]) * NANO
        except (OSError, IndexError):
            return 0.0

    def close(self) -> None:
        """Look no more."""
        if self._statistics is not None:
            os.close(self._statistics)
        self._statistics = None
