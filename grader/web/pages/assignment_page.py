"""A student's page of an assignment: hand in, and see earlier submissions."""

import json
from collections.abc import Mapping, Sequence
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
from grader.store.tables import AssignmentRow
from grader.store.users import Person
from grader.usecases.access import find_assignment
from grader.usecases.context import Context
from grader.usecases.use_case_error import UseCaseError
from grader.web.api_error import ApiError, ErrorType, to_api_error
from grader.web.dependencies import InContext
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.history import ListedSubmission, best, latest, list_submissions
from grader.web.pages.home_page import Task, task
from grader.web.pages.page_context import page_context_of
from grader.web.pages.view import kept_page, page
from grader.web.upload import hand_in_request

BESIDE_THE_FIELD = {ErrorType.REFUSED, ErrorType.INVALID, ErrorType.TOO_MANY}

router = APIRouter(prefix="/assignments")


@router.get("/{assignment_id}")
def show_assignment(request: Request, context: InContext, who: CurrentUser, assignment_id: str) -> Response:
    """Show an assignment to one of its students. The page is kept until something on it changes."""
    assignment, submissions, seen = _find(context, who, assignment_id)

    def find_values() -> Mapping[str, Any]:
        return _values(request, context, assignment, submissions, seen)

    key = [assignment.id, assignment.title, assignment.due_at, submissions, _standing(seen)]
    return kept_page(request, "assignment.html.j2", who, key, find_values)


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
        show = _show_form if hx_request else _show_page
        answer = await run_in_threadpool(show, request, context, who, assignment_id, error)
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


def _find(
    context: Context, who: Person, assignment_id: str
) -> tuple[AssignmentRow, Sequence[ListedSubmission], Task]:
    """Return an assignment, the reader's submissions, and where the reader stands. Raises NotFoundError."""
    with context.database.read() as session:
        assignment = find_assignment(session, who, assignment_id)
        found = list_submissions(session, who.id, assignment)
        return assignment, found, task(session, assignment, found, now(session))


def _standing(seen: Task) -> Sequence[object]:
    """Return all that the page shows of a task, besides its assignment and submissions."""
    return seen.left, seen.due, seen.is_over, seen.is_near, seen.time_left


def _values(
    request: Request,
    context: Context,
    assignment: AssignmentRow,
    submissions: Sequence[ListedSubmission],
    seen: Task,
) -> Mapping[str, Any]:
    """Return the values of the page. It reads one or two reports."""
    with context.database.read() as session:
        counted, newest = (_score(session, each) for each in (best(submissions), latest(submissions)))
    step = next_step(newest) if newest else None
    return {
        **_form_values(context, assignment, seen),
        "score": counted,
        "next_step": step,
        "held_up": held_up(newest, step) if newest and step else (),
        "submissions": submissions,
        "rubric": page_context_of(request).rubric,
    }


def _form_values(context: Context, assignment: AssignmentRow, seen: Task) -> dict[str, Any]:
    """Return the values of the form to hand in."""
    return {"assignment": assignment, "task": seen, "limit": context.archive_bytes, "problem": None}


def _show_page(
    request: Request, context: Context, who: Person, assignment_id: str, error: ApiError
) -> Response:
    """Return the page with an error beside the field."""
    values = {**_values(request, context, *_find(context, who, assignment_id)), "problem": error}
    return page(request, "assignment.html.j2", who, error.type.status, **values)


def _show_form(
    request: Request, context: Context, who: Person, assignment_id: str, error: ApiError
) -> Response:
    """Return the form alone, with an error beside the field."""
    assignment, _, seen = _find(context, who, assignment_id)
    values = {**_form_values(context, assignment, seen), "problem": error}
    return page(request, "hand_in.html.j2", who, error.type.status, **values)
