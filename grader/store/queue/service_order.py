"""The order of service, the same for every dispatcher.

Students come before regrades of many. Of the students, those of whom nothing is being graded come first, so
that none holds several slots while others wait. Then the priority decides, then the time in the queue.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from grader.store.states import WAITING, Priority, State
from grader.store.tables import Submission

STUDENTS = (Priority.INTERACTIVE, Priority.RESUBMISSION)
REGRADES = (Priority.BULK,)


def next_in_line(session: Session, *classes: Sequence[Priority]) -> str | None:
    """Return the submission that is served next, of the first of `classes` in which one waits."""
    for priorities in classes:
        for of_busy in (False, True):
            for priority in priorities:
                if (found := session.scalar(_first(priority, of_busy=of_busy))) is not None:
                    return str(found)
    return None


def is_waiting() -> ColumnElement[bool]:
    """Return the condition that a submission is queued and claimed by no worker."""
    return and_(Submission.state == State.QUEUED, Submission.worker.is_(None))


def is_busy() -> ColumnElement[bool]:
    """Return the condition that a worker holds a submission of the same student."""
    held = select(Submission.user_id).where(Submission.worker.is_not(None), Submission.state.in_(WAITING))
    return Submission.user_id.in_(held)


def is_before(own: Submission, *, busy: bool) -> ColumnElement[bool]:
    """Return the condition that a waiting submission is served before `own`, whose student is `busy`."""
    earlier = or_(
        Submission.queued_at < own.queued_at,
        and_(Submission.queued_at == own.queued_at, Submission.id < own.id),
    )
    by_priority = or_(Submission.priority > own.priority, and_(Submission.priority == own.priority, earlier))
    in_class = or_(~is_busy(), by_priority) if busy else and_(~is_busy(), by_priority)
    if own.priority > Priority.BULK:
        return and_(Submission.priority > Priority.BULK, in_class)
    return or_(Submission.priority > Priority.BULK, in_class)


def _first(priority: Priority, *, of_busy: bool) -> Select[str]:
    """Select the first that waits with this priority, of students who are busy or of those who are not."""
    busy = is_busy() if of_busy else ~is_busy()
    waiting = select(Submission.id).where(is_waiting(), Submission.priority == priority, busy)
    return waiting.order_by(Submission.queued_at, Submission.id).limit(1)
