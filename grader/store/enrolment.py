"""Enrolment: what a roster changes in a course, first as a plan, then in fact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from grader.core.role import Role
from grader.store.people import add_user, members, normal_email, set_role


class Entry(Protocol):
    """One person of a roster."""

    @property
    def email(self) -> str:
        """The address, which says who it is."""

    @property
    def name(self) -> str:
        """The full name, or nothing."""

    @property
    def role(self) -> Role:
        """What the person is in the course."""

    @property
    def section(self) -> str:
        """The section, or nothing."""


@dataclass(frozen=True)
class Change:
    """What becomes different for one person: `add`, or `change` of role or section."""

    what: str
    entry: Entry


def changes(session: Session, course_id: str, entries: Iterable[Entry]) -> list[Change]:
    """Return what would become different in a course if `entries` were enrolled. Raises ValueError."""
    present = {user.email: (member.role, member.section) for user, member in members(session, course_id)}
    planned = []
    for entry in entries:
        known = present.get(normal_email(entry.email))
        if known is None:
            planned.append(Change("add", entry))
        elif known != (entry.role, entry.section or known[1]):
            planned.append(Change("change", entry))
    return planned


def enrol(session: Session, course_id: str, planned: Sequence[Change]) -> None:
    """Make the planned changes."""
    for change in planned:
        entry = change.entry
        user = add_user(session, entry.email, entry.name)
        set_role(session, course_id, user.id, entry.role, entry.section)
