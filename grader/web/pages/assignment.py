"""A student's page of an assignment: hand in, and see what came of it before."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from grader.store.courses import assignments_in
from grader.store.database import now
from grader.store.people import Person
from grader.store.tables import Assignment
from grader.web.api.context import Context, InContext
from grader.web.api.problems import Kind, Problem
from grader.web.api.upload import hand_in
from grader.web.pages.home import task
from grader.web.pages.tries import score_line, tries
from grader.web.pages.view import page
from grader.web.pages.visitor import Visitor

BESIDE_THE_FIELD = {Kind.REFUSED, Kind.INVALID, Kind.TOO_MANY, Kind.UNAVAILABLE, Kind.BAD_REQUEST}
NO_ASSIGNMENT = "There is no such assignment in your courses."

router = APIRouter(prefix="/assignments")


@router.get("/{assignment_id}")
def show_assignment(request: Request, context: InContext, who: Visitor, assignment_id: str) -> Response:
    """Show an assignment to one of its students."""
    return _page(request, context, who, assignment_id)


@router.post("/{assignment_id}/submissions")
async def hand_in_here(
    request: Request,
    context: InContext,
    who: Visitor,
    assignment_id: str,
    hx_request: Annotated[bool, Header()] = False,  # noqa: FBT002 - a header of htmx
) -> Response:
    """Accept an upload and lead to its page, or say beside the field why not."""
    await run_in_threadpool(_check, context, who, assignment_id)
    try:
        accepted = await hand_in(context, who, request, assignment=assignment_id)
    except Problem as problem:
        if problem.kind not in BESIDE_THE_FIELD:
            raise
        template = "hand_in.html.j2" if hx_request else "assignment.html.j2"
        answer = await run_in_threadpool(
            _page, request, context, who, assignment_id, template, problem.kind.status, problem=problem
        )
        answer.headers.update(problem.headers)
        return answer
    there = f"/submissions/{accepted.submission.id}" + ("" if accepted.is_new else "?known=yes")
    return Response(headers={"HX-Redirect": there}) if hx_request else RedirectResponse(there, 303)


def assignment_for(session: Session, who: Person, assignment_id: str) -> Assignment:
    """Return an assignment of one's courses. Raises Problem."""
    for each in assignments_in(session, who.roles):
        if each.id == assignment_id:
            return each
    raise Problem(Kind.NOT_FOUND, NO_ASSIGNMENT)


def _check(context: Context, who: Person, assignment_id: str) -> None:
    with context.database.read() as session:
        assignment_for(session, who, assignment_id)


def _page(  # noqa: PLR0913, PLR0917 - what the page is made of
    request: Request,
    context: Context,
    who: Person,
    assignment_id: str,
    template: str = "assignment.html.j2",
    status: int = 200,
    problem: Problem | None = None,
) -> Response:
    with context.database.read() as session:
        assignment = assignment_for(session, who, assignment_id)
        found = tries(session, who.id, assignment)
        values: dict[str, Any] = {
            "task": task(session, assignment, found, now(session)),
            "tries": found,
            "is_staff": assignment.course_id in who.staff_courses,
        }
    values |= {"scores": score_line(found), "limit": context.archive_bytes, "problem": problem}
    return page(request, template, who, status, assignment=assignment, **values)
