"""Enrolment: what a roster changes in a course, first as a plan, then in fact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grader.core.role import Role
from grader.store.database import now
from grader.store.people import members, set_role
from grader.store.tables import User

IDENTITIES = ("email", "login", "sis_id")


class Entry(Protocol):
    """One person of a roster; address, login or id says who it is, and each may be empty but one."""

    @property
    def email(self) -> str:
        """The address, or nothing."""

    @property
    def login(self) -> str:
        """The login, or nothing."""

    @property
    def sis_id(self) -> str:
        """The id in the system of the student records, or nothing."""

    @property
    def handle(self) -> str:
        """What the person is called."""

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
    """What becomes different for one person: `add`, or `change` of role, section or identity."""

    what: str
    entry: Entry


def changes(session: Session, course_id: str, entries: Iterable[Entry]) -> list[Change]:
    """Return what would become different in a course if `entries` were enrolled. Raises ValueError."""
    present = {user.id: (member.role, member.section) for user, member in members(session, course_id)}
    planned = []
    for entry in entries:
        user = _known(session, entry)
        known = present.get(user.id) if user else None
        if user is None or known is None:
            planned.append(Change("add", entry))
        elif known != (entry.role, entry.section or known[1]) or _news(user, entry):
            planned.append(Change("change", entry))
    return planned


def enrol(session: Session, course_id: str, planned: Sequence[Change]) -> None:
    """Make the planned changes. Raises ValueError."""
    for change in planned:
        entry = change.entry
        user = _known(session, entry)
        if user is None:
            user = User(email=entry.handle, name=entry.name, created_at=now(session))
            session.add(user)
        for kind, value in _news(user, entry).items():
            setattr(user, kind, value)
        session.flush()
        set_role(session, course_id, user.id, entry.role, entry.section)


def _known(session: Session, entry: Entry) -> User | None:
    """Return the user whom an entry means. Raises ValueError where it means several."""
    stated = {kind: getattr(entry, kind) for kind in IDENTITIES if getattr(entry, kind)}
    own = [getattr(User, kind) == value for kind, value in stated.items()]
    own += [User.email == value for kind, value in stated.items() if kind != "email"]  # had no address before
    found = session.scalars(select(User).where(or_(*own))).all()
    if len(found) > 1:
        names = ", ".join(sorted(user.email for user in found))
        raise ValueError(f"{entry.handle} of the roster is several people here: {names}; make them one first")
    user = next(iter(found), None)
    if user and entry.email and "@" in user.email and user.email != entry.email:
        raise ValueError(f"{entry.handle} of the roster has the address {user.email} here: correct one")
    return user


def _news(user: User, entry: Entry) -> dict[str, str]:
    """Return what an entry says of a person that is not known yet."""
    stated = {kind: getattr(entry, kind) for kind in (*IDENTITIES, "name") if getattr(entry, kind)}
    known = {kind: getattr(user, kind) for kind in stated}
    return {kind: value for kind, value in stated.items() if known[kind] != value and _may(kind, known[kind])}


def _may(kind: str, known: str | None) -> bool:
    """Tell whether what is known may change: what is empty, and a login where an address is wanted."""
    return not known or (kind == "email" and "@" not in known)
