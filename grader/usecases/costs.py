"""A rate limit on uploads that spend no attempt: refused, repeated and aborted ones.

Each person has a debt: the seconds of work that such uploads caused. It goes down with time, and an upload
must wait while it is too high. A usual mistake costs some milliseconds of the seconds that are free; the
largest upload costs about one.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from grader.usecases.use_case_error import RateLimitError

FREE_SECONDS = 10.0  # of work, which anyone may cause at once
PAID_BACK = 1 / 30  # seconds of debt that end in a second
BYTES_A_SECOND = 50 << 20  # how fast an upload is received, hashed and read as a form


@dataclass
class Charge:
    """The cost of one upload in seconds of work; 0 once it is a submission."""

    seconds: float


class Costs:
    """Keeps the debts, in memory. Any thread may call it."""

    def __init__(self, free: float = FREE_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        """Allow each person a debt of `free` seconds."""
        self._free = free
        self._clock = clock
        self._debts: dict[int, tuple[float, float]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def charge(self, user_id: int, advance: float) -> Iterator[Charge]:
        """Charge `advance` while the block runs, and then the cost that it sets. Raises RateLimitError."""
        self.begin(user_id, advance)
        charge = Charge(advance)
        try:
            yield charge
        finally:
            self.settle(user_id, advance, charge.seconds)

    def begin(self, user_id: int, seconds: float) -> None:
        """Charge an upload in advance, so that many at once count. Raises RateLimitError."""
        with self._lock:
            debt = self._debt(user_id)
            if debt >= self._free:
                raise _too_costly((debt - self._free) / PAID_BACK)
            self._debts[user_id] = (debt + seconds, self._clock())

    def settle(self, user_id: int, advance: float, seconds: float) -> None:
        """Replace the `advance` with the real cost of an upload."""
        with self._lock:
            debt = max(0.0, self._debt(user_id) + seconds - advance)
            self._debts[user_id] = (debt, self._clock())
            if not debt:
                del self._debts[user_id]

    def _debt(self, user_id: int) -> float:
        debt, at = self._debts.get(user_id, (0.0, 0.0))
        return max(0.0, debt - (self._clock() - at) * PAID_BACK)


def _too_costly(wait: float) -> RateLimitError:
    detail = (
        "Your last uploads were rejected or repeated, and checking them took long. Wait "
        f"{wait + 1:.0f} seconds, and check the zip with `grader submit` or submit.py before you send it."
    )
    return RateLimitError(detail, int(wait) + 1)
