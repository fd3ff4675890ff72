"""What people do to a kept submission, by API or page: cancel it, have it graded again."""

from grader.core.role import LEADS
from grader.store.attempts import ArchiveGone, start_regrade
from grader.store.audit import record
from grader.store.people import Person
from grader.store.states import Priority
from grader.store.submissions import cancel
from grader.web.api.auth import require_staff
from grader.web.api.context import Context
from grader.web.api.problems import Kind, Problem
from grader.web.api.showing import course_of, visible


def cancel_for(context: Context, who: Person, submission_id: str) -> None:
    """Cancel a queued submission. Raises Problem."""
    with context.database.write() as session:
        submission = visible(session, who, submission_id)
        if not cancel(session, submission_id):
            raise Problem(Kind.NOT_NOW, f"It is {submission.state}: only what is queued can be cancelled.")
        context.queue.cancel(session, submission_id)
        if submission.user_id != who.id:
            record(session, who.email, "cancel", submission_id, course=course_of(session, submission))


def regrade_for(context: Context, who: Person, submission_id: str, reason: str) -> None:
    """Queue a finished submission for another verdict, and note who wanted it and why. Raises Problem."""
    with context.database.write() as session:
        submission = visible(session, who, submission_id)
        course = course_of(session, submission)
        require_staff(who, course, LEADS)
        try:
            begun = start_regrade(session, submission_id, Priority.BULK)
        except ArchiveGone:
            raise Problem(Kind.NOT_NOW, "Its archive was pruned: hand the same zip in again.") from None
        if begun is None:
            raise Problem(Kind.NOT_NOW, f"It is {submission.state}: it will have a verdict anyway.")
        context.queue.enqueue(session, [submission_id], Priority.BULK)
        record(session, who.email, "regrade", submission_id, course=course, reason=reason)
