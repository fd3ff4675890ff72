"""The workers that live, by the heartbeats in their rows."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.queue import watch
from grader.store.tables import WorkerProcessRow


def list_living(session: Session) -> Sequence[WorkerProcessRow]:
    """Return the workers whose last heartbeat is near now, before or after it: a clock may jump."""
    moment, near = now(session), timedelta(seconds=watch.DEAD_AFTER_SECONDS)
    beat = WorkerProcessRow.heartbeat_at
    found = select(WorkerProcessRow).where(beat > moment - near, beat < moment + near)
    return session.scalars(found.order_by(WorkerProcessRow.id)).all()
