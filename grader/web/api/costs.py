"""What uploads that come to nothing cost us, by person: whoever causes much work is slowed down by that work.

A refused upload, a repeated one and one that is broken off spend no attempt. Each is charged instead with the
seconds of work that it caused. The debt goes down with time. A usual mistake costs some milliseconds of the
seconds that are free; the largest upload costs about one.
"""

import threading
import time
from collections.abc import Callable

from grader.web.api.problems import Kind, Problem

FREE_SECONDS = 10.0  # of work, which anyone may cause at once
PAID_BACK = 1 / 30  # seconds of debt that end in a second
BYTES_A_SECOND = 50 << 20  # how fast an upload is received, hashed and read as a form


class Costs:
    """Keeps the debts, in memory. Its methods may be called by any thread."""

    def __init__(self, free: float = FREE_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        """Let everybody have `free` seconds of work done for nothing."""
        self._free = free
        self._clock = clock
        self._debts: dict[int, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def begin(self, user_id: int, seconds: float) -> None:
        """Charge an upload in advance, so that many at once count. Raises Problem at too high a debt."""
        with self._lock:
            debt = self._debt(user_id)
            if debt >= self._free:
                raise _too_costly((debt - self._free) / PAID_BACK)
            self._debts[user_id] = (debt + seconds, self._clock())

    def settle(self, user_id: int, advance: float, seconds: float) -> None:
        """Charge what an upload did cost, not the `advance`."""
        with self._lock:
            debt = max(0.0, self._debt(user_id) + seconds - advance)
            self._debts[user_id] = (debt, self._clock())
            if not debt:
                del self._debts[user_id]

    def _debt(self, user_id: int) -> float:
        debt, at = self._debts.get(user_id, (0.0, 0.0))
        return max(0.0, debt - (self._clock() - at) * PAID_BACK)


def _too_costly(wait: float) -> Problem:
    detail = (
        "Your last uploads were refused or known already, and checking them took long. Wait "
        f"{wait + 1:.0f} seconds, and check the zip with `grader submit` or submit.py before you send it."
    )
    return Problem(Kind.TOO_MANY, detail, headers={"Retry-After": str(int(wait) + 1)})
