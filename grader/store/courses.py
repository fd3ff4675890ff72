"""Courses and their assignments."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.core.deadline import DEFAULT_ZONE, in_words, parse_due, zone_named
from grader.store.database import now
from grader.store.tables import AssignmentRow, CourseRow

SHORT_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
HOURLY_LIMIT = 20
STANDARD = ("suite_sha256", "rubric_sha256", "data_sha256", "python", "numpy")  # a service has one folder


@dataclass(frozen=True)
class SubmissionPolicy:
    """The rules of an assignment for its submissions; `hourly_limit` per student, None for no limit."""

    due_at: datetime | None = None
    hourly_limit: int | None = HOURLY_LIMIT
    supersede: bool = True


def short_name(title: str) -> str:
    """Return a short name for links, made from a title. Raises ValueError."""
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:64].strip("-")
    if not SHORT_NAME.fullmatch(name):
        raise ValueError(f"{title!r} has no letter or digit to make a short name of")
    return name


def add_course(session: Session, course_id: str, title: str, time_zone: str = DEFAULT_ZONE) -> CourseRow:
    """Add a course. Raises ValueError for a short name that is taken or invalid, or an unknown time zone."""
    zone_named(time_zone)
    if not SHORT_NAME.fullmatch(course_id):
        raise ValueError(f"{course_id!r}: a short name has small letters, digits and hyphens, 64 at most")
    if session.get(CourseRow, course_id):
        raise ValueError(f"there is a course {course_id!r} already; choose another short name")
    course = CourseRow(id=course_id, title=title, time_zone=time_zone, created_at=now(session))
    session.add(course)
    session.flush()
    return course


def add_assignment(
    session: Session, assignment_id: str, course_id: str, title: str, policy: SubmissionPolicy
) -> AssignmentRow:
    """Add an assignment to a course, with the standard of the others. Raises ValueError when it exists."""
    if session.get(AssignmentRow, assignment_id):
        raise ValueError(f"there is an assignment {assignment_id!r} already; choose another short name")
    sibling = session.scalar(select(AssignmentRow).where(AssignmentRow.suite_sha256 != "").limit(1))
    standard = {name: getattr(sibling, name) for name in STANDARD} if sibling else {}
    assignment = AssignmentRow(
        **standard,
        id=assignment_id,
        course_id=course_id,
        title=title,
        due_at=policy.due_at,
        hourly_limit=policy.hourly_limit,
        supersede=policy.supersede,
        created_at=now(session),
    )
    session.add(assignment)
    session.flush()
    return assignment


def due_in_words(session: Session, assignment: AssignmentRow) -> str | None:
    """Return the deadline in words, in the course's time zone; None if there is none."""
    if assignment.due_at is None:
        return None
    return in_words(assignment.due_at, zone_of(session, assignment))


def zone_of(session: Session, assignment: AssignmentRow) -> str:
    """Return the time zone of an assignment's deadline: that of its course."""
    return session.get_one(CourseRow, assignment.course_id).time_zone


def set_due(session: Session, assignment: AssignmentRow, entered: str | None) -> None:
    """Set the deadline of an assignment from a person's input, or remove it. Raises ValueError."""
    zone = session.get_one(CourseRow, assignment.course_id).time_zone
    assignment.due_at = parse_due(entered, zone) if entered else None
    session.flush()


def set_time_zone(session: Session, course_id: str, time_zone: str) -> None:
    """Change the time zone of a course; deadlines keep their instants. Raises ValueError."""
    zone_named(time_zone)
    session.get_one(CourseRow, course_id).time_zone = time_zone
    session.flush()


def policy_of(assignment: AssignmentRow) -> SubmissionPolicy:
    """Return the rules of an assignment for its submissions."""
    return SubmissionPolicy(assignment.due_at, assignment.hourly_limit, assignment.supersede)


def courses(session: Session) -> Sequence[CourseRow]:
    """Return all courses, oldest first."""
    return session.scalars(select(CourseRow).order_by(CourseRow.created_at, CourseRow.id)).all()


def assignments_in(session: Session, course_ids: Iterable[str]) -> Sequence[AssignmentRow]:
    """Return the assignments of these courses, oldest first."""
    found = select(AssignmentRow).where(AssignmentRow.course_id.in_(tuple(course_ids)))
    return session.scalars(found.order_by(AssignmentRow.created_at, AssignmentRow.id)).all()
