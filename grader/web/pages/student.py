"""One student's way through an assignment, for staff."""

from typing import Any

from fastapi import APIRouter, Request, Response

from grader.store.tables import Membership, User
from grader.web.api.context import InContext
from grader.web.api.problems import Kind, Problem
from grader.web.pages.staff import staff_assignment
from grader.web.pages.tries import score_line, tries
from grader.web.pages.view import page
from grader.web.pages.visitor import Visitor

router = APIRouter(prefix="/assignments/{assignment_id}")


@router.get("/students/{user_id}")
def show_student(
    request: Request, context: InContext, who: Visitor, assignment_id: str, user_id: int
) -> Response:
    """Show what a student handed in, and how the score went."""
    with context.database.read() as session:
        assignment = staff_assignment(session, who, assignment_id)
        member = session.get(Membership, (assignment.course_id, user_id))
        student = session.get(User, user_id)
        if member is None or student is None:
            raise Problem(Kind.NOT_FOUND, "There is no such student in this course.")
        found = tries(session, user_id, assignment)
    values: dict[str, Any] = {"assignment": assignment, "student": student, "member": member, "tries": found}
    return page(request, "student.html.j2", who, scores=score_line(found), **values)
