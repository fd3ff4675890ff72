"""The order of service, the same for every dispatcher.

Students come before bulk regrades. Students without a running submission come first, so that no student holds
several slots while others wait. Then the priority decides, then the time in the queue.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from grader.store.states import WAITING, Priority, State
from grader.store.tables import SubmissionRow

STUDENTS = (Priority.INTERACTIVE, Priority.RESUBMISSION)
REGRADES = (Priority.BULK,)


def next_in_line(session: Session, *classes: Sequence[Priority]) -> str | None:
    """Return the submission that is served next, from the first of `classes` that has one."""
    for priorities in classes:
        for of_busy in (False, True):
            for priority in priorities:
                if (found := session.scalar(_first(priority, of_busy=of_busy))) is not None:
                    return str(found)
    return None


def is_waiting() -> ColumnElement[bool]:
    """Return the condition that a submission is queued and claimed by no worker."""
    return and_(SubmissionRow.state == State.QUEUED, SubmissionRow.worker.is_(None))


def is_busy() -> ColumnElement[bool]:
    """Return the condition that a worker holds a submission of the same student."""
    held = select(SubmissionRow.user_id).where(
        SubmissionRow.worker.is_not(None), SubmissionRow.state.in_(WAITING)
    )
    return SubmissionRow.user_id.in_(held)


def is_before(own: SubmissionRow, *, busy: bool) -> ColumnElement[bool]:
    """Return the condition that a waiting submission is served before `own`, whose student is `busy`."""
    earlier = or_(
        SubmissionRow.queued_at < own.queued_at,
        and_(SubmissionRow.queued_at == own.queued_at, SubmissionRow.id < own.id),
    )
    by_priority = or_(
        SubmissionRow.priority > own.priority, and_(SubmissionRow.priority == own.priority, earlier)
    )
    in_class = or_(~is_busy(), by_priority) if busy else and_(~is_busy(), by_priority)
    if own.priority > Priority.BULK:
        return and_(SubmissionRow.priority > Priority.BULK, in_class)
    return or_(SubmissionRow.priority > Priority.BULK, in_class)


def _first(priority: Priority, *, of_busy: bool) -> Select[str]:
    """Select the first that waits with this priority, of students who are busy or of those who are not."""
    busy = is_busy() if of_busy else ~is_busy()
    waiting = select(SubmissionRow.id).where(is_waiting(), SubmissionRow.priority == priority, busy)
    return waiting.order_by(SubmissionRow.queued_at, SubmissionRow.id).limit(1)
