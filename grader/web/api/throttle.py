"""A brake on guessing: after so many failures from one source, it must wait."""

import threading
import time
from collections import deque

WINDOW_SECONDS = 300
SOURCES = 10_000  # remembered at a time; the oldest are forgotten first


class Throttle:
    """Counts failures by source, in memory. Its methods may be called by any thread."""

    def __init__(self, failures: int) -> None:
        """Allow `failures` of each source in the window."""
        self._allowed = failures
        self._failures: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def wait(self, source: str) -> float:
        """Return how many seconds `source` must wait; 0 if it need not."""
        with self._lock:
            moments = self._recent(source)
            if len(moments) < self._allowed:
                return 0.0
            return max(0.0, moments[-self._allowed] + WINDOW_SECONDS - time.monotonic())

    def fail(self, source: str) -> None:
        """Note a failure of `source`."""
        with self._lock:
            moments = self._recent(source)
            moments.append(time.monotonic())
            self._failures[source] = moments
            while len(self._failures) > SOURCES:
                del self._failures[next(iter(self._failures))]

    def _recent(self, source: str) -> deque[float]:
        moments = self._failures.get(source, deque(maxlen=self._allowed))
        while moments and moments[0] <= time.monotonic() - WINDOW_SECONDS:
            moments.popleft()
        return moments
