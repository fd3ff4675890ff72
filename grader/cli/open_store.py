"""Opens the store of the settings for commands, and finds people and courses in it."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING

from grader.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from grader.store import Database
    from grader.store.tables import AssignmentRow, UserRow


def open_store() -> AbstractContextManager[Database]:
    """Open the store that the settings name; it must be there. A ValueError of it counts as a usage error."""
    from grader.store import open_existing

    return _open_with(open_existing)


def open_or_make_store() -> AbstractContextManager[Database]:
    """Open the store that the settings name, and make it where there is none; otherwise as `open_store`."""
    from grader.store import open_database

    return _open_with(open_database)


@contextmanager
def _open_with(open_store: Callable[[str], Database]) -> Iterator[Database]:
    from grader.service_settings import read_service_settings

    url = read_service_settings().database
    try:
        with closing(open_store(url)) as database:
            yield database
    except ValueError as wrong:
        raise SettingsError(str(wrong)) from None


def only_course(session: Session, wanted: str | None) -> str:
    """Return the course that is meant. Raises SettingsError when it is not clear."""
    from grader.store.courses import courses

    names = [course.id for course in courses(session)]
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted in names:
        return str(wanted)
    known = f"the courses are {', '.join(names)}" if names else "make one with `grader course create`"
    raise SettingsError(f"--course {wanted or 'is missing'}: {known}")


def only_assignment(session: Session, course_id: str, wanted: str | None) -> AssignmentRow:
    """Return the assignment of a course that is meant. Raises SettingsError when it is not clear."""
    from grader.store.courses import assignments_in

    found = {each.id: each for each in assignments_in(session, [course_id])}
    if wanted is None and len(found) == 1:
        return next(iter(found.values()))
    if wanted in found:
        return found[str(wanted)]
    raise SettingsError(f"--assignment {wanted or 'is missing'}: course {course_id} has {', '.join(found)}")


def require_user(session: Session, email: str) -> UserRow:
    """Return the user with that address. Raises SettingsError."""
    from grader.store.users import find_user

    user = find_user(session, email)
    if user is None:
        raise SettingsError(f"no user has the address {email}; add them with `grader user add`")
    return user
