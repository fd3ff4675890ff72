"""What one student has handed in for one assignment, numbered in the order of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from grader.store.states import WAITING, State
from grader.store.tables import Assignment, Report, Submission


@dataclass(frozen=True)
class Try:
    """A submission in a list: the numbers of its report are None until there is one."""

    number: int
    id: str
    state: State
    received_at: datetime
    score: float | None
    max_score: int | None
    bonus: float | None
    max_bonus: int | None
    is_late: bool

    @property
    def waits(self) -> bool:
        """Whether a verdict is still to come."""
        return self.state in WAITING


def tries(session: Session, user_id: int, assignment: Assignment) -> list[Try]:
    """Return all that the student handed in, oldest first."""
    current = and_(Report.submission_id == Submission.id, Report.attempt == Submission.attempt)
    own = select(Submission, Report).outerjoin(Report, current)
    own = own.where(Submission.user_id == user_id, Submission.assignment_id == assignment.id)
    rows = session.execute(own.order_by(Submission.received_at, Submission.id)).all()
    due = assignment.due_at
    return [
        Try(
            number,
            submission.id,
            submission.state,
            submission.received_at,
            report.score if report else None,
            report.max_score if report else None,
            report.bonus if report else None,
            report.max_bonus if report else None,
            is_late=due is not None and submission.received_at > due,
        )
        for number, (submission, report) in enumerate(rows, start=1)
    ]


def best(found: Sequence[Try]) -> Try | None:
    """Return the try with the highest score, the earliest of equals; None if none has a score."""
    scored = [each for each in found if each.score is not None]
    return max(scored, key=lambda each: (each.score or 0, each.bonus or 0), default=None)


def latest(found: Sequence[Try]) -> Try | None:
    """Return the newest try that has a score."""
    return next((each for each in reversed(found) if each.score is not None), None)
