"""The submissions that workers hold: by the rows, and in fact."""

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from grader.store.attempts import release
from grader.store.states import WAITING, Priority, State
from grader.store.tables import SubmissionRow

Enqueue = Callable[[Session, list[str], Priority], None]


class HeldSubmissions:
    """The submissions that this process really works on. Any thread may ask."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._lock = threading.Lock()
        self._ids: set[str] = set()

    def __contains__(self, submission_id: str) -> bool:
        with self._lock:
            return submission_id in self._ids

    def add(self, submission_id: str) -> None:
        """Hold a submission; call this before the claim is committed."""
        with self._lock:
            self._ids.add(submission_id)

    def discard(self, submission_id: str) -> None:
        """Stop holding a submission; call this when nothing works on it."""
        with self._lock:
            self._ids.discard(submission_id)

    @contextmanager
    def hold(self, submission_id: str) -> Iterator[None]:
        """Hold a submission while the block runs."""
        self.add(submission_id)
        try:
            yield
        finally:
            self.discard(submission_id)


def give_back(session: Session, worker: str, held: HeldSubmissions, enqueue: Enqueue) -> int:
    """Queue again the rows of `worker` that it does not hold; return their number."""
    own = select(SubmissionRow).where(SubmissionRow.worker == worker, SubmissionRow.state.in_(WAITING))
    rows = session.scalars(own.with_for_update()).all()
    return _queue_again(session, [row for row in rows if row.id not in held], enqueue)


def take_from_dead(session: Session, living: Collection[str], enqueue: Enqueue) -> int:
    """Queue again the submissions of dead workers; return their number."""
    begun_by_nobody = and_(
        SubmissionRow.state == State.GRADING, SubmissionRow.worker.is_(None)
    )  # from a backup
    held = and_(SubmissionRow.worker.is_not(None), SubmissionRow.state.in_(WAITING))
    rows = session.scalars(select(SubmissionRow).where(or_(held, begun_by_nobody)).with_for_update()).all()
    return _queue_again(session, [row for row in rows if row.worker not in living], enqueue)


def _queue_again(session: Session, rows: Collection[SubmissionRow], enqueue: Enqueue) -> int:
    for row in rows:
        release(session, row.id)
        enqueue(session, [row.id], Priority(row.priority))
    return len(rows)
