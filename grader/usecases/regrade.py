"""Cancel a submission, or queue it for another verdict."""

from grader.core.role import LEADS
from grader.store.attempts import ArchiveGone, start_regrade
from grader.store.audit_log import record
from grader.store.states import Priority
from grader.store.submissions import cancel
from grader.store.users import Person
from grader.usecases.access import course_of, find_submission, require_role
from grader.usecases.context import Context
from grader.usecases.use_case_error import ConflictError


def cancel_submission(context: Context, who: Person, submission_id: str) -> None:
    """Cancel a queued submission. Raises NotFoundError, ConflictError."""
    with context.database.write() as session:
        submission = find_submission(session, who, submission_id)
        if not cancel(session, submission_id):
            raise ConflictError(
                f"This submission is {submission.state}: only queued submissions can be cancelled."
            )
        context.queue.cancel(session, submission_id)
        if submission.user_id != who.id:
            record(session, who.email, "cancel", submission_id, course=course_of(session, submission))


def regrade_submission(context: Context, who: Person, submission_id: str, reason: str) -> None:
    """Queue a finished submission for another verdict, and record the person and the reason.

    Raises NotFoundError, NotAllowedError, ConflictError.
    """
    with context.database.write() as session:
        submission = find_submission(session, who, submission_id)
        course = course_of(session, submission)
        require_role(who, course, LEADS)
        try:
            begun = start_regrade(session, submission_id, Priority.BULK)
        except ArchiveGone:
            raise ConflictError(
                "The archive was deleted to save space. Hand in the same zip again."
            ) from None
        if begun is None:
            raise ConflictError(f"This submission is {submission.state}: wait for its verdict.")
        context.queue.enqueue(session, [submission_id], Priority.BULK)
        record(session, who.email, "regrade", submission_id, course=course, reason=reason)
