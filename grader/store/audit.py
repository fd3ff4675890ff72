"""The audit: what staff did that changed something, kept for good."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.tables import Audit

OPERATOR = "operator"  # whoever runs commands on the host


@dataclass(frozen=True)
class Wanted:
    """Which entries are asked for; an empty field asks for all. `before` is the number of a newer entry."""

    courses: Collection[str] | None = None
    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    before: int | None = None


def record(  # noqa: PLR0913 - who, what, to whom, where and why
    session: Session,
    actor: str,
    action: str,
    subject: str,
    *,
    course: str | None,
    reason: str = "",
    **details: Any,
) -> None:
    """Write down who did what to whom and why, in the transaction that does it.

    `course` is the one whose instructors may read it; None is for what concerns a person in all courses.
    """
    entry = Audit(
        at=now(session),
        actor=actor,
        action=action,
        subject=subject,
        course=course,
        reason=reason,
        details=details,
    )
    session.add(entry)


def entries(session: Session, wanted: Wanted = Wanted(), limit: int = 100) -> Sequence[Audit]:
    """Return the newest entries of those wanted, newest first."""
    found = select(Audit).where(*_conditions(wanted))
    return session.scalars(found.order_by(Audit.id.desc()).limit(limit)).all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    given = {Audit.actor: wanted.actor, Audit.action: wanted.action, Audit.subject: wanted.subject}
    conditions: list[ColumnElement[bool]] = [
        column == value for column, value in given.items() if value is not None
    ]
    if wanted.courses is not None:
        conditions.append(Audit.course.in_(wanted.courses))
    if wanted.before is not None:
        conditions.append(Audit.id < wanted.before)
    return conditions
