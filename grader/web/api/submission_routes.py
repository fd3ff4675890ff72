"""Routes of submissions: hand in, list, show, cancel, regrade, download."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from grader.intake import is_zip, suffix
from grader.store.states import State
from grader.store.tables import SubmissionRow
from grader.usecases import regrade, show
from grader.web.api.auth import SignedIn
from grader.web.api.bodies import PageBody, ReasonBody, SubmissionBody, describe_errors
from grader.web.api.submission_body import make_body
from grader.web.api_error import ApiError, ErrorType
from grader.web.dependencies import InContext
from grader.web.upload import FORM, hand_in_request

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
            "description": "The same bytes were handed in before; this is that submission.",
        },
        **describe_errors(400, 404, 413, 415),
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
    """Hand in a zip: the service checks it at once, keeps it, and queues it."""
    accepted = await hand_in_request(context, who, request, idempotency_key)
    submission_id = accepted.submission.id
    response.headers["Location"] = f"{request.url.path.rstrip('/')}/{submission_id}"
    if not accepted.is_new:
        response.status_code = 200
        return make_body(await run_in_threadpool(show.show_submission, context, who, submission_id))
    return make_body(show.show_accepted(who, accepted))


@router.get("", summary="List submissions", responses=describe_errors())
def list_submissions(  # noqa: PLR0913, PLR0917 - one parameter for each filter
    context: InContext,
    who: SignedIn,
    assignment: Annotated[str | None, Query(description="Only of this assignment.")] = None,
    state: Annotated[list[State] | None, Query(description="Only in these states.")] = None,
    student: Annotated[str | None, Query(description="Only of this e-mail address; staff only.")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
    cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
) -> PageBody:
    """List submissions, newest first: students get their own, staff those of their courses."""
    before = _position(cursor) if cursor else None
    found, has_more = show.list_submissions(
        context,
        who,
        assignment=assignment,
        states=state or (),
        student=student,
        before=before,
        limit=limit,
    )
    following = _cursor(found[-1].submission) if has_more else None
    return PageBody(submissions=[make_body(each) for each in found], next=following)


@router.get("/{submission_id}", summary="Look at a submission", responses=describe_errors(404))
def get_submission(submission_id: str, context: InContext, who: SignedIn) -> SubmissionBody:
    """Return the state of a submission; a client may poll it."""
    return make_body(show.show_submission(context, who, submission_id))


@router.delete("/{submission_id}", summary="Cancel a submission", responses=describe_errors(404, 409))
def cancel_submission(submission_id: str, context: InContext, who: SignedIn) -> SubmissionBody:
    """Cancel a queued submission. No attempt used."""
    regrade.cancel_submission(context, who, submission_id)
    return make_body(show.show_submission(context, who, submission_id))


@router.post(
    "/{submission_id}/regrade",
    status_code=202,
    summary="Grade again",
    responses=describe_errors(403, 404, 409),
)
def regrade_submission(
    submission_id: str, body: ReasonBody, context: InContext, who: SignedIn
) -> SubmissionBody:
    """Queue a finished submission for another verdict; for instructors, who give a reason."""
    regrade.regrade_submission(context, who, submission_id, body.reason)
    return make_body(show.show_submission(context, who, submission_id))


@router.get(
    "/{submission_id}/archive",
    summary="Get the bytes back",
    response_class=Response,
    responses={
        200: {"content": {"application/zip": {}}, "description": "The uploaded archive."},
        **describe_errors(404),
    },
)
def get_archive(submission_id: str, context: InContext, who: SignedIn) -> Response:
    """Return the uploaded archive, byte for byte."""
    content = show.download_archive(context, who, submission_id)
    headers = {"Content-Disposition": f'attachment; filename="{submission_id}{suffix(content)}"'}
    media_type = "application/zip" if is_zip(content) else "application/octet-stream"
    return Response(content, media_type=media_type, headers=headers)


def _cursor(last: SubmissionRow) -> str:
    text = f"{last.received_at.timestamp():.6f} {last.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _position(cursor: str) -> tuple[datetime, str]:
    """Return the position that a cursor names. Raises ApiError."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, _, submission_id = base64.urlsafe_b64decode(padded.encode()).decode().partition(" ")
        return datetime.fromtimestamp(float(moment), UTC), submission_id.replace("\0", "")
    except (ValueError, OverflowError, OSError, binascii.Error):
        raise ApiError(ErrorType.INVALID, "cursor: take `next` of a page as it is.") from None
