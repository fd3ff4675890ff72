"""The usage of a process: seconds of processor time, and seconds that it waited for a processor.

Runs in the worker and in process 1 of a container, so it imports only the standard library.
"""

import contextlib
import math
import os
import struct
import time
from dataclasses import dataclass

NANO = 1e-9
SCHEDULED = 2  # in the number of a clock: the clock of all threads of a process, as the scheduler counts
FIGURES = struct.Struct("!dd")
STATISTICS_BYTES = 100


@dataclass(frozen=True)
class Usage:
    """Seconds since a process began; `waited` is None where the kernel does not count it.

    `processor` counts all threads, also those that have ended. `waited` adds up the longest wait of any one
    thread between two looks, so it grows no faster than time, however many threads wait.
    """

    processor: float
    waited: float | None

    def pack(self) -> bytes:
        """Return the bytes from which `unpack_usage` makes the same record."""
        return FIGURES.pack(self.processor, math.nan if self.waited is None else self.waited)


def unpack_usage(content: bytes) -> Usage:
    """Return the record that `pack` wrote."""
    processor, waited = FIGURES.unpack(content)
    return Usage(processor, None if math.isnan(waited) else waited)


class Meter:
    """Reads the usage of one process, which may belong to another user or live in a PID namespace below.

    Attributes: `process` (its number here).
    """

    def __init__(self, process: int) -> None:
        """Look at the process of that number, which must be alive now."""
        self.process = process
        self._clock = ~process << 3 | SCHEDULED
        self._latest: Usage | None = None
        self._waits: dict[str, int] = {}  # of each thread, in nanoseconds
        self._waited = 0
        self._tasks: int | None = None
        with contextlib.suppress(OSError):  # not on Linux, or the mount of /proc hides other processes
            self._tasks = os.open(f"/proc/{process}/task", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def read(self) -> Usage | None:
        """Return the usage up to now, or up to the last look if the process has ended; None if unknown."""
        with contextlib.suppress(OSError):
            processor = time.clock_gettime_ns(self._clock)
            # The threads come second: while they are there, the number above was this process's.
            waited = self._longest_wait() if self._tasks is not None else None
            self._latest = Usage(processor * NANO, None if waited is None else waited * NANO)
        return self._latest

    def close(self) -> None:
        """Close the descriptor."""
        if self._tasks is not None:
            os.close(self._tasks)
        self._tasks = None

    def _longest_wait(self) -> int | None:
        """Add the longest wait since the last look; return the sum. Raises OSError if the process is gone."""
        threads = os.listdir(self._tasks)  # noqa: PTH208 - pathlib lists no descriptors
        waits = {thread: self._wait(thread) for thread in threads}
        known = {thread: wait for thread, wait in waits.items() if wait is not None}
        if not known:
            return None
        self._waited += max(wait - self._waits.get(thread, 0) for thread, wait in known.items())
        self._waits = known
        return self._waited

    def _wait(self, thread: str) -> int | None:
        """Return the nanoseconds that a thread has waited; None if it is gone or not counted."""
        try:
            statistics = os.open(f"{thread}/schedstat", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._tasks)
        except OSError:
            return None
        try:
            return int(os.read(statistics, STATISTICS_BYTES).split()[1])
        except (OSError, IndexError):
            return None
        finally:
            os.close(statistics)
