"""The page of one submission: it waits, it has a report, or it ended without one."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from grader.core.reading import from_document
from grader.core.role import LEADS
from grader.render.html import report_values
from grader.seed import derive_seed
from grader.store.people import Person
from grader.store.states import VERDICT, WAITING
from grader.store.submissions import newest_report
from grader.store.tables import Assignment, Submission, User
from grader.web.api.acting import cancel_for, regrade_for
from grader.web.api.bodies import REASON_CHARACTERS, Reason
from grader.web.api.context import InContext
from grader.web.api.showing import is_staff_of, reason_for_students, visible
from grader.web.pages.live import picture
from grader.web.pages.site import OnSite
from grader.web.pages.tries import best, tries
from grader.web.pages.view import page
from grader.web.pages.visitor import Visitor

router = APIRouter(prefix="/submissions")


@router.get("/{submission_id}")
def show_submission(  # noqa: PLR0913, PLR0917 - what the page is made of
    request: Request, context: InContext, site: OnSite, who: Visitor, submission_id: str, known: str = ""
) -> Response:
    """Show a submission to its student, or to staff."""
    with context.database.read() as session:
        submission = visible(session, who, submission_id)
        report = newest_report(session, submission_id)
        values = _common(session, who, submission) | {"report_row": report, "known": known == "yes"}
        if values["is_staff"]:
            values["seed"] = derive_seed(site.secret, submission.archive_sha256)
        if submission.state in WAITING:
            now = picture(context, site, session, submission)
            return page(request, "waiting.html.j2", who, now=now, **values)
    if submission.state in VERDICT and report is not None:
        values |= report_values(from_document(json.loads(report.document)))
        return page(request, "submission.html.j2", who, **values)
    reason = submission.reason if values["is_staff"] else reason_for_students(submission)
    return page(request, "ended.html.j2", who, reason=reason, **values)


@router.post("/{submission_id}/cancel")
def cancel(context: InContext, who: Visitor, submission_id: str) -> Response:
    """Cancel a submission that is still queued."""
    cancel_for(context, who, submission_id)
    return RedirectResponse(f"/submissions/{submission_id}", 303)


@router.post("/{submission_id}/regrade")
def regrade(
    context: InContext,
    who: Visitor,
    submission_id: str,
    reason: Annotated[Reason, Form()],
) -> Response:
    """Have a submission graded again, by staff, who say why."""
    regrade_for(context, who, submission_id, reason)
    return RedirectResponse(f"/submissions/{submission_id}", 303)


def _common(session: Session, who: Person, submission: Submission) -> dict[str, Any]:
    """Return what the page says in every state."""
    assignment = session.get_one(Assignment, submission.assignment_id)
    found = tries(session, submission.user_id, assignment)
    return {
        "submission": submission,
        "assignment": assignment,
        "student": session.get_one(User, submission.user_id),
        "tries": found,
        "this": next(each for each in found if each.id == submission.id),
        "best": best(found),
        "is_staff": is_staff_of(session, who, submission),
        "is_own": submission.user_id == who.id,
        "may_regrade": who.roles.get(assignment.course_id) in LEADS,
        "reason_characters": REASON_CHARACTERS,
    }
