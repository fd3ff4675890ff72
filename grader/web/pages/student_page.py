"""One student's way through an assignment, for staff."""

from typing import Any

from fastapi import APIRouter, Request, Response

from grader.usecases.access import find_staff_assignment, find_student
from grader.web.dependencies import InContext
from grader.web.pages.current_user import Visitor
from grader.web.pages.history import score_line, tries
from grader.web.pages.view import page

router = APIRouter(prefix="/assignments/{assignment_id}")


@router.get("/students/{user_id}")
def show_student(
    request: Request, context: InContext, who: Visitor, assignment_id: str, user_id: int
) -> Response:
    """Show what a student handed in, and how the score went."""
    with context.database.read() as session:
        assignment = find_staff_assignment(session, who, assignment_id)
        student, member = find_student(session, assignment, user_id)
        found = tries(session, user_id, assignment)
    values: dict[str, Any] = {"assignment": assignment, "student": student, "member": member, "tries": found}
    return page(request, "student.html.j2", who, scores=score_line(found), **values)
