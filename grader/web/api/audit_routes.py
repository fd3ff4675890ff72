"""The route of the audit: actions of staff, for instructors and admins."""

from typing import Annotated

from fastapi import APIRouter, Query

from grader.store.audit_log import AuditFilter, entries
from grader.store.tables import AuditRow
from grader.usecases.access import find_audit_courses
from grader.web.api.auth import SignedIn
from grader.web.api.bodies import AuditBody, AuditPageBody, describe_errors
from grader.web.dependencies import InContext
from grader.web.fields import NO_NUL

PAGE = 50
LARGEST_PAGE = 200
LARGEST_NUMBER = 2**63 - 1

Text = Annotated[str | None, Query(max_length=200, pattern=NO_NUL)]

router = APIRouter(tags=["audit"])


@router.get("/audit", summary="Read the audit", responses=describe_errors(403))
def list_audit(  # noqa: PLR0913, PLR0917 - one parameter for each filter
    context: InContext,
    who: SignedIn,
    actor: Annotated[Text, Query(description="Only actions of this person: an e-mail address.")] = None,
    action: Annotated[Text, Query(description="Only this action, such as `regrade`.")] = None,
    subject: Annotated[Text, Query(description="Only actions on this submission or person.")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
    cursor: Annotated[
        int | None, Query(ge=1, le=LARGEST_NUMBER, description="`next` of the page before.")
    ] = None,
) -> AuditPageBody:
    """List actions of staff, newest first: an instructor's courses, or all for an admin."""
    filter_ = AuditFilter(find_audit_courses(who), actor, action, subject, cursor)
    with context.database.read() as session:
        rows = entries(session, filter_, limit + 1)
    bodies = [_body(row) for row in rows[:limit]]
    return AuditPageBody(entries=bodies, next=bodies[-1].id if len(rows) > limit else None)


def _body(row: AuditRow) -> AuditBody:
    return AuditBody(
        id=row.id,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        course=row.course,
        reason=row.reason,
        details=row.details,
    )
