"""Measurements of the queue from the rows themselves, the same for every dispatcher."""

from datetime import timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from grader.jobs.queue import DEAD_AFTER_SECONDS, Stats
from grader.store.database import now
from grader.store.states import State
from grader.store.tables import Submission, Worker


def place(session: Session, submission_id: str) -> int | None:
    """Return how many submissions are served up to and with this one; None if it does not wait."""
    own = session.execute(
        select(Submission.priority, Submission.queued_at).where(
            Submission.id == submission_id, Submission.state == State.QUEUED
        )
    ).one_or_none()
    if own is None:
        return None
    priority, queued_at = own
    earlier = or_(
        Submission.queued_at < queued_at,
        and_(Submission.queued_at == queued_at, Submission.id < submission_id),
    )
    ahead = or_(Submission.priority > priority, and_(Submission.priority == priority, earlier))
    counted = select(func.count()).select_from(Submission).where(Submission.state == State.QUEUED, ahead)
    return 1 + session.scalars(counted).one()


def measure(session: Session) -> Stats:
    """Return the state of the queue now."""
    moment = now(session)
    queued = session.execute(
        select(Submission.priority, func.count(), func.min(Submission.queued_at))
        .where(Submission.state == State.QUEUED)
        .group_by(Submission.priority)
    ).all()
    grading = select(func.count()).select_from(Submission).where(Submission.state == State.GRADING)
    alive = Worker.heartbeat_at > moment - timedelta(seconds=DEAD_AFTER_SECONDS)
    workers = session.scalars(select(Worker).where(alive)).all()
    return Stats(
        depth={priority: count for priority, count, _ in queued},
        grading=session.scalars(grading).one(),
        oldest_wait=max(((moment - oldest).total_seconds() for *_, oldest in queued), default=0.0),
        workers=len(workers),
        slots=sum(worker.slots for worker in workers),
        runners=sorted({worker.runner for worker in workers}),
    )
