"""A student's page of an assignment: hand in, and see earlier submissions."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from grader.core.advice import next_step
from grader.core.reading import from_document
from grader.core.scoring import Score
from grader.intake import Refused
from grader.render.dashboard import held_up
from grader.store.database import now
from grader.store.submissions import find_report
from grader.store.users import Person
from grader.usecases.access import find_assignment
from grader.usecases.context import Context
from grader.usecases.use_case_error import UseCaseError
from grader.web.api_error import ApiError, ErrorType, to_api_error
from grader.web.dependencies import InContext
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.history import ListedSubmission, best, latest, list_submissions
from grader.web.pages.home_page import task
from grader.web.pages.view import page
from grader.web.upload import hand_in_request

BESIDE_THE_FIELD = {ErrorType.REFUSED, ErrorType.INVALID, ErrorType.TOO_MANY}

router = APIRouter(prefix="/assignments")


@router.get("/{assignment_id}")
def show_assignment(request: Request, context: InContext, who: CurrentUser, assignment_id: str) -> Response:
    """Show an assignment to one of its students."""
    return _page(request, context, who, assignment_id)


@router.post("/{assignment_id}/submissions")
async def hand_in_here(
    request: Request,
    context: InContext,
    who: CurrentUser,
    assignment_id: str,
    hx_request: Annotated[bool, Header()] = False,  # noqa: FBT002 - a header of htmx
) -> Response:
    """Accept an upload and redirect to its page, or show the error beside the field."""
    await run_in_threadpool(_check, context, who, assignment_id)
    try:
        accepted = await hand_in_request(context, who, request, assignment=assignment_id)
    except (ApiError, UseCaseError, Refused) as raised:
        error = raised if isinstance(raised, ApiError) else to_api_error(raised)
        if error.type not in BESIDE_THE_FIELD:
            raise
        template = "hand_in.html.j2" if hx_request else "assignment.html.j2"
        answer = await run_in_threadpool(_page, request, context, who, assignment_id, template, error)
        answer.headers.update(error.headers)
        return answer
    there = f"/submissions/{accepted.submission.id}" + ("" if accepted.is_new else "?known=yes")
    return Response(headers={"HX-Redirect": there}) if hx_request else RedirectResponse(there, 303)


def _score(session: Session, submission: ListedSubmission | None) -> Score | None:
    """Return the score of a submission with its parts; None without a report."""
    if submission is None or submission.attempt is None:
        return None
    document = find_report(session, submission.id, submission.attempt).document
    return from_document(json.loads(document)).score


def _check(context: Context, who: Person, assignment_id: str) -> None:
    with context.database.read() as session:
        find_assignment(session, who, assignment_id)


def _page(  # noqa: PLR0913, PLR0917 - the values of the page
    request: Request,
    context: Context,
    who: Person,
    assignment_id: str,
    template: str = "assignment.html.j2",
    error: ApiError | None = None,
) -> Response:
    with context.database.read() as session:
        assignment = find_assignment(session, who, assignment_id)
        found = list_submissions(session, who.id, assignment)
        counted, newest = (_score(session, each) for each in (best(found), latest(found)))
        step = next_step(newest) if newest else None
        values: dict[str, Any] = {
            "score": counted,
            "next_step": step,
            "held_up": held_up(newest, step) if newest and step else (),
            "task": task(session, assignment, found, now(session)),
            "submissions": found,
            "is_staff": assignment.course_id in who.staff_courses,
        }
    values |= {"limit": context.archive_bytes, "problem": error}
    values |= {"rubric": request.app.state.page_context.rubric}
    status = error.type.status if error else 200
    return page(request, template, who, status, assignment=assignment, **values)
