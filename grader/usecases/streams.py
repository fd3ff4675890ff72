"""Event streams: a limit for each person, and an end when the session of that person ends."""

import threading
import time
from collections import Counter
from collections.abc import Callable

from grader.usecases.use_case_error import RateLimitError

ASK_SECONDS = 2.0  # between two checks of the session
RETRY_SECONDS = 30


class Streams:
    """Counts the open streams of each person, in this process."""

    def __init__(self, most: int) -> None:
        """Allow each person `most` streams at a time."""
        self._most = most
        self._open: Counter[int] = Counter()
        self._lock = threading.Lock()

    def open(self, user_id: int) -> None:
        """Count a stream. Raises RateLimitError when the person has too many."""
        with self._lock:
            if self._open[user_id] >= self._most:
                raise RateLimitError(
                    f"You follow {self._most} submissions already. Close a tab or program that follows one, "
                    "or reload this page from time to time.",
                    RETRY_SECONDS,
                )
            self._open[user_id] += 1

    def close(self, user_id: int) -> None:
        """Count a stream no more."""
        with self._lock:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]


class StillAllowed:
    """Whether a person may still follow a submission: sessions end and roles change meanwhile."""

    def __init__(self, check: Callable[[], bool]) -> None:
        """Call `check` every ASK_SECONDS."""
        self._check = check
        self._checked_at = time.monotonic()

    def __call__(self) -> bool:
        """Return False once the person may not."""
        if time.monotonic() - self._checked_at < ASK_SECONDS:
            return True
        self._checked_at = time.monotonic()
        return self._check()
