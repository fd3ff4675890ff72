"""The stamp of a class: it changes with any row that the pages of the class depend on.

Pages that are kept have it in their key. Reports and times of arrival never change. Each change of a
submission moves a count or a newest time. People and the assignment are in the stamp as they are.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from grader.store.tables import AssignmentRow, MembershipRow, ReportRow, SubmissionRow, UserRow

SUBMISSIONS = (
    select(
        SubmissionRow.state,
        func.count(),
        func.sum(SubmissionRow.attempt),
        func.max(SubmissionRow.received_at),
        func.max(SubmissionRow.queued_at),
        func.max(SubmissionRow.taken_at),
        func.max(SubmissionRow.finished_at),
    )
    .where(SubmissionRow.assignment_id == bindparam("assignment"))
    .group_by(SubmissionRow.state)
    .order_by(SubmissionRow.state)
)
REPORTS = select(func.count(), func.max(ReportRow.created_at))
PEOPLE = (
    select(UserRow.id, UserRow.email, UserRow.name, MembershipRow.section, MembershipRow.role)
    .join(MembershipRow, MembershipRow.user_id == UserRow.id)
    .where(MembershipRow.course_id == bindparam("course"))
    .order_by(UserRow.id)
)


@dataclass(frozen=True)
class ClassStamp:
    """The values of the assignment, and rows about its submissions, all reports, and the people."""

    assignment: tuple[Any, ...]
    submissions: tuple[Any, ...]
    reports: tuple[Any, ...]
    people: tuple[Any, ...]


def stamp_class(session: Session, assignment: AssignmentRow) -> ClassStamp:
    """Return the stamp of an assignment's class."""
    ask = session.connection().execute
    return ClassStamp(
        assignment=tuple(getattr(assignment, column.key) for column in AssignmentRow.__table__.columns),
        submissions=tuple(map(tuple, ask(SUBMISSIONS, {"assignment": assignment.id}))),
        reports=tuple(ask(REPORTS).one()),
        people=tuple(map(tuple, ask(PEOPLE, {"course": assignment.course_id}))),
    )
