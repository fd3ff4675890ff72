"""The pace of the queue: how long a submission at some place waits, by the newest verdicts and all slots."""

import math
import time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.jobs import Queue
from grader.store.tables import Report

RECENT_REPORTS = 50
FIRST_GUESS_SECONDS = 10.0
FRESH_SECONDS = 2.0  # many ask, and the answer hardly changes


class Pace:
    """Seconds from one place in the queue to the next. Any thread may ask."""

    def __init__(self, queue: Queue) -> None:
        """Measure `queue`."""
        self._queue = queue
        self._seconds: float | None = None
        self._measured_at = -math.inf

    def wait(self, session: Session, place: int) -> int | None:
        """Return about how many seconds the submission at `place` waits; None while nobody grades."""
        if time.monotonic() - self._measured_at > FRESH_SECONDS:
            self._seconds = self._measure(session)
            self._measured_at = time.monotonic()
        return None if self._seconds is None else math.ceil((place - 1) * self._seconds)

    def _measure(self, session: Session) -> float | None:
        slots = self._queue.stats(session).slots
        if not slots:
            return None
        recent = select(Report.seconds).order_by(Report.created_at.desc()).limit(RECENT_REPORTS).subquery()
        mean = session.scalar(select(func.avg(recent.c.seconds))) or FIRST_GUESS_SECONDS
        return float(mean) / slots
