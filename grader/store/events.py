"""Events: the progress of a submission, numbered so that clients can resume."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.states import State
from grader.store.tables import EventRow, SubmissionRow

STATE = "state"
# of a test in an event of kind `tests`; a quiet one has no code, did not run or was not judged
MARK_PASSED, MARK_FAILED, MARK_QUIET, MARK_TO_COME = "p", "f", "n", "."


def add_event(session: Session, submission_id: str, attempt: int, kind: str, data: dict[str, Any]) -> None:
    """Add an event to a submission."""
    session.add(EventRow(submission_id=submission_id, attempt=attempt, kind=kind, data=data, at=now(session)))


def add_state_event(session: Session, submission: SubmissionRow) -> None:
    """Add an event with the state of a submission; reasons of our failures are for staff only."""
    add_state_events(session, [submission])


def add_state_events(session: Session, submissions: Sequence[SubmissionRow]) -> None:
    """Add the state events of many submissions, as `add_state_event`."""
    moment = now(session)
    rows = [
        {"submission_id": each.id, "attempt": each.attempt, "kind": STATE, "data": _state(each), "at": moment}
        for each in submissions
    ]
    session.execute(insert(EventRow), rows)


def add_event_if_current(
    session: Session, submission_id: str, attempt: int, kind: str, data: dict[str, Any]
) -> bool:
    """Add an event of an attempt; return whether the attempt still counts."""
    current = select(SubmissionRow.attempt).where(SubmissionRow.id == submission_id)
    if session.scalar(current.where(SubmissionRow.state == State.GRADING)) != attempt:
        return False
    add_event(session, submission_id, attempt, kind, data)
    return True


def events_since(session: Session, submission_id: str, after: int) -> Sequence[EventRow]:
    """Return the events after the one numbered `after`, in order."""
    found = select(EventRow).where(EventRow.submission_id == submission_id, EventRow.id > after)
    return session.scalars(found.order_by(EventRow.id)).all()


def _state(submission: SubmissionRow) -> dict[str, Any]:
    data = {"state": submission.state.value, "attempt": submission.attempt}
    return {**data, "reason": submission.reason} if submission.state is State.SUPERSEDED else data
