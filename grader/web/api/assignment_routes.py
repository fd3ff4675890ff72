"""Routes of assignments, and of the signed-in person."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from grader.store.courses import assignments_in, due_in_words
from grader.store.tables import AssignmentRow
from grader.usecases.access import find_assignment
from grader.web.api.auth import SignedIn
from grader.web.api.bodies import AssignmentBody, PersonBody, describe_errors
from grader.web.api.submission_body import PREFIX
from grader.web.dependencies import InContext

ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {}}, "description": "The project that students start from."}
}

router = APIRouter(tags=["assignments"])


@router.get("/me", summary="Who am I", responses=describe_errors())
def get_me(who: SignedIn) -> PersonBody:
    """Return the owner of the token with the roles in each course."""
    return PersonBody(email=who.email, name=who.name, roles=who.roles)


@router.get("/assignments", summary="List assignments", responses=describe_errors())
def list_assignments(context: InContext, who: SignedIn) -> list[AssignmentBody]:
    """List the assignments of the person's courses."""
    with context.database.read() as session:
        return [_body(session, each) for each in assignments_in(session, who.roles)]


@router.get(
    "/assignments/{assignment_id}/template.zip",
    summary="Get the template",
    response_class=Response,
    responses={**ZIP, **describe_errors(404)},
)
def get_template(assignment_id: str, context: InContext, who: SignedIn) -> Response:
    """Return the project that students start from, as a zip."""
    with context.database.read() as session:
        find_assignment(session, who, assignment_id)
    headers = {"Content-Disposition": 'attachment; filename="template.zip"'}
    return Response(context.template(), media_type="application/zip", headers=headers)


def _body(session: Session, assignment: AssignmentRow) -> AssignmentBody:
    return AssignmentBody(
        id=assignment.id,
        course=assignment.course_id,
        title=assignment.title,
        due_at=assignment.due_at,
        due_in_words=due_in_words(session, assignment),
        hourly_limit=assignment.hourly_limit,
        supersede=assignment.supersede,
        links={"template": f"{PREFIX}/assignments/{assignment.id}/template.zip"},
    )
