"""Rosters: the CSV files in which Canvas and Gradescope list a course's people."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.core.role import Role

COLUMNS: Mapping[str, tuple[str, ...]] = {  # what we need: the headers that hold it, in small letters
    "email": ("email", "email address", "sis login id", "login id"),
    "name": ("name", "full name", "student"),
    "first": ("first name",),
    "last": ("last name",),
    "section": ("section", "sections", "section name"),
    "role": ("role",),
}
ROLES: Mapping[str, Role] = {
    "": Role.STUDENT,
    "student": Role.STUDENT,
    "studentenrollment": Role.STUDENT,
    "ta": Role.GRADER,
    "taenrollment": Role.GRADER,
    "reader": Role.GRADER,
    "grader": Role.GRADER,
    "instructor": Role.INSTRUCTOR,
    "teacher": Role.INSTRUCTOR,
    "teacherenrollment": Role.INSTRUCTOR,
}
NOBODY = ("points possible", "student, test")  # rows of a Canvas gradebook that are no people


class RosterError(ValueError):
    """A roster cannot be read; the message says where."""


@dataclass(frozen=True)
class Entry:
    """One person of a roster."""

    email: str
    name: str
    role: Role
    section: str


def read_roster(text: str) -> list[Entry]:
    """Return the people of a roster. Raises RosterError with the line."""
    reader = csv.DictReader(io.StringIO(text))
    columns = _columns(reader.fieldnames or [])
    people = [_entry(row, columns, reader.line_num) for row in reader if not _is_nobody(row, columns)]
    return list({entry.email: entry for entry in people}.values())


def _columns(headers: Sequence[str]) -> dict[str, str]:
    """Return which header holds what we need."""
    written = {header.strip().lower(): header for header in headers}
    found = {
        need: written[name] for need, names in COLUMNS.items() for name in reversed(names) if name in written
    }
    if "email" not in found:
        raise RosterError(
            "line 1: no column holds e-mail addresses; it must be called Email, or SIS Login ID as in Canvas"
        )
    return found


def _is_nobody(row: Mapping[str, str | None], columns: Mapping[str, str]) -> bool:
    name = _value(row, columns, "name").lower()
    return not any(row.values()) or name.startswith(NOBODY)


def _entry(row: Mapping[str, str | None], columns: Mapping[str, str], line: int) -> Entry:
    email = _value(row, columns, "email").lower()
    if "@" not in email:
        raise RosterError(f"line {line}: {email!r} is no e-mail address")
    role = ROLES.get(_value(row, columns, "role").lower().replace(" ", ""))
    if role is None:
        raise RosterError(f"line {line}: the role {_value(row, columns, 'role')!r} is unknown")
    parts = [_value(row, columns, part) for part in ("first", "last")]
    name = " ".join(filter(None, parts)) or _value(row, columns, "name")
    section = _value(row, columns, "section")
    if not (name + section).isprintable():
        raise RosterError(
            f"line {line}: {name + section!r} holds characters that cannot be printed: leave them out"
        )
    return Entry(email, name, role, section)


def _value(row: Mapping[str, str | None], columns: Mapping[str, str], need: str) -> str:
    return (row.get(columns.get(need, "")) or "").strip()
