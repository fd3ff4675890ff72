"""Show submissions: their state, their place in the queue, their report and their archive."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from grader.store.audit_log import record
from grader.store.courses import assignments_in
from grader.store.queue.service_order import find_busy
from grader.store.states import WAITING, State
from grader.store.submissions import SubmissionFilter, newest_report, page
from grader.store.tables import ArchiveRow, ReportRow, SubmissionRow, UserRow
from grader.store.users import Person, find_user
from grader.usecases.acceptance import Accepted
from grader.usecases.access import course_of, find_submission, is_staff_of
from grader.usecases.context import Context
from grader.usecases.use_case_error import ConflictError, InvalidInputError, NotFoundError

GRADER_ERROR = "Grading failed on our side. No attempt used. Staff can see the reason."
NOBODY = -1  # the id of no user


@dataclass(frozen=True)
class SubmissionStatus:
    """A submission as one reader may see it.

    Attributes: `place` in the queue and `wait` in seconds while it is queued, the `report` that counts, the
    `reason` why there is none, `student` (the address, for staff only).
    """

    submission: SubmissionRow
    place: int | None
    wait: int | None
    report: ReportRow | None
    reason: str
    student: str | None


def show_submission(context: Context, who: Person, submission_id: str) -> SubmissionStatus:
    """Return the status of a submission. Raises NotFoundError."""
    with context.database.read() as session:
        return _status(context, session, who, find_submission(session, who, submission_id))


def show_accepted(who: Person, accepted: Accepted) -> SubmissionStatus:
    """Return the status of a new submission, which needs no query."""
    student = who.email if accepted.by_staff else None
    return SubmissionStatus(
        accepted.submission, accepted.place, accepted.wait, None, accepted.reason, student
    )


def list_submissions(  # noqa: PLR0913 - one parameter for each filter
    context: Context,
    who: Person,
    *,
    assignment: str | None = None,
    states: Collection[State] = (),
    student: str | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int,
) -> tuple[list[SubmissionStatus], bool]:
    """Return up to `limit` submissions, newest first, and whether there are more.

    Students get their own, staff those of their courses. Raises InvalidInputError.
    """
    own_only = not who.staff_courses
    with context.database.read() as session:
        courses = who.roles if own_only else who.staff_courses
        ids = [each.id for each in assignments_in(session, courses) if assignment in {None, each.id}]
        user_id = who.id if own_only else _find_user_id(session, student)
        rows = page(session, SubmissionFilter(user_id, ids, states, before), limit + 1)
        return [_status(context, session, who, row) for row in rows[:limit]], len(rows) > limit


def show_report(context: Context, who: Person, submission_id: str) -> str:
    """Return the document of the report that counts. Raises NotFoundError, ConflictError."""
    with context.database.read() as session:
        submission = find_submission(session, who, submission_id)
        report = newest_report(session, submission_id)
    if report is None:
        waits = submission.state in WAITING
        detail = "There is no report yet." if waits else reason_for_students(submission)
        raise ConflictError(detail or f"The submission was {submission.state}.", state=submission.state)
    return report.document


def download_archive(context: Context, who: Person, submission_id: str) -> bytes:
    """Return the bytes of an upload; a download by staff goes into the audit. Raises NotFoundError."""
    with context.database.read() as session:
        submission = find_submission(session, who, submission_id)
        content = session.get_one(ArchiveRow, submission.archive_sha256).content
        if not content:
            raise NotFoundError("The archive was deleted to save space. The reports are kept.")
        course = course_of(session, submission)
    if submission.user_id != who.id:
        with context.database.write() as session:
            record(session, who.email, "read archive", submission_id, course=course)
    return content


def find_place(
    context: Context, session: Session, submission: SubmissionRow
) -> tuple[int | None, int | None]:
    """Return the place of a queued submission, and its wait in seconds; None where they are not known."""
    if submission.state is not State.QUEUED:
        return None, None
    place = context.queue.position(session, submission.id)
    if place is None:
        return None, None
    is_busy = bool(find_busy(session, [submission.id]))
    return place, context.pace.wait(session, place, is_busy=is_busy)


@dataclass(frozen=True)
class Waiting:
    """The wait of a queued submission.

    Attributes: `place` (1: the next one; None if a worker has just taken it), `seconds` until its turn (None
    if that is not known, and `reason` says why), `queued` (submissions that wait), `slots` (submissions that
    are graded at a time), `follows` (an earlier submission of the same student is being graded).
    """

    place: int | None
    seconds: int | None
    queued: int
    slots: int
    follows: bool
    reason: str


def find_waiting(context: Context, session: Session, submission: SubmissionRow) -> Waiting | None:
    """Return the wait of a submission; None if it is not queued."""
    if submission.state is not State.QUEUED:
        return None
    place, seconds = find_place(context, session, submission)
    queued, slots = context.pace.crowd(session)
    return Waiting(
        place,
        seconds,
        queued=max(queued, place or 0),
        slots=slots,
        follows=bool(find_busy(session, [submission.id])),
        reason=context.pace.reason(session) if place and seconds is None else "",
    )


def reason_for_students(submission: SubmissionRow) -> str:
    """Return why a submission ended without a verdict; details of our failures are for staff."""
    if submission.state is State.GRADER_ERROR:
        return GRADER_ERROR
    return submission.reason if submission.state is State.SUPERSEDED else ""


def _status(context: Context, session: Session, who: Person, submission: SubmissionRow) -> SubmissionStatus:
    is_staff = is_staff_of(session, who, submission)
    place, wait = find_place(context, session, submission)
    reason = submission.reason if is_staff else reason_for_students(submission)
    return SubmissionStatus(
        submission,
        place,
        wait,
        report=newest_report(session, submission.id) if submission.attempt else None,
        reason=reason or (context.pace.reason(session) if place and wait is None else ""),
        student=session.get_one(UserRow, submission.user_id).email if is_staff else None,
    )


def _find_user_id(session: Session, email: str | None) -> int | None:
    """Return the id of the user with that address; None for no address. Raises InvalidInputError."""
    if email is None:
        return None
    try:
        user = find_user(session, email)
    except ValueError as wrong:
        raise InvalidInputError(f"student: {wrong}") from None
    return user.id if user else NOBODY
