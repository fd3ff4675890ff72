"""The home page: the person's courses, and the assignments in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from grader.core.deadline import is_late
from grader.core.role import STAFF, Role
from grader.store.admission import count_attempts_left
from grader.store.courses import assignments_in, due_in_words
from grader.store.database import now
from grader.store.tables import AssignmentRow, CourseRow
from grader.store.users import Person
from grader.usecases.context import Context
from grader.usecases.use_case_error import NotFoundError
from grader.web.dependencies import InContext
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.history import ListedSubmission, best, latest, list_submissions
from grader.web.pages.view import countdown, page

NEAR = timedelta(days=2)

router = APIRouter()


@dataclass(frozen=True)
class Task:
    """An assignment as one of its students sees it.

    `left` is None if there is no limit, and `time_left` if there is no deadline or it is over. `is_near`
    tells whether the deadline is at most two days away.
    """

    assignment: AssignmentRow
    count: int
    best: ListedSubmission | None
    latest: ListedSubmission | None
    left: int | None
    due: str | None
    is_over: bool
    is_near: bool
    time_left: str | None


@dataclass(frozen=True)
class CourseView:
    """A course with the reader's role; `tasks` has an entry for each assignment."""

    course: CourseRow
    role: Role
    tasks: Sequence[Task]

    @property
    def is_staff(self) -> bool:
        """Whether the reader sees the work of all students."""
        return self.role in STAFF


@router.get("/")
def show_home(request: Request, context: InContext, who: CurrentUser) -> Response:
    """Show the courses of the signed-in person."""
    return _page(request, context, who, "Your courses", list(who.roles))


@router.get("/courses/{course_id}")
def show_course(request: Request, context: InContext, who: CurrentUser, course_id: str) -> Response:
    """Show one course of the signed-in person. Raises NotFoundError."""
    if course_id not in who.roles:
        raise NotFoundError("There is no such course, or you are not in it.")
    return _page(request, context, who, who.titles[course_id], [course_id])


def _page(request: Request, context: Context, who: Person, title: str, courses: Sequence[str]) -> Response:
    with context.database.read() as session:
        memberships = [
            CourseView(session.get_one(CourseRow, each), who.roles[each], _tasks(session, who, each))
            for each in courses
        ]
        return page(request, "home.html.j2", who, title=title, memberships=memberships)


def task(
    session: Session, assignment: AssignmentRow, found: Sequence[ListedSubmission], moment: datetime
) -> Task:
    """Return the state of an assignment at `moment` for a student with the submissions `found`."""
    is_over = is_late(moment, assignment.due_at)
    left = assignment.due_at - moment if assignment.due_at and not is_over else None
    return Task(
        assignment,
        len(found),
        best(found),
        latest(found),
        count_attempts_left(assignment.hourly_limit, found, moment),
        due=due_in_words(session, assignment),
        is_over=is_over,
        is_near=left is not None and left < NEAR,
        time_left=None if left is None else countdown(left.total_seconds()),
    )


def _tasks(session: Session, who: Person, course_id: str) -> list[Task]:
    moment = now(session)
    assignments = assignments_in(session, [course_id])
    return [task(session, each, list_submissions(session, who.id, each), moment) for each in assignments]
