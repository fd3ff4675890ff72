"""The first page: one's courses, and what there is to do in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from grader.core.deadline import is_late
from grader.core.role import STAFF, Role
from grader.store.admission import tries_left
from grader.store.courses import assignments_in, due_in_words
from grader.store.database import now
from grader.store.people import Person
from grader.store.tables import Assignment, Course
from grader.web.dependencies import InContext
from grader.web.pages.current_user import Visitor
from grader.web.pages.history import Try, best, latest, tries
from grader.web.pages.view import page

router = APIRouter()


@dataclass(frozen=True)
class Task:
    """An assignment as one of its students sees it; `left` is None where there is no limit."""

    assignment: Assignment
    count: int
    best: Try | None
    latest: Try | None
    left: int | None
    due: str | None
    is_over: bool


@dataclass(frozen=True)
class Membership:
    """A course and what the reader is in it; `tasks` has an entry for each assignment."""

    course: Course
    role: Role
    tasks: Sequence[Task]

    @property
    def is_staff(self) -> bool:
        """Whether the reader sees everybody's work."""
        return self.role in STAFF


@router.get("/")
def show_home(request: Request, context: InContext, who: Visitor) -> Response:
    """Show the courses of who is signed in."""
    with context.database.read() as session:
        memberships = [
            Membership(session.get_one(Course, course_id), role, _tasks(session, who, course_id))
            for course_id, role in who.roles.items()
        ]
        return page(request, "home.html.j2", who, memberships=memberships)


def task(session: Session, assignment: Assignment, found: Sequence[Try], moment: datetime) -> Task:
    """Return how an assignment stands at `moment` for a student who handed `found` in."""
    return Task(
        assignment,
        len(found),
        best(found),
        latest(found),
        tries_left(assignment.hourly_limit, found, moment),
        due=due_in_words(session, assignment),
        is_over=is_late(moment, assignment.due_at),
    )


def _tasks(session: Session, who: Person, course_id: str) -> list[Task]:
    moment = now(session)
    assignments = assignments_in(session, [course_id])
    return [task(session, each, tries(session, who.id, each), moment) for each in assignments]
