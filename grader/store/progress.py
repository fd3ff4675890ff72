"""Progress: what followers of a submission are told, numbered so that they can resume."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.states import State
from grader.store.tables import Progress, Submission

STATE = "state"


def tell(session: Session, submission_id: str, attempt: int, kind: str, data: dict[str, Any]) -> None:
    """Tell the followers of a submission something."""
    session.add(Progress(submission_id=submission_id, attempt=attempt, kind=kind, data=data, at=now(session)))


def tell_state(session: Session, submission: Submission) -> None:
    """Tell the followers of a submission where it stands now; why we failed is for staff only."""
    tell_states(session, [submission])


def tell_states(session: Session, submissions: Sequence[Submission]) -> None:
    """Tell the followers of many submissions, as `tell_state`."""
    moment = now(session)
    told = [
        {"submission_id": each.id, "attempt": each.attempt, "kind": STATE, "data": _state(each), "at": moment}
        for each in submissions
    ]
    session.execute(insert(Progress), told)


def tell_if_current(
    session: Session, submission_id: str, attempt: int, kind: str, data: dict[str, Any]
) -> bool:
    """Tell what an attempt has reached; tell the caller whether the attempt still counts."""
    current = select(Submission.attempt).where(Submission.id == submission_id)
    if session.scalar(current.where(Submission.state == State.GRADING)) != attempt:
        return False
    tell(session, submission_id, attempt, kind, data)
    return True


def told_since(session: Session, submission_id: str, after: int) -> Sequence[Progress]:
    """Return what was told after the event numbered `after`, in order."""
    found = select(Progress).where(Progress.submission_id == submission_id, Progress.id > after)
    return session.scalars(found.order_by(Progress.id)).all()


def _state(submission: Submission) -> dict[str, Any]:
    data = {"state": submission.state.value, "attempt": submission.attempt}
    return {**data, "reason": submission.reason} if submission.state is State.SUPERSEDED else data
