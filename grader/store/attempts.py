"""Attempts at grading a submission: take, publish, fail, hand back, regrade.

Every change after `take` names its attempt and does nothing if the row has a newer one. So a worker that was
declared dead cannot change the attempt of another worker.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from grader.store.database import now
from grader.store.events import add_state_event
from grader.store.standard import basis_of
from grader.store.states import WAITING, Priority, State
from grader.store.submissions import MAX_ATTEMPTS, Basis, end
from grader.store.tables import ArchiveRow, AssignmentRow, FailedTestRow, ReportRow, SubmissionRow
from grader.store.verdict import Verdict

FAILED_REASON = "grading failed {attempts} times on our side; no attempt used"


UNANNOUNCED = Basis("", "")


class ArchiveGone(Exception):  # noqa: N818 - an outcome, not an error
    """The bytes of a submission were pruned: it cannot be graded again."""


class OtherSuite(Exception):  # noqa: N818 - an outcome, not an error
    """The verdict comes from a suite or rubric that is not the assignment's."""


@dataclass(frozen=True)
class GradingJob:
    """An attempt of this worker: the submission, the attempt's number and the bytes to grade."""

    submission_id: str
    attempt: int
    priority: int
    sha256: str
    content: bytes
    received_at: datetime


def take(session: Session, submission_id: str, worker: str) -> GradingJob | None:
    """Begin an attempt; None if the submission has ended or all attempts are used.

    In the latter case it ends as `grader_error`.
    """
    waits = (SubmissionRow.id == submission_id, SubmissionRow.state.in_(WAITING))
    begin = (
        update(SubmissionRow)
        .where(*waits, SubmissionRow.attempt < SubmissionRow.attempt_limit)
        .values(attempt=SubmissionRow.attempt + 1, state=State.GRADING, worker=worker, taken_at=now(session))
        .returning(SubmissionRow)
    )
    submission = session.scalar(begin)
    if submission is None:
        _mark_failed(session, session.scalar(select(SubmissionRow).where(*waits).with_for_update()))
        return None
    add_state_event(session, submission)
    content = session.scalars(
        select(ArchiveRow.content).where(ArchiveRow.sha256 == submission.archive_sha256)
    ).one()
    return GradingJob(
        submission.id,
        submission.attempt,
        submission.priority,
        submission.archive_sha256,
        content,
        submission.received_at,
    )


def publish(session: Session, job: GradingJob, verdict: Verdict) -> bool:
    """Keep the verdict of an attempt; return whether the attempt still counted.

    Raises OtherSuite for a verdict from another suite or rubric than the assignment's, and ValueError for one
    that lacks the points of a problem.
    """
    if None in verdict.points.values():
        raise ValueError("a verdict with a problem that was not judged is not final")
    submission = _current(session, job)
    if submission is None:
        return False
    wanted = basis_of(session.get_one(AssignmentRow, submission.assignment_id, populate_existing=True))
    if wanted not in {UNANNOUNCED, Basis(verdict.suite_sha256, verdict.rubric_sha256)}:
        raise OtherSuite
    _keep(session, job, verdict)
    submission.reason = ""
    end(session, submission, State(verdict.status))
    return True


def fail(session: Session, job: GradingJob, reason: str) -> State | None:
    """Record that an attempt failed on our side; return the next state, None if it no longer counted.

    In the state `queued` the caller enqueues the submission in the same transaction.
    """
    submission = _current(session, job)
    if submission is None:
        return None
    submission.reason = reason
    if submission.attempt >= submission.attempt_limit:
        _mark_failed(session, submission)
    else:
        _queue_again(session, submission)
    return submission.state


def hand_back(session: Session, job: GradingJob) -> bool:
    """Return an attempt unused, because the worker stops; return whether it still counted."""
    submission = _current(session, job)
    if submission is None:
        return False
    submission.attempt_limit += 1
    _queue_again(session, submission)
    return True


def release(session: Session, submission_id: str) -> None:
    """Take a waiting submission from its worker; one that was being graded is queued again."""
    held = select(SubmissionRow).where(SubmissionRow.id == submission_id, SubmissionRow.state.in_(WAITING))
    submission = session.scalar(held.with_for_update())
    if submission is None:
        return
    if submission.state is State.GRADING:
        _queue_again(session, submission)
    submission.worker = None


def start_regrade(session: Session, submission_id: str, priority: Priority) -> SubmissionRow | None:
    """Queue a finished submission for a regrade; None if it is not finished. The caller enqueues it.

    Raises ArchiveGone.
    """
    done = select(SubmissionRow).where(SubmissionRow.id == submission_id, SubmissionRow.state.not_in(WAITING))
    submission = session.scalar(done.with_for_update())
    if submission is None:
        return None
    _hold_archive(session, submission)
    submission.priority, submission.reason, submission.finished_at = priority, "", None
    submission.attempt_limit = submission.attempt + MAX_ATTEMPTS
    submission.queued_at = now(session)
    _queue_again(session, submission)
    return submission


def _hold_archive(session: Session, submission: SubmissionRow) -> None:
    """Lock the bytes, so that no other transaction prunes them until this one ends. Raises ArchiveGone."""
    length = select(func.length(ArchiveRow.content)).where(ArchiveRow.sha256 == submission.archive_sha256)
    if not session.scalar(length.with_for_update(read=True)):
        raise ArchiveGone


def _keep(session: Session, job: GradingJob, verdict: Verdict) -> None:
    """Keep the report of an attempt and its failed tests."""
    attempt = {"submission_id": job.submission_id, "attempt": job.attempt}
    report = {name: value for name, value in vars(verdict).items() if name != "failed_tests"}
    session.execute(insert(ReportRow).values(**attempt, **report, created_at=now(session)))
    if verdict.failed_tests:
        session.execute(insert(FailedTestRow), [{**attempt, **vars(lost)} for lost in verdict.failed_tests])


def _current(session: Session, job: GradingJob) -> SubmissionRow | None:
    """Return the row while it is in the attempt of `job`."""
    current = select(SubmissionRow).where(
        SubmissionRow.id == job.submission_id,
        SubmissionRow.state == State.GRADING,
        SubmissionRow.attempt == job.attempt,
    )
    return session.scalar(current.with_for_update())


def _queue_again(session: Session, submission: SubmissionRow) -> None:
    submission.state, submission.worker = State.QUEUED, None
    session.flush()
    add_state_event(session, submission)


def _mark_failed(session: Session, submission: SubmissionRow | None) -> None:
    if submission is None:
        return
    why = submission.reason or "its worker died each time"
    submission.reason = f"{FAILED_REASON.format(attempts=submission.attempt)} ({why})"
    end(session, submission, State.GRADER_ERROR)
