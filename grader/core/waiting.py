"""The expected wait of a submission in the queue, by the present runs and the length of recent ones."""

import heapq
import math
from collections.abc import Sequence
from statistics import fmean

LONGER = 3.0  # so many times the longest recent run, and a few seconds more, is a run like no other
GRACE_SECONDS = 5.0


def expected_wait(place: int, slots: int, running: Sequence[float], recent: Sequence[float]) -> float | None:
    """Return about how many seconds pass until the submission at `place` (1: the next one) begins.

    `running` has the seconds that each run has taken so far, `recent` how long recent runs took in all. The
    answer is None when it cannot be known: each slot has a run that takes far longer than recent ones did.
    """
    left = sorted(_seconds_left(seconds, recent) for seconds in running)
    free = [*[0.0] * (slots - len(left)), *left[max(0, len(left) - slots) :]]
    heapq.heapify(free)
    for _ in range(place - 1):
        heapq.heapreplace(free, free[0] + fmean(recent))
    return None if not free or math.isinf(free[0]) else free[0]


def _seconds_left(seconds: float, recent: Sequence[float]) -> float:
    """Return how long a run goes on that has taken `seconds`: as recent ones did that took longer."""
    longer = [each - seconds for each in recent if each > seconds]
    if longer:
        return fmean(longer)
    return math.inf if seconds > LONGER * max(recent) + GRACE_SECONDS else fmean(recent)
