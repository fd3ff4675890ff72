"""Routes of submissions: hand in, list, look at one, cancel, regrade, get the bytes back."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from grader.intake import is_zip, suffix
from grader.store.audit import record
from grader.store.courses import assignments_in
from grader.store.people import Person, find_user
from grader.store.states import State
from grader.store.submissions import Filter, page
from grader.store.tables import Archive, Submission
from grader.web.api.acting import cancel_for, regrade_for
from grader.web.api.auth import SignedIn
from grader.web.api.bodies import PageBody, ReasonBody, SubmissionBody, problems
from grader.web.api.context import Context, InContext
from grader.web.api.problems import Kind, Problem
from grader.web.api.showing import course_of, show, show_all, show_new, visible
from grader.web.api.upload import FORM, hand_in

PAGE = 50
LARGEST_PAGE = 200

router = APIRouter(prefix="/submissions", tags=["submissions"])


@router.post(
    "",
    status_code=202,
    openapi_extra=FORM,
    summary="Hand in",
    responses={
        200: {
            "model": SubmissionBody,
            "description": "These bytes were handed in before; this is that submission.",
        },
        **problems(400, 404, 413, 415),
    },
)
async def hand_in_submission(
    request: Request,
    response: Response,
    context: InContext,
    who: SignedIn,
    idempotency_key: Annotated[
        str | None, Header(description="The same key and bytes again give the same submission.")
    ] = None,
) -> SubmissionBody:
    """Hand in a zip: it is checked at once, kept, and queued."""
    accepted = await hand_in(context, who, request, idempotency_key)
    response.headers["Location"] = f"{request.url.path.rstrip('/')}/{accepted.submission.id}"
    if accepted.queued is None:
        response.status_code = 200
        return await run_in_threadpool(_show, context, who, accepted.submission.id)
    return show_new(who, accepted.submission, accepted.queued)


@router.get("", summary="List submissions", responses=problems())
def list_submissions(  # noqa: PLR0913, PLR0917 - one parameter for each filter
    context: InContext,
    who: SignedIn,
    assignment: Annotated[str | None, Query(description="Only of this assignment.")] = None,
    state: Annotated[list[State] | None, Query(description="Only in these states.")] = None,
    student: Annotated[str | None, Query(description="Only of this e-mail address; staff only.")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> PageBody:
    """List submissions, newest first: one's own, or for staff those of their courses."""
    before = _position(cursor) if cursor else None
    with context.database.read() as session:
        own_only = not who.staff_courses
        courses = who.roles if own_only else who.staff_courses
        ids = [each.id for each in assignments_in(session, courses) if assignment in {None, each.id}]
        user_id = who.id if own_only else None
        if student is not None and not own_only:
            user_id = _user_id(context, student)
        wanted = Filter(user_id, ids, state or (), before)
        rows = page(session, wanted, limit + 1)
        shown = show_all(context, session, who, rows[:limit])
    return PageBody(submissions=shown, next=_cursor(rows[limit - 1]) if len(rows) > limit else None)


@router.get("/{submission_id}", summary="Look at a submission", responses=problems(404))
def get_submission(submission_id: str, context: InContext, who: SignedIn) -> SubmissionBody:
    """Say where a submission stands; reading it again and again is a way to wait."""
    return _show(context, who, submission_id)


@router.delete("/{submission_id}", summary="Cancel a submission", responses=problems(404, 409))
def cancel_submission(submission_id: str, context: InContext, who: SignedIn) -> SubmissionBody:
    """Cancel a submission while it is queued; it costs no attempt."""
    cancel_for(context, who, submission_id)
    return _show(context, who, submission_id)


@router.post(
    "/{submission_id}/regrade", status_code=202, summary="Grade again", responses=problems(403, 404, 409)
)
def regrade_submission(
    submission_id: str, body: ReasonBody, context: InContext, who: SignedIn
) -> SubmissionBody:
    """Queue a finished submission for another verdict; for instructors, who say why."""
    regrade_for(context, who, submission_id, body.reason)
    return _show(context, who, submission_id)


@router.get(
    "/{submission_id}/archive",
    summary="Get the bytes back",
    response_class=Response,
    responses={
        200: {"content": {"application/zip": {}}, "description": "What was handed in."},
        **problems(404),
    },
)
def get_archive(submission_id: str, context: InContext, who: SignedIn) -> Response:
    """Return the very bytes that were handed in."""
    with context.database.read() as session:
        submission = visible(session, who, submission_id)
        content = session.get_one(Archive, submission.archive_sha256).content
        if not content:
            raise Problem(Kind.NOT_FOUND, "Its archive was pruned: the reports are kept, the zip is not.")
        course, foreign = course_of(session, submission), submission.user_id != who.id
    if foreign:
        with context.database.write() as session:
            record(session, who.email, "read archive", submission_id, course=course)
    headers = {"Content-Disposition": f'attachment; filename="{submission_id}{suffix(content)}"'}
    media_type = "application/zip" if is_zip(content) else "application/octet-stream"
    return Response(content, media_type=media_type, headers=headers)


def _show(context: Context, who: Person, submission_id: str) -> SubmissionBody:
    with context.database.read() as session:
        return show(context, session, who, visible(session, who, submission_id))


def _user_id(context: Context, email: str) -> int:
    """Return whose address it is; -1, which nobody has, for nobody's."""
    with context.database.read() as session:
        try:
            user = find_user(session, email)
        except ValueError as wrong:
            raise Problem(Kind.INVALID, f"student: {wrong}") from None
    return user.id if user else -1


def _cursor(last: Submission) -> str:
    text = f"{last.received_at.timestamp():.6f} {last.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _position(cursor: str) -> tuple[datetime, str]:
    """Return where a page begins. Raises Problem."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, _, submission_id = base64.urlsafe_b64decode(padded.encode()).decode().partition(" ")
        return datetime.fromtimestamp(float(moment), UTC), submission_id.replace("\0", "")
    except (ValueError, OverflowError, OSError, binascii.Error):
        raise Problem(Kind.INVALID, "cursor: take `next` of a page as it is.") from None
