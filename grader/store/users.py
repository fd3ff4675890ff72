"""Users and their roles in courses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.core.role import STAFF, Role
from grader.store.database import now
from grader.store.tables import AssignmentRow, CourseRow, MembershipRow, UserRow

ASSIGNMENTS = (AssignmentRow.id.label("assignment_id"), AssignmentRow.title.label("assignment_title"))
OLDEST_FIRST = (CourseRow.created_at, CourseRow.id, AssignmentRow.created_at, AssignmentRow.id)
EVERY_COURSE = (
    select(CourseRow.id.label("course_id"), CourseRow.title, *ASSIGNMENTS)
    .outerjoin(AssignmentRow, AssignmentRow.course_id == CourseRow.id)
    .order_by(*OLDEST_FIRST)
)


@dataclass(frozen=True)
class Person:
    """A user with the role in each course, and the titles of these courses and of their assignments.

    `assignments` has the title of each assignment by course and id, oldest first.
    """

    id: int
    email: str
    name: str
    roles: dict[str, Role]
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)
    assignments: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)

    @property
    def staff_courses(self) -> tuple[str, ...]:
        """The courses whose submissions this person may see."""
        return tuple(course for course, role in self.roles.items() if role in STAFF)


def normal_email(text: str) -> str:
    """Return an e-mail address in its stored form. Raises ValueError."""
    email = text.strip().lower()
    name, at, host = email.rpartition("@")
    if not (name and at and host) or any(c.isspace() or not c.isprintable() for c in email):
        raise ValueError(f"{text!r} is no e-mail address")
    return email


def find_user(session: Session, named: str) -> UserRow | None:
    """Return the user with that address, login or id; None if there is none."""
    known = named.strip().lower()
    for column, value in ((UserRow.email, known), (UserRow.login, known), (UserRow.sis_id, named.strip())):
        if user := session.scalar(select(UserRow).where(column == value)):
            return user
    return None


def add_user(session: Session, email: str, name: str = "") -> UserRow:
    """Return the user with that address, added if there was none. Raises ValueError."""
    address = normal_email(email)
    user = find_user(session, address)
    if user is None:
        user = UserRow(email=address, name=name, created_at=now(session))
        session.add(user)
        session.flush()
    return user


def set_role(session: Session, course_id: str, user_id: int, role: Role, section: str = "") -> None:
    """Make a user a member of a course, or change the role."""
    member = session.get(MembershipRow, (course_id, user_id))
    if member is None:
        session.add(MembershipRow(course_id=course_id, user_id=user_id, role=role, section=section))
    else:
        member.role, member.section = role, section or member.section
    session.flush()


def everywhere(session: Session, who: Person) -> Person:
    """Return `who` with all courses if an admin: the admin of one course is the admin of all."""
    if Role.ADMIN not in who.roles.values():
        return who
    rows = session.execute(EVERY_COURSE).all()
    titles = {row.course_id: row.title for row in rows}
    roles = dict.fromkeys(titles, Role.ADMIN)
    return replace(who, roles=roles, titles=titles, assignments=titles_by_course(rows))


def titles_by_course(rows: Iterable[Any]) -> dict[str, dict[str, str]]:
    """Return the titles of the assignments in `rows`, by course and id. A course may have none."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.assignment_id is not None:
            found.setdefault(row.course_id, {})[row.assignment_id] = row.assignment_title
    return found


def members(session: Session, course_id: str) -> Sequence[tuple[UserRow, MembershipRow]]:
    """Return the people of a course, in the order of their addresses."""
    rows = select(UserRow, MembershipRow).join(MembershipRow, MembershipRow.user_id == UserRow.id)
    found = session.execute(rows.where(MembershipRow.course_id == course_id).order_by(UserRow.email))
    return [(user, member) for user, member in found]
