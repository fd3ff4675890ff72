"""A small course for tests of the service: people, an assignment, uploads."""

from dataclasses import dataclass, replace
from hashlib import sha256

from grader.core.role import Role
from grader.store.courses import SubmissionPolicy, add_assignment, add_course
from grader.store.sign_ins import find_signed_in, issue_link, sign_in_by_link
from grader.store.standard import announce
from grader.store.states import Priority
from grader.store.submissions import Upload, accept
from grader.store.tables import AssignmentRow
from grader.store.users import add_user, set_role
from grader.store.verdict import Verdict
from grader.suite.assignment import load_assignment
from grader.suite.host_fingerprint import fingerprint_of

ASSIGNMENT = "sums"
COURSE = "autumn"


@dataclass(frozen=True)
class SmallCourse:
    """Ids of its people."""

    anna: int
    ben: int
    teacher: int


def make_course(database, **policy):
    """Keep a course with two students and an instructor in `database`."""
    with database.write() as session:
        add_course(session, COURSE, "Autumn")
        add_assignment(session, ASSIGNMENT, COURSE, "Sums", SubmissionPolicy(**policy))
        ids = {name: add_user(session, f"{name}@example.edu").id for name in ("anna", "ben", "teacher")}
        set_role(session, COURSE, ids["anna"], Role.STUDENT, "A")
        set_role(session, COURSE, ids["ben"], Role.STUDENT, "B")
        set_role(session, COURSE, ids["teacher"], Role.INSTRUCTOR)
    return SmallCourse(**ids)


def announce_folder(database, folder):
    """Announce the suite in `folder`, as a service does whose assignment it is."""
    with database.write() as session:
        announce(session, fingerprint_of(load_assignment(folder), {}))


def upload(user_id, content=b"PK", **fields):
    """Return an upload of these bytes."""
    sha256 = content.hex().ljust(64, "0")
    return Upload(user_id, ASSIGNMENT, sha256, content, **fields)


def upload_of(user_id, content):
    """Return an upload under the hash of its bytes, as intake names it."""
    return replace(upload(user_id, content), sha256=sha256(content).hexdigest())


def hand_in(database, queue, user_id, content=b"PK", priority=None, **fields):
    """Accept and enqueue an upload in one transaction; return its submission."""
    with database.write() as session:
        submission = accept(session, upload(user_id, content, **fields), priority)
        queue.enqueue(session, [submission.id], Priority(submission.priority))
    return submission


def of_the_suite(session, made_up):
    """Return a verdict that is made up, with the suite and rubric that the assignment asks."""
    wanted = session.get_one(AssignmentRow, ASSIGNMENT)
    if not wanted.suite_sha256:
        return made_up
    return replace(made_up, suite_sha256=wanted.suite_sha256, rubric_sha256=wanted.rubric_sha256)


def verdict(**fields):
    """Return a verdict of 3 of 5 points."""
    plain = {
        "status": "graded",
        "score": 3.0,
        "max_score": 5,
        "bonus": 0.0,
        "max_bonus": 4,
        "points": {"adding": 3.0, "taking": 0.0, "roots": 0.0},
        "staff_notes": "",
        "failed_tests": (),
        "suite_sha256": "s" * 64,
        "rubric_sha256": "r" * 64,
        "seconds": 1.5,
        "document": "{}",
    }
    return Verdict(**{**plain, **fields})


def signed_in(session, user_id):
    """Return the person whom a new link of this user signs in."""
    return find_signed_in(session, sign_in_by_link(session, issue_link(session, user_id)))
