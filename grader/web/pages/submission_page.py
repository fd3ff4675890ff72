"""The page of one submission: it waits, it has a report, or it ended without one."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from grader.core.reading import from_document
from grader.core.role import LEADS
from grader.render.html import report_values
from grader.seed import derive_seed
from grader.store.places import stored_places
from grader.store.states import VERDICT, WAITING
from grader.store.submissions import find_report
from grader.store.tables import AssignmentRow, SubmissionRow, UserRow
from grader.store.users import Person
from grader.usecases.access import find_submission, is_staff_of
from grader.usecases.read_code import find_places
from grader.usecases.regrade import cancel_submission, regrade_submission
from grader.usecases.show import reason_for_students
from grader.web.dependencies import InContext
from grader.web.fields import REASON_CHARACTERS, Reason
from grader.web.pages.current_user import CurrentUser
from grader.web.pages.history import best, list_submissions, standing
from grader.web.pages.live_page import picture
from grader.web.pages.page_context import InPageContext
from grader.web.pages.view import kept_page, page

router = APIRouter(prefix="/submissions")


@router.get("/{submission_id}")
def show_submission(  # noqa: PLR0913, PLR0917 - the values of the page
    request: Request,
    context: InContext,
    page_context: InPageContext,
    who: CurrentUser,
    submission_id: str,
    known: str = "",
) -> Response:
    """Show a submission to its student, or to staff."""
    with context.database.read() as session:
        submission = find_submission(session, who, submission_id)
        values = common_values(session, who, submission) | {"known": known == "yes"}
        if values["is_staff"]:
            values["seed"] = derive_seed(page_context.secret, submission.archive_sha256)
        attempt = values["this"].attempt
        is_final = submission.state in VERDICT and attempt is not None
        if not is_final:
            values["report_row"] = None if attempt is None else find_report(session, submission_id, attempt)
        if submission.state in WAITING:
            now = picture(context, page_context, session, submission)
            return page(request, "waiting.html.j2", who, now=now, **values)
        has_places = is_final and stored_places(session, submission_id, attempt) is not None
    if not is_final:
        reason = submission.reason if values["is_staff"] else reason_for_students(submission)
        return page(request, "ended.html.j2", who, reason=reason, **values)

    def find_values() -> Mapping[str, Any]:
        with context.database.read() as session:
            row = find_report(session, submission_id, attempt)
            report = from_document(json.loads(row.document))
            places = find_places(session, row, report)
        handout_path = page_context.handout_of(submission.assignment_id)
        shown = report_values(report, handout_path, f"/submissions/{submission_id}/code", places)
        stands = standing(values["submissions"], values["this"])
        return {**values, **shown, "standing": stands, "report_row": row}

    return kept_page(request, "submission.html.j2", who, [*_key(values), has_places], find_values)


@router.post("/{submission_id}/cancel")
def cancel(context: InContext, who: CurrentUser, submission_id: str) -> Response:
    """Cancel a submission that is still queued."""
    cancel_submission(context, who, submission_id)
    return RedirectResponse(f"/submissions/{submission_id}", 303)


@router.post("/{submission_id}/regrade")
def regrade(
    context: InContext,
    who: CurrentUser,
    submission_id: str,
    reason: Annotated[Reason, Form()],
) -> Response:
    """Queue a submission for another verdict; staff state the reason."""
    regrade_submission(context, who, submission_id, reason)
    return RedirectResponse(f"/submissions/{submission_id}", 303)


def _key(values: Mapping[str, Any]) -> Sequence[object]:
    """Return all that the page of a report depends on; the report of an attempt never changes.

    Its places are a record of their own, which comes once.
    """
    submission, assignment, student = values["submission"], values["assignment"], values["student"]
    return (
        (submission.id, submission.state, values["known"], values["this"].attempt),
        (assignment.title, assignment.due_at, student.name, student.email),
        values["submissions"],
    )


def common_values(session: Session, who: Person, submission: SubmissionRow) -> dict[str, Any]:
    """Return the values that the pages of a submission need in every state."""
    assignment = session.get_one(AssignmentRow, submission.assignment_id)
    found = list_submissions(session, submission.user_id, assignment)
    return {
        "submission": submission,
        "assignment": assignment,
        "student": session.get_one(UserRow, submission.user_id),
        "submissions": found,
        "this": next(each for each in found if each.id == submission.id),
        "best": best(found),
        "is_staff": is_staff_of(session, who, submission),
        "is_own": submission.user_id == who.id,
        "may_regrade": who.roles.get(assignment.course_id) in LEADS,
        "reason_characters": REASON_CHARACTERS,
    }
