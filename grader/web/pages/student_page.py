"""The submissions of one student for an assignment, for staff."""

from typing import Any

from fastapi import APIRouter, Request, Response

from grader.usecases.access import find_staff_assignment, find_student
from grader.web.dependencies import InContext
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.history import list_submissions
from grader.web.pages.view import page

router = APIRouter(prefix="/assignments/{assignment_id}")


@router.get("/students/{user_id}")
def show_student(
    request: Request, context: InContext, who: CurrentUser, assignment_id: str, user_id: int
) -> Response:
    """Show the submissions of a student, and the scores over time."""
    with context.database.read() as session:
        assignment = find_staff_assignment(session, who, assignment_id)
        student, member = find_student(session, assignment, user_id)
        found = list_submissions(session, user_id, assignment)
    values: dict[str, Any] = {"assignment": assignment, "student": student, "member": member}
    return page(request, "student.html.j2", who, submissions=found, **values)
