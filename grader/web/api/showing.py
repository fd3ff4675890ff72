"""Shows a submission: its row, its verdict and its place become the body of an answer."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from grader.store.people import Person
from grader.store.states import State
from grader.store.submissions import newest_report
from grader.store.tables import Assignment, Report, Submission, User
from grader.web.api.acceptance import Queued
from grader.web.api.bodies import SubmissionBody, VerdictBody
from grader.web.api.context import Context
from grader.web.api.problems import Kind, Problem

PREFIX = "/api/v1"
NOT_YOURS = "There is no such submission, or it is not yours."
GRADER_ERROR = "We failed to grade this; it does not count, and staff can see why."


def visible(session: Session, who: Person, submission_id: str) -> Submission:
    """Return a submission that `who` may see. Raises Problem: to others it is as if it were not there."""
    submission = session.get(Submission, submission_id) if submission_id.isalnum() else None
    if submission is None or not (submission.user_id == who.id or is_staff_of(session, who, submission)):
        raise Problem(Kind.NOT_FOUND, NOT_YOURS)
    return submission


def is_visible(context: Context, who: Person | None, submission_id: str) -> bool:
    """Tell whether somebody, or nobody, may see a submission."""
    if who is None:
        return False
    try:
        with context.database.read() as session:
            visible(session, who, submission_id)
    except Problem:
        return False
    return True


def is_staff_of(session: Session, who: Person, submission: Submission) -> bool:
    """Tell whether `who` is staff of the submission's course."""
    return course_of(session, submission) in who.staff_courses


def course_of(session: Session, submission: Submission) -> str:
    """Return the course of a submission."""
    return session.get_one(Assignment, submission.assignment_id).course_id


def show(context: Context, session: Session, who: Person, submission: Submission) -> SubmissionBody:
    """Return the body that shows `submission` to `who`."""
    staff = is_staff_of(session, who, submission)
    place = context.queue.position(session, submission.id) if submission.state is State.QUEUED else None
    wait = None if place is None else estimate(context, session, place)
    reason = submission.reason if staff else reason_for_students(submission)
    report = newest_report(session, submission.id) if submission.attempt else None
    return SubmissionBody(
        **_own(submission),
        place=place,
        estimated_wait_seconds=wait,
        verdict=_verdict(report) if report else None,
        reason=reason or (context.pace.reason(session) if place and wait is None else ""),
        student=session.get_one(User, submission.user_id).email if staff else None,
    )


def show_new(who: Person, submission: Submission, queued: Queued) -> SubmissionBody:
    """Return the body that shows `who` what they handed in just now."""
    return SubmissionBody(
        **_own(submission),
        place=queued.place,
        estimated_wait_seconds=queued.wait,
        verdict=None,
        reason=queued.reason,
        student=who.email if queued.by_staff else None,
    )


def show_all(
    context: Context, session: Session, who: Person, submissions: Sequence[Submission]
) -> list[SubmissionBody]:
    """Return the bodies of many submissions."""
    return [show(context, session, who, submission) for submission in submissions]


def estimate(context: Context, session: Session, place: int) -> int | None:
    """Return about how many seconds the submission at `place` waits; None if nobody can tell."""
    return context.pace.wait(session, place)


def reason_for_students(submission: Submission) -> str:
    """Return why a submission ended without a verdict, without what only staff may know."""
    if submission.state is State.GRADER_ERROR:
        return GRADER_ERROR
    return submission.reason if submission.state is State.SUPERSEDED else ""


def links(submission_id: str) -> dict[str, str]:
    """Return where a submission and what belongs to it are found."""
    own = f"{PREFIX}/submissions/{submission_id}"
    return {"self": own, **{name: f"{own}/{name}" for name in ("report", "events", "archive")}}


def _own(submission: Submission) -> dict[str, Any]:
    """Return what the row alone says."""
    return {
        "id": submission.id,
        "assignment": submission.assignment_id,
        "state": submission.state,
        "attempt": submission.attempt,
        "sha256": submission.archive_sha256,
        "received_at": submission.received_at,
        "finished_at": submission.finished_at,
        "links": links(submission.id),
    }


def _verdict(report: Report) -> VerdictBody:
    return VerdictBody(
        score=report.score, max_score=report.max_score, bonus=report.bonus, max_bonus=report.max_bonus
    )
