"""Grader failures: the submissions that we failed to grade, for staff."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.store.states import State
from grader.store.tables import SubmissionRow, UserRow


@dataclass(frozen=True)
class GraderFailure:
    """A submission that we failed to grade, with its student and the reason."""

    submission_id: str
    received_at: datetime
    reason: str
    user_id: int
    email: str
    name: str


def find_grader_failures(session: Session, assignment_id: str) -> list[GraderFailure]:
    """Return the submissions of an assignment that ended as `grader_error`, newest first."""
    rows = (
        select(
            SubmissionRow.id,
            SubmissionRow.received_at,
            SubmissionRow.reason,
            UserRow.id,
            UserRow.email,
            UserRow.name,
        )
        .join(UserRow, UserRow.id == SubmissionRow.user_id)
        .where(SubmissionRow.assignment_id == assignment_id, SubmissionRow.state == State.GRADER_ERROR)
        .order_by(SubmissionRow.received_at.desc(), SubmissionRow.id.desc())
    )
    return [GraderFailure(*row) for row in session.execute(rows)]
