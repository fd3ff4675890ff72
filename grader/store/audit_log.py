"""The audit log: changes made by staff. The database keeps every entry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.tables import AuditRow

OPERATOR = "operator"  # the person who runs commands on the host


@dataclass(frozen=True)
class AuditFilter:
    """A filter of entries; an empty field allows all. `before` is the number of a newer entry."""

    courses: Collection[str] | None = None
    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    before: int | None = None


def record(  # noqa: PLR0913 - one parameter for each column
    session: Session,
    actor: str,
    action: str,
    subject: str,
    *,
    course: str | None,
    reason: str = "",
    **details: Any,
) -> None:
    """Record an action in the transaction that does it.

    Instructors of `course` may read the entry; None is for actions that concern a person in all courses.
    """
    entry = AuditRow(
        at=now(session),
        actor=actor,
        action=action,
        subject=subject,
        course=course,
        reason=reason,
        details=details,
    )
    session.add(entry)


def entries(session: Session, wanted: AuditFilter = AuditFilter(), limit: int = 100) -> Sequence[AuditRow]:
    """Return the newest entries that match, newest first."""
    found = select(AuditRow).where(*_conditions(wanted))
    return session.scalars(found.order_by(AuditRow.id.desc()).limit(limit)).all()


def entries_about(session: Session, course: str, subjects: Collection[str]) -> Sequence[AuditRow]:
    """Return the entries of a course about any of these subjects, newest first."""
    found = select(AuditRow).where(AuditRow.course == course, AuditRow.subject.in_(subjects))
    return session.scalars(found.order_by(AuditRow.id.desc())).all()


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    given = {AuditRow.actor: wanted.actor, AuditRow.action: wanted.action, AuditRow.subject: wanted.subject}
    conditions: list[ColumnElement[bool]] = [
        column == value for column, value in given.items() if value is not None
    ]
    if wanted.courses is not None:
        conditions.append(AuditRow.course.in_(wanted.courses))
    if wanted.before is not None:
        conditions.append(AuditRow.id < wanted.before)
    return conditions
