"""Measurements of the queue from the rows themselves, the same for every dispatcher."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.queue.living import list_living
from grader.store.queue.port import Stats
from grader.store.queue.service_order import is_before, is_busy, is_waiting
from grader.store.states import State
from grader.store.tables import SubmissionRow


def find_place(session: Session, submission_id: str) -> int | None:
    """Return the number of submissions served up to and with this one; None if it does not wait."""
    found = select(SubmissionRow, is_busy()).where(
        SubmissionRow.id == submission_id, SubmissionRow.state == State.QUEUED
    )
    row = session.execute(found).one_or_none()
    if row is None:
        return None
    own, busy = row
    if own.worker is not None:
        return 1  # a worker claimed it
    counted = select(func.count()).select_from(SubmissionRow).where(is_waiting(), is_before(own, busy=busy))
    return 1 + session.scalars(counted).one()


def measure(session: Session) -> Stats:
    """Return the state of the queue now."""
    moment = now(session)
    queued = session.execute(
        select(SubmissionRow.priority, func.count(), func.min(SubmissionRow.queued_at))
        .where(SubmissionRow.state == State.QUEUED)
        .group_by(SubmissionRow.priority)
    ).all()
    grading = select(func.count()).select_from(SubmissionRow).where(SubmissionRow.state == State.GRADING)
    workers = list_living(session)
    return Stats(
        depth={priority: count for priority, count, _ in queued},
        grading=session.scalars(grading).one(),
        oldest_wait=max(((moment - oldest).total_seconds() for *_, oldest in queued), default=0.0),
        workers=len(workers),
        slots=sum(worker.slots for worker in workers),
        runners=sorted({worker.runner for worker in workers}),
        refusals=sorted({worker.refusal for worker in workers if worker.refusal}),
        warnings=sorted({worker.warning for worker in workers if worker.warning}),
    )
