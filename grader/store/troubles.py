"""Troubles: the submissions that were not graded because of us, for staff."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.store.states import State
from grader.store.tables import Submission, User


@dataclass(frozen=True)
class Trouble:
    """A submission that we failed to grade, whose it is, and why."""

    submission_id: str
    received_at: datetime
    reason: str
    email: str
    name: str


def troubles(session: Session, assignment_id: str) -> list[Trouble]:
    """Return the submissions of an assignment that ended as `grader_error`, newest first."""
    rows = (
        select(Submission.id, Submission.received_at, Submission.reason, User.email, User.name)
        .join(User, User.id == Submission.user_id)
        .where(Submission.assignment_id == assignment_id, Submission.state == State.GRADER_ERROR)
        .order_by(Submission.received_at.desc(), Submission.id.desc())
    )
    return [Trouble(*row) for row in session.execute(rows)]
