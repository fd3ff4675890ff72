"""Fills a store with the demo: its people, and their submissions for workers to grade."""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy.orm import Session

from grader.app.demo.demo_course import load_demo_course
from grader.app.demo.demo_people import STUDENTS, TEACHER
from grader.app.demo.plan import TIME_LEFT, DemoStudent, PlannedEnd, PlannedSubmission, plan
from grader.app.demo.project import Projects
from grader.app.entry import Entry
from grader.app.service import Service
from grader.core.role import Role
from grader.store.attempts import fail, take
from grader.store.courses import SubmissionPolicy, add_assignment, add_course, short_name
from grader.store.database import now
from grader.store.queue import Queue
from grader.store.states import Priority
from grader.store.submissions import Upload, accept, cancel, supersede
from grader.store.tables import CourseRow, SubmissionRow
from grader.store.users import add_user, set_role
from grader.template.files import zipped

COURSE = "demo"
WORKER = "demo"
FAILED = "SandboxError: no space left on device (made up for the demo)"


def fill(service: Service, say: Callable[[str], None], entry: Entry) -> None:
    """Add the demo course unless it exists, and print by `entry` how its people sign in.

    Raises DocumentError and FileNotFoundError when the assignment's demo_course.yaml is wrong.
    """
    lines = []
    with service.database.write() as session:
        if session.get(CourseRow, COURSE) is None:
            _course(session, service)
            lines.append("The demo course is being graded.")
        for email, _ in (TEACHER, STUDENTS[0]):
            lines.append(entry(session, add_user(session, email), service.settings))
    say("\n".join(lines))


def _course(session: Session, service: Service) -> None:
    """Add the course with its people and submissions."""
    rubric, root = service.assignment.rubric, service.assignment.root
    demo = load_demo_course(root)
    students = plan(demo, [part.id for part in rubric.parts])
    add_course(session, COURSE, "Demo course")
    policy = SubmissionPolicy(due_at=now(session) + TIME_LEFT)
    assignment = add_assignment(session, f"{COURSE}-{short_name(rubric.title)}", COURSE, rubric.title, policy)
    _member(session, *TEACHER, Role.INSTRUCTOR)
    ids = {
        each.email: _member(session, each.email, each.name, Role.STUDENT, each.section) for each in students
    }
    maker = _SubmissionMaker(session, service.queue, assignment.id, Projects(root, demo))
    for student, handed_in in _newest_first(students):
        maker.accept(ids[student.email], handed_in)


def _member(session: Session, email: str, name: str, role: Role, section: str = "") -> int:
    user_id = add_user(session, email, name).id
    set_role(session, COURSE, user_id, role, section)
    return user_id


def _newest_first(students: Sequence[DemoStudent]) -> Iterator[tuple[DemoStudent, PlannedSubmission]]:
    """Yield the newest submission of each student, then the second newest of each, and so on."""
    for place in range(max(len(student.submissions) for student in students)):
        for student in students:
            yield from ((student, handed_in) for handed_in in student.submissions[place : place + 1])


class _SubmissionMaker:
    """Makes the submissions of the demo's students, the newest of each student first."""

    def __init__(self, session: Session, queue: Queue, assignment_id: str, projects: Projects) -> None:
        self._session = session
        self._queue = queue
        self._assignment_id = assignment_id
        self._projects = projects
        self._newest: dict[int, SubmissionRow] = {}

    def accept(self, user_id: int, handed_in: PlannedSubmission) -> None:
        """Accept a submission as of the time in the plan, and end it as planned."""
        content = zipped(self._projects.files(handed_in.work))
        upload = Upload(user_id, self._assignment_id, hashlib.sha256(content).hexdigest(), content)
        submission = accept(self._session, upload, Priority.RESUBMISSION)
        submission.received_at -= handed_in.age
        self._end(submission, self._newest.setdefault(user_id, submission), handed_in.end)

    def _end(self, submission: SubmissionRow, newest: SubmissionRow, end: PlannedEnd) -> None:
        match end:
            case PlannedEnd.VERDICT:
                self._queue.enqueue(self._session, [submission.id], Priority.RESUBMISSION)
            case PlannedEnd.SUPERSEDED:
                supersede(self._session, newest)
            case PlannedEnd.CANCELLED:
                cancel(self._session, submission.id)
            case PlannedEnd.GRADER_ERROR:
                while job := take(self._session, submission.id, WORKER):
                    fail(self._session, job, FAILED)
