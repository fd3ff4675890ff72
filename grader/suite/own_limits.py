"""Limits of the grader's own process: the memory and processor time that a submission's data may cost it."""

import contextlib
import faulthandler
import math
import resource
import signal
import time
from collections.abc import Iterator

RESERVE = 64 << 20  # bytes above the limit of a test, in which its verdict is written
TEST_SECONDS = 60  # of processor time: many times that of reading the largest answers that a test accepts


class OwnLimits:
    """The limits of a job's fork of the suite's process, while a test runs in it.

    A test that reaches the limit of memory gets a MemoryError. One that reaches the limit of processor time
    ends the process, which first logs its stack: no data may cost that much, so the grader has a mistake.
    """

    def __init__(self, memory: int) -> None:
        """Hold at most `memory` bytes while a test runs."""
        self._memory = memory
        faulthandler.register(signal.SIGXCPU, all_threads=False, chain=True)
        _set_limit(resource.RLIMIT_DATA, memory + RESERVE, memory + RESERVE)

    @contextlib.contextmanager
    def of_a_test(self) -> Iterator[None]:
        """Limit the code inside."""
        _set_limit(resource.RLIMIT_DATA, self._memory, self._memory + RESERVE)
        _set_limit(resource.RLIMIT_CPU, math.ceil(time.process_time()) + TEST_SECONDS, resource.RLIM_INFINITY)
        try:
            yield
        finally:
            _set_limit(resource.RLIMIT_DATA, self._memory + RESERVE, self._memory + RESERVE)


def _set_limit(limit: int, soft: int, hard: int) -> None:
    with contextlib.suppress(ValueError):  # a stricter limit is in force, or macOS does not know this one
        resource.setrlimit(limit, (soft, hard))
