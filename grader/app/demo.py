"""The demo: a course of made-up people, whose uploads are graded as all others are."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

from sqlalchemy.orm import Session

from grader.app.archive import zipped
from grader.app.service import Service
from grader.core.document import Document, parse_document
from grader.core.role import Role
from grader.intake import read_folder
from grader.settings import SettingsError
from grader.store.audit import OPERATOR, record
from grader.store.courses import assignments_in, courses
from grader.store.database import now
from grader.store.people import add_user, set_role
from grader.store.states import Priority
from grader.store.submissions import Filter, Upload, accept, page
from grader.store.tables import Assignment
from grader.store.tokens import issue_token

FILE = "demo.yaml"
BEGAN = timedelta(days=3)  # ago
BETWEEN = timedelta(hours=2, minutes=35)
TEACHER = "teacher@example.edu"
ROLES: Mapping[str, Role] = {TEACHER: Role.INSTRUCTOR, "assistant@example.edu": Role.GRADER}


@dataclass(frozen=True)
class Student:
    """A made-up person, and the zips that they hand in, oldest first."""

    name: str
    section: str
    archives: tuple[bytes, ...]

    @property
    def email(self) -> str:
        """An address that cannot be anybody's."""
        return f"{self.name.lower().replace(' ', '.')}@example.edu"


def fill_with_demo(service: Service, say: Callable[[str], None]) -> None:
    """Fill a store that has no submissions with the demo, and say the tokens of a teacher and a student.

    Raises DocumentError, OSError, and SettingsError when the assignment has no demo.
    """
    students = read_demo(service.assignment.root)
    with service.database.write() as session:
        if page(session, Filter(), 1):
            return
        [assignment, *_] = assignments_in(session, [courses(session)[0].id])
        for email, role in ROLES.items():
            set_role(session, assignment.course_id, add_user(session, email).id, role)
        steps = count()
        for student in students:
            _enrol(service, session, assignment, student, steps)
        record(session, OPERATOR, "fill with demo", assignment.course_id)
        for email in (TEACHER, students[0].email):
            say(f"{email}: {issue_token(session, add_user(session, email).id, 'demo')}")


def read_demo(root: Path) -> list[Student]:
    """Return the people of the assignment in the folder `root`."""
    file = root / FILE
    if not file.is_file():
        raise SettingsError(f"--demo: the assignment has no {FILE}; start without --demo")
    document = parse_document(file.read_text(encoding="utf-8"), FILE)
    document.reject_unknown("uploads", "students")
    archives = {each.text("name"): _archive(root, each) for each in document.mappings("uploads")}
    return [
        Student(
            each.text("name"), each.text("section"), tuple(archives[name] for name in each.texts("uploads"))
        )
        for each in document.mappings("students")
    ]


def _archive(root: Path, upload: Document) -> bytes:
    """Return the zip of a folder, with the mistake put in."""
    files = dict(read_folder(root / upload.text("folder")).files)
    if "file" in upload:
        file, find = upload.text("file"), upload.text("find").encode()
        if files[file].count(find) != 1:
            raise upload.error("find", f"must be found once in {file}")
        files[file] = files[file].replace(find, upload.text("with").encode())
    return zipped(files)


def _enrol(
    service: Service, session: Session, assignment: Assignment, student: Student, steps: "count[int]"
) -> None:
    """Keep a student and their submissions, handed in over the last days."""
    user = add_user(session, student.email, student.name)
    set_role(session, assignment.course_id, user.id, Role.STUDENT, student.section)
    for content in student.archives:
        upload = Upload(user.id, assignment.id, hashlib.sha256(content).hexdigest(), content)
        submission = accept(session, upload, Priority.BULK)  # whoever tries the demo goes first
        submission.received_at = now(session) - BEGAN + next(steps) * BETWEEN
        service.queue.enqueue(session, submission.id, Priority.BULK)
