"""The order of service, the same for every dispatcher.

Students come before bulk regrades. Students without a running submission come first, so that no student holds
several slots while others wait. Then the priority decides, then the time in the queue. A further submission
of one student runs only while it leaves a slot free: else the two sleepers of one student would block two
slots for all who come after.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from grader.store.queue.living import list_living
from grader.store.states import WAITING, Priority, State
from grader.store.tables import SubmissionRow

STUDENTS = (Priority.INTERACTIVE, Priority.RESUBMISSION)
REGRADES = (Priority.BULK,)
KEPT_FREE = 1  # slots that a further submission of one student leaves to others


def next_in_line(session: Session, *classes: Sequence[Priority]) -> str | None:
    """Return the submission that is served next, from the first of `classes` that has one.

    The answer may be None while submissions wait: those of students who have a running one, when only one
    slot is free.
    """
    for priorities in classes:
        for priority in priorities:
            if (found := session.scalar(_first(priority, of_busy=False))) is not None:
                return str(found)
        for priority in priorities:
            found = session.scalar(_first(priority, of_busy=True))
            if found is not None and (priority in REGRADES or _count_free_slots(session) > KEPT_FREE):
                return str(found)
    return None


def is_waiting() -> ColumnElement[bool]:
    """Return the condition that a submission is queued and claimed by no worker."""
    return and_(SubmissionRow.state == State.QUEUED, SubmissionRow.worker.is_(None))


def is_busy() -> ColumnElement[bool]:
    """Return the condition that a worker holds a submission of the same student, beside bulk regrades."""
    held = select(SubmissionRow.user_id).where(_is_held(), SubmissionRow.priority > Priority.BULK)
    return SubmissionRow.user_id.in_(held)


def find_busy(session: Session, submission_ids: Iterable[str]) -> set[str]:
    """Return those of `submission_ids` whose student has a running submission."""
    return set(
        session.scalars(select(SubmissionRow.id).where(SubmissionRow.id.in_(submission_ids), is_busy()))
    )


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


def _is_held() -> ColumnElement[bool]:
    """Return the condition that a worker holds a submission."""
    return and_(SubmissionRow.worker.is_not(None), SubmissionRow.state.in_(WAITING))


def _count_free_slots(session: Session) -> int:
    """Return how many ordinary slots of living workers are free; each worker has one more for regrades."""
    is_regrade = SubmissionRow.priority == Priority.BULK
    counted = select(func.count()).select_from(SubmissionRow).where(_is_held())
    students = session.scalars(counted.where(~is_regrade)).one()
    regrades = session.scalars(counted.where(is_regrade)).one()
    workers = list_living(session)
    return sum(worker.slots for worker in workers) - students - max(0, regrades - len(workers))


def _first(priority: Priority, *, of_busy: bool) -> Select[str]:
    """Select the first that waits with this priority, of students who are busy or of those who are not."""
    busy = is_busy() if of_busy else ~is_busy()
    waiting = select(SubmissionRow.id).where(is_waiting(), SubmissionRow.priority == priority, busy)
    return waiting.order_by(SubmissionRow.queued_at, SubmissionRow.id).limit(1)
