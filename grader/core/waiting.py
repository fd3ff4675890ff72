"""The expected wait of a submission in the queue, by the present runs and the length of recent ones."""

import heapq
import math
from collections.abc import Sequence
from statistics import fmean

LONGER = 3.0  # so many times the longest recent run, and a few seconds more, is a run like no other
GRACE_SECONDS = 5.0


def expected_wait(place: int, slots: int, running: Sequence[float], recent: Sequence[float]) -> float | None:
    """Return about how many seconds pass until the submission at `place` (1: the next one) begins.

    `running` has the seconds that each run has taken so far, `recent` how long recent runs took in all. One
    run may turn out to take far longer than all others and to block its slot. So the answer lies between the
    wait with all slots and the wait with one fewer: with two slots, it is wrong by a factor of 1.5 at most in
    either case. The answer is None when nobody can know: each slot has a run that takes far longer than
    recent ones did.
    """
    left = sorted(_seconds_left(seconds, recent) for seconds in running)
    free = [*[0.0] * (slots - len(left)), *left[max(0, len(left) - slots) :]]
    free = [seconds for seconds in free if math.isfinite(seconds)]
    if not free:
        return None
    blocked_one = free[:-1] if len(free) == slots > 1 else free  # the longest, if none is blocked yet
    return math.sqrt(_wait(place, free, recent) * _wait(place, blocked_one, recent))


def _wait(place: int, free: Sequence[float], recent: Sequence[float]) -> float:
    """Return when `place` begins if slots become free after `free` seconds and each run takes the mean."""
    heap = list(free)
    for _ in range(place - 1):
        heapq.heapreplace(heap, heap[0] + fmean(recent))
    return heap[0]


def _seconds_left(seconds: float, recent: Sequence[float]) -> float:
    """Return how long a run goes on that has taken `seconds`: as recent ones did that took longer."""
    longer = [each - seconds for each in recent if each > seconds]
    if longer:
        return fmean(longer)
    return math.inf if seconds > LONGER * max(recent) + GRACE_SECONDS else fmean(recent)
