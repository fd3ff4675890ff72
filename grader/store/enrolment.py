"""Enrolment: plan the changes that a roster brings to a course, and make them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grader.core.role import Role
from grader.store.database import now
from grader.store.tables import UserRow
from grader.store.users import members, set_role

IDENTITIES = ("email", "login", "sis_id")


class EnrolmentEntry(Protocol):
    """One person of a roster, identified by address, login or id; two of them may be empty."""

    @property
    def email(self) -> str:
        """The address, or an empty text."""

    @property
    def login(self) -> str:
        """The login, or an empty text."""

    @property
    def sis_id(self) -> str:
        """The id in the system of the student records, or an empty text."""

    @property
    def handle(self) -> str:
        """The address, or else the login or the id."""

    @property
    def name(self) -> str:
        """The full name, or an empty text."""

    @property
    def role(self) -> Role:
        """The role in the course."""

    @property
    def section(self) -> str:
        """The section, or an empty text."""


@dataclass(frozen=True)
class EnrolmentChange:
    """A change for one person: `add`, or `change` of role, section or identity."""

    what: str
    entry: EnrolmentEntry


def plan_changes(
    session: Session, course_id: str, entries: Iterable[EnrolmentEntry]
) -> list[EnrolmentChange]:
    """Return the changes that enrolling `entries` would bring to a course. Raises ValueError."""
    present = {user.id: (member.role, member.section) for user, member in members(session, course_id)}
    planned = []
    for entry in entries:
        user = _find_user(session, entry)
        known = present.get(user.id) if user else None
        if user is None or known is None:
            planned.append(EnrolmentChange("add", entry))
        elif known != (entry.role, entry.section or known[1]) or _find_news(user, entry):
            planned.append(EnrolmentChange("change", entry))
    return planned


def enrol(session: Session, course_id: str, planned: Sequence[EnrolmentChange]) -> None:
    """Make the planned changes. Raises ValueError."""
    for change in planned:
        entry = change.entry
        user = _find_user(session, entry)
        if user is None:
            user = UserRow(email=entry.handle, name=entry.name, created_at=now(session))
            session.add(user)
        for kind, value in _find_news(user, entry).items():
            setattr(user, kind, value)
        session.flush()
        set_role(session, course_id, user.id, entry.role, entry.section)


def _find_user(session: Session, entry: EnrolmentEntry) -> UserRow | None:
    """Return the user of an entry. Raises ValueError if several users match."""
    stated = {kind: getattr(entry, kind) for kind in IDENTITIES if getattr(entry, kind)}
    own = [getattr(UserRow, kind) == value for kind, value in stated.items()]
    own += [
        UserRow.email == value for kind, value in stated.items() if kind != "email"
    ]  # had no address before
    found = session.scalars(select(UserRow).where(or_(*own))).all()
    if len(found) > 1:
        names = ", ".join(sorted(user.email for user in found))
        raise ValueError(f"{entry.handle} of the roster is several people here: {names}; make them one first")
    user = next(iter(found), None)
    if user and entry.email and "@" in user.email and user.email != entry.email:
        raise ValueError(f"{entry.handle} of the roster has the address {user.email} here: correct one")
    return user


def _find_news(user: UserRow, entry: EnrolmentEntry) -> dict[str, str]:
    """Return the values of an entry that the store does not have yet."""
    stated = {kind: getattr(entry, kind) for kind in (*IDENTITIES, "name") if getattr(entry, kind)}
    known = {kind: getattr(user, kind) for kind in stated}
    return {
        kind: value
        for kind, value in stated.items()
        if known[kind] != value and _may_replace(kind, known[kind])
    }


def _may_replace(kind: str, known: str | None) -> bool:
    """Return whether an entry may replace a value: an empty one, or a login where an address is wanted."""
    return not known or (kind == "email" and "@" not in known)
