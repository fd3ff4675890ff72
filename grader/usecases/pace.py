"""The pace of the queue: the wait at a place, estimated from running submissions and recent verdicts."""

import math
import time
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from grader.core.waiting import expected_wait
from grader.store.database import now
from grader.store.queue import Queue
from grader.store.queue.service_order import KEPT_FREE
from grader.store.states import Priority, State
from grader.store.tables import ReportRow, SubmissionRow

RECENT_REPORTS = 50
FIRST_GUESS_SECONDS = 10.0
FRESH_SECONDS = 2.0  # many ask, and the answer hardly changes
GAP_SECONDS = 5.0  # most that a slot is held beside the run itself
NOBODY_GRADES = "No worker can grade now. The submission stays in the queue until one can."
RUNS_TAKE_LONG = "All workers are busy with long submissions. The wait is unknown."


@dataclass(frozen=True)
class _Flow:
    """The queue at a moment.

    Attributes: `slots`, `queued` (submissions of students), `running` (seconds of each run so far), `recent`
    (seconds of recent runs).
    """

    slots: int
    queued: int
    running: tuple[float, ...]
    recent: tuple[float, ...]


class Pace:
    """Estimates waits. Any thread may ask."""

    def __init__(self, queue: Queue) -> None:
        """Measure `queue`."""
        self._queue = queue
        self._flow: _Flow | None = None
        self._measured_at = -math.inf

    def wait(self, session: Session, place: int, *, is_busy: bool = False) -> int | None:
        """Return about how many seconds the submission at `place` waits; None if it cannot be known.

        `is_busy` says that a submission of the same student runs, so that fewer slots serve this one.
        """
        flow = self._fresh(session)
        slots = max(1, flow.slots - KEPT_FREE) if is_busy else flow.slots
        seconds = expected_wait(place, slots, flow.running, flow.recent) if flow.slots else None
        return None if seconds is None else math.ceil(seconds)

    def crowd(self, session: Session) -> tuple[int, int]:
        """Return how many submissions of students are queued, and how many are graded at a time."""
        flow = self._fresh(session)
        return flow.queued, flow.slots

    def reason(self, session: Session) -> str:
        """Return why a wait cannot be known."""
        return RUNS_TAKE_LONG if self._fresh(session).slots else NOBODY_GRADES

    def _fresh(self, session: Session) -> _Flow:
        flow = self._flow
        if flow is None or time.monotonic() - self._measured_at > FRESH_SECONDS:
            self._flow = flow = self._measure(session)
            self._measured_at = time.monotonic()
        return flow

    def _measure(self, session: Session) -> _Flow:
        moment = now(session)
        begun = select(SubmissionRow.taken_at).where(
            SubmissionRow.state == State.GRADING, SubmissionRow.priority > Priority.BULK
        )
        running = [max(0.0, (moment - at).total_seconds()) for at in session.scalars(begun) if at]
        recent = _recent(session) or [FIRST_GUESS_SECONDS]
        stats = self._queue.stats(session)
        queued = sum(count for priority, count in stats.depth.items() if priority > Priority.BULK)
        return _Flow(stats.slots, queued, tuple(running), tuple(recent))


def _recent(session: Session) -> list[float]:
    """Return how long the newest verdicts held a slot; a clock that jumped counts as the run itself."""
    same = and_(ReportRow.submission_id == SubmissionRow.id, ReportRow.attempt == SubmissionRow.attempt)
    newest = (
        select(ReportRow.seconds, ReportRow.created_at, SubmissionRow.taken_at)
        .join(SubmissionRow, same)
        .order_by(ReportRow.created_at.desc())
        .limit(RECENT_REPORTS)
    )
    return [
        min(max(seconds, (ended - begun).total_seconds()), seconds + GAP_SECONDS) if begun else seconds
        for seconds, ended, begun in session.execute(newest)
    ]
